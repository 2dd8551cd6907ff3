import type { Progress } from '../projections/run.js';
import type { Config } from './config.js';
import type { SharedStores } from './stores.js';

export interface ProjectionWorkerData {
  readonly config: Config;
  readonly shared: SharedStores;
  readonly owner: string;
}

export type ToProjections = { readonly kind: 'rebuild'; readonly id: number; readonly model: string } | { readonly kind: 'stop' };

export type FromProjections =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'fault'; readonly model: string; readonly code: string; readonly why: string }
  | { readonly kind: 'rebuilt'; readonly id: number; readonly fault: string | null };
