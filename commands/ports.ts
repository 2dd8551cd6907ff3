import type { EventType, LedgerEvent, Recorded } from '../schemas/catalogue.js';
import type { SealedPart } from '../schemas/event.js';

/** `'none'` = the stream must not exist yet; a number = the revision of its last event. */
export type ExpectedRevision = number | 'none';

export type AppendResult =
  | { readonly kind: 'appended'; readonly revision: number; readonly positions: readonly string[] }
  | { readonly kind: 'conflict'; readonly actual: number | 'none' };

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

/**
 * The log. An implementation promises:
 *
 * - `append` is atomic (all events or none) and durable when it resolves: it survives `kill -9` and power loss.
 * - Repeating an append with the same event ids and the same expected revision gives the first result, for ever.
 *   Part of those ids with others, or at another place, is a `conflict`.
 * - Revisions of a stream count 0, 1, 2 … without gaps. Positions order the whole log; they are opaque strings, only
 *   `compare` orders them. The events of one append stand together in order.
 * - `readAll` and `subscribe` are exclusive of `after`; `null` is the beginning. A page never ends inside an append's
 *   events in such a way that resuming from its last position misses or repeats one.
 * - `subscribe` yields pages, catch-up first, then live, with no gap and no duplicate across the cut-over. The next page
 *   is fetched only when the consumer asks for it, so a slow consumer costs no memory. It ends when `signal` aborts.
 * - Every call is bounded in time. A fault is thrown as `LedgerFault`: `store-unavailable` (nothing happened),
 *   `outcome-unknown` (an append may have happened, and repeating the identical call did not settle it in time),
 *   `overloaded` (the queue is full, nothing happened), `event-unreadable` (a stored event breaks its schema).
 *
 * It may not assume that it is the only writer, nor that ids or positions mean anything.
 */
export interface EventStore {
  append(stream: string, expected: ExpectedRevision, events: readonly LedgerEvent[]): Promise<AppendResult>;
  /** Events of a stream from a revision on (inclusive), forwards or backwards. An unknown stream has none. */
  readStream(stream: string, options: ReadOptions & { from?: number; direction?: 'forwards' | 'backwards' }): Promise<readonly Recorded[]>;
  readAll(options: ReadOptions & { after: string | null }): Promise<EventPage>;
  subscribe(options: ReadOptions & { after: string | null; signal: AbortSignal }): AsyncIterable<EventPage>;
  /** Position of the last event of the log, or null. */
  head(): Promise<string | null>;
  compare(left: string, right: string): number;
  /** Dense number of the event in the log from 0, where the store keeps one; else null. */
  logIndex(position: string): number | null;
  close(): Promise<void>;
}

/** What a sealed part belongs to; all of it is bound into the ciphertext as associated data. */
export interface PartPlace {
  readonly stream: string;
  readonly eventId: string;
  readonly name: string;
  readonly scope: string;
}

/**
 * The keys of one patient (or of a tenant's own affairs). Seals and opens; makes keyed hashes. Never shows a key.
 * `open` throws `LedgerFault('content-unreadable')` when the part was changed, moved to another place or sealed under another key.
 */
export interface KeyRing {
  seal(place: PartPlace, content: string): Promise<SealedPart>;
  open(part: SealedPart, place: Pick<PartPlace, 'stream' | 'eventId'>): Promise<string>;
  /** 22 base64url letters (128 bits) of HMAC-SHA-256 over purpose and text. Stable for the life of the ring. */
  blind(purpose: 'record' | 'identity' | 'value' | 'content' | 'claim' | 'identifier' | 'idempotency' | 'input', text: string): string;
}

/** Rings by owner. A ring's secret is durable in the key store before the ring is handed out. */
export interface Vault {
  /**
   * The patient whom this claim (a tenant's blind token of source and source record) names. The first to claim decides,
   * for ever: `patientId` when given, else a new patient with a random id and keys. Two at once get the same answer.
   */
  claimPatient(tenant: string, claim: string, patientId?: string): Promise<string>;
  /** Undefined when the tenant has no such patient (or the patient's keys were erased). */
  patientRing(tenant: string, patientId: string): Promise<KeyRing | undefined>;
  tenantRing(tenant: string): Promise<KeyRing>;
}

/** Patients by blind identifier token, as far as the patient index has read. */
export interface PatientIndex {
  /** At most `limit` patient ids, after the index has reached `minimum` (or its own bounded wait has passed). */
  find(tenant: string, identifierToken: string, limit: number): Promise<readonly string[]>;
  /** Waits until the index has read what the log held when called; bounded. */
  catchUp(): Promise<void>;
}

export interface Clock {
  /** RFC 3339 in UTC with milliseconds. */
  now(): string;
}

export interface Ids {
  /** A random UUID. */
  next(): string;
}

export interface Digest {
  /** SHA-256 of the UTF-8 bytes, 64 hex digits. */
  sha256Hex(text: string): string;
}
