import type { EventType, LedgerEvent, Recorded } from '../schemas/catalogue.js';
import type { Row } from './ports.js';

/** What an event needs to see of the rows: rows by key, and all rows under an index value. */
export interface Needs {
  readonly keys: readonly string[];
  readonly index: readonly string[];
}

/** The rows as they stand before the event, this page's changes included. Whatever was asked for in `needs` is here. */
export interface RowView {
  get(key: string): Row | undefined;
  byIndex(value: string): readonly Row[];
}

export interface Changes {
  readonly put: readonly Omit<Row, 'position'>[];
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
  needs(event: LedgerEvent): Needs;
  apply(recorded: Recorded, rows: RowView): Changes;
}
