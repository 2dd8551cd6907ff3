import type { HandlerDeps } from '../../commands/handle.js';
import type { Clock, EventStore, Vault } from '../../commands/ports.js';
import type { ReadModels } from '../../projections/ports.js';
import type { RecordReader } from '../../projections/reading/record-reader.js';
import type { Authenticator } from '../auth/authenticator.js';
import type { Metrics } from '../metrics.js';
import type { ModelProgress } from '../model-progress.js';
import type { Intake } from './intake.js';

/** What routes are given. */
export interface Services {
  readonly handlerDeps: HandlerDeps;
  readonly store: EventStore;
  readonly models: ReadModels;
  readonly vault: Vault;
  readonly records: RecordReader;
  readonly progress: ModelProgress;
  readonly authenticator: Authenticator;
  readonly intake: Intake;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly rebuild: (model: string) => Promise<void>;
  /** True once the ledger has begun to stop: it takes nothing new then. */
  readonly stopping: () => boolean;
  /** Aborts then too, for what would otherwise stay open. */
  readonly stopSignal: AbortSignal;
}
