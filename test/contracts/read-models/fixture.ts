import type { suite } from 'uvu';
import type { ReadModels, Row, Save } from '../../../projections/ports.js';

export interface OpenReadModels {
  readonly models: ReadModels;
  /** The same store as another process sees it; for a store of one process, as another of its threads does. */
  readonly other: ReadModels;
  readonly close: () => Promise<void>;
}

/** A store with one active generation, which is leased to the one who saves. */
export interface Context extends OpenReadModels {
  readonly generation: number;
  readonly fence: number;
}

export type Test = ReturnType<typeof suite<Context>>;

export const MODEL = 'record';
export const EVERYTHING = { limit: 10_000 };
export const at = (position: number, events = position) => ({ position: String(position), events, version: 1 });
export const row = (key: string, value: unknown = {}, index: readonly string[] = [], position = 1): Row => ({ key, position: String(position), value, index });
export const keysOf = (rows: readonly Row[]) => rows.map(({ key }) => key);

export function save({ models, generation, fence }: Context, change: Partial<Save>): Promise<void> {
  return models.save(MODEL, generation, fence, { put: [], remove: [], checkpoint: at(1), ...change });
}

export async function build({ models }: Context, put: readonly Row[]): Promise<number> {
  const building = await models.begin(MODEL);
  const fence = (await models.lease(MODEL, building, 'me', 60_000)) as number;
  await models.save(MODEL, building, fence, { put, remove: [], checkpoint: at(3) });
  return building;
}
