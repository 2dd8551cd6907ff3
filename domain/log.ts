import type { EventType, Recorded } from '../schemas/catalogue.js';

export interface ReadOptions {
  readonly limit: number;
  /** Decode only these types; others are skipped, and count neither towards `limit` nor as missing. */
  readonly types?: readonly EventType[];
}

export interface EventPage {
  readonly events: readonly Recorded[];
  /** Where the next page begins after this one: the last position looked at, skipped events included. Null: nothing was there. */
  readonly through: string | null;
  /** True when the read met the end of the log. */
  readonly end: boolean;
}

/** The log as readers see it. Its promises stand with `EventStore` in `commands/ports.ts`. */
export interface EventReader {
  /** Events of a stream from a revision on (inclusive), forwards or backwards. An unknown stream has none. */
  readStream(stream: string, options: ReadOptions & { from?: number; direction?: 'forwards' | 'backwards' }): Promise<readonly Recorded[]>;
  readAll(options: ReadOptions & { after: string | null }): Promise<EventPage>;
  subscribe(options: ReadOptions & { after: string | null; signal: AbortSignal }): AsyncIterable<EventPage>;
  /** Position of the last event of the log, or null. */
  head(): Promise<string | null>;
  /** Orders positions: negative, zero or positive. */
  compare(left: string, right: string): number;
}
