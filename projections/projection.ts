import type { EventType, LedgerEvent, Recorded } from '../schemas/catalogue.js';
import type { Row } from './ports.js';

/** What an event needs to see of the rows: rows by key, and all rows under an index value. */
export interface Needs {
  readonly keys: readonly string[];
  readonly index: readonly string[];
  /** All rows whose keys begin so. For rare events: they may be many. */
  readonly prefixes?: readonly string[];
}

/** The rows as they stand before the event, this page's changes included. Whatever was asked for in `needs` is here. */
export interface RowView {
  get(key: string): Row | undefined;
  byIndex(value: string): readonly Row[];
  byPrefix(prefix: string): readonly Row[];
}

/** What to put and what to remove. A row that brings a position keeps it: what a sweep changes was touched by no event. */
export interface Changes {
  readonly put: readonly (Omit<Row, 'position'> & { readonly position?: string })[];
  readonly remove: readonly string[];
}

export const NO_CHANGES: Changes = { put: [], remove: [] };

/**
 * A read model's rule, pure: rows before and one event make rows after. `needs` says which rows the event has to see; it
 * depends on the event alone, so that the rows of a whole page are fetched at once. A new `version` is built beside the old.
 */
export interface Projection {
  readonly name: string;
  readonly version: number;
  readonly events: readonly EventType[];
  /** How late the model may be on a calm ledger, in milliseconds: the more events a save takes, the less each costs. 10 if absent. */
  readonly lingerMs?: number;
  needs(event: LedgerEvent): Needs;
  /**
   * What an event has to see besides, that only what it needs could name: asked with the rows as the page finds them, and
   * asked again with what that found, until nothing is new.
   */
  also?(event: LedgerEvent, rows: RowView): Needs;
  readonly sweep?: Sweep;
  apply(recorded: Recorded, rows: RowView): Changes;
}

/**
 * Some events change what is to be made of any number of rows. Such an event puts a row under `key` that says which rows to
 * walk and how far that has come; the page is cut there, the rows are walked in strides, and each stride is saved with
 * that row. A sweep that was broken off goes on where it stood before any further event is applied, so the order of all
 * changes is that of the log, wherever pages end and whoever is killed.
 */
export interface Sweep {
  readonly key: string;
  /** What has to be walked before the event is applied: an instant has come. Its changes put the sweep's row; null: nothing. */
  before(recorded: Recorded, rows: RowView): Changes | null;
  /** Index values that are still to be walked, and the key in the first of them after which to go on. */
  walk(under: Row): { readonly values: readonly string[]; readonly after: string | null };
  needs(under: Row, stride: Stride): Needs;
  /** Ends the sweep by removing its row. */
  apply(under: Row, stride: Stride, rows: RowView): Changes;
}

/** Rows met in a walk: `ended` index values are done with, and `after` is how far it got in the next one. */
export interface Stride {
  readonly rows: readonly Row[];
  readonly ended: number;
  readonly after: string | null;
}
