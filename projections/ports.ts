/** One row of a read model. `value` is plain JSON; keys and index values are opaque to the store, but keys sort by their bytes. */
export interface Row<Value = unknown> {
  readonly key: string;
  /** Position of the last event applied: an event at or before it changes nothing. */
  readonly position: string;
  readonly value: Value;
  /** Values under which the row is found besides its key. */
  readonly index: readonly string[];
}

export interface Checkpoint {
  /** Everything up to here is in the rows. */
  readonly position: string;
  /** How many events were applied since the generation began. */
  readonly events: number;
  /** Version of the projection that made the rows. */
  readonly version: number;
}

export interface Save {
  readonly put: readonly Row[];
  readonly remove: readonly string[];
  readonly checkpoint: Checkpoint;
}

export interface PageOptions {
  /** Exclusive: the key after which to begin. */
  readonly after?: string;
  readonly limit: number;
}

/** What a model consists of now: the generation that is read, and one that is being built beside it, if any. */
export interface Generations {
  readonly active: number | null;
  readonly building: number | null;
}

/** Their rows are found by keyed hashes under the tenant's keys, which outlive every patient's. */
export const KEPT_UNDER_TENANT_KEYS: readonly string[] = ['patients', 'candidates'];

/**
 * Read models. A model has generations: one is active and read; another may be built beside it and then take its place
 * in one step. An implementation promises:
 *
 * - `save` is atomic: rows, removals and checkpoint together or not at all. It refuses (`lease-lost`) a fence that a
 *   later lease has superseded.
 * - Reads see whole saves, and read-your-save holds within a process. Without `generation` they read the active one.
 * - `byIndex` and `byPrefix` answer in key order, at most `limit` rows; paging with `after` misses no row that was there
 *   all along.
 * - `lease` lets one owner at a time run a generation: a number that only grows, or null while another's lease lasts.
 * - `purge` sees to it that nothing that was removed from the active generation can be read from a file of its own any more; false:
 *   not yet. Of a model in `KEPT_UNDER_TENANT_KEYS`, since only those hold what could be matched without the patient's keys.
 * - Faults are `LedgerFault('read-models-unavailable')` and `store-full`; repeating is safe, since rows carry positions.
 */
export interface ReadModels {
  get(model: string, keys: readonly string[], generation?: number): Promise<readonly (Row | undefined)[]>;
  byIndex(model: string, value: string, page: PageOptions, generation?: number): Promise<readonly Row[]>;
  byPrefix(model: string, prefix: string, page: PageOptions, generation?: number): Promise<readonly Row[]>;
  /** Keys of the rows under each of the values, in the values' order: what a projection asks for a page of events at once. */
  keysByIndex(model: string, values: readonly string[], generation?: number): Promise<readonly (readonly string[])[]>;
  checkpoint(model: string, generation?: number): Promise<Checkpoint | null>;
  save(model: string, generation: number, fence: number, save: Save): Promise<void>;
  generations(model: string): Promise<Generations>;
  /** Begins a generation beside the active one; what an earlier unfinished one held is gone. */
  begin(model: string): Promise<number>;
  /** The generation becomes the one that is read; the former one is dropped. */
  activate(model: string, generation: number): Promise<void>;
  lease(model: string, generation: number, owner: string, ttlMs: number): Promise<number | null>;
  purge(model: string): Promise<boolean>;
  close(): Promise<void>;
}
