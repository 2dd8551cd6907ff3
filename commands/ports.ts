import type { EventReader } from '../domain/log.js';
import type { Vault } from '../domain/rings.js';
import type { LedgerEvent } from '../schemas/catalogue.js';
import type { KeyLevel } from '../schemas/phi/key-levels.js';

export type { EventPage, ReadOptions } from '../domain/log.js';
export type { KeyRing, Keys, KeyUser, PartPlace, Vault } from '../domain/rings.js';

/** `'none'` = the stream must not exist yet; a number = the revision of its last event. */
export type ExpectedRevision = number | 'none';

export type AppendResult =
  | { readonly kind: 'appended'; readonly revision: number; readonly positions: readonly string[] }
  | { readonly kind: 'conflict'; readonly actual: number | 'none' };

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
export interface EventStore extends EventReader {
  append(stream: string, expected: ExpectedRevision, events: readonly LedgerEvent[]): Promise<AppendResult>;
  /** Dense number of the event in the log from 0, where the store keeps one; else null. */
  logIndex(position: string): number | null;
  close(): Promise<void>;
}

/** Patients by identifier, as far as the patient index has read. */
export interface PatientIndex {
  /** At most `limit` patient ids. `identifier` is canonical text (`identifierText`); it is looked up by keyed hashes under `vault`. */
  find(vault: Vault, tenant: string, identifier: string, limit: number): Promise<readonly string[]>;
  /** Waits until the index has read what the log held when called; bounded. Throws `read-models-unavailable` when that takes too long: nobody is unknown then. */
  catchUp(): Promise<void>;
}

/** A fact as the record shows it: what of it was asserted by whom. */
export interface FoundFact {
  readonly category: string;
  readonly element: string | null;
  readonly assertions: readonly string[];
  /** Under which scopes its live statements are sealed, as these are published; and whose keys these are. */
  readonly scopes: readonly PublishedScope[];
}

export interface PublishedScope {
  readonly patientId: string;
  readonly scope: string;
}

/** Facts by the id that readers are shown. Joining statements into facts is the read side's work; a command that names a fact asks here. */
export interface FactFinder {
  /** As the record stands, with what the log held when asked; undefined when the patient's record has no such fact. */
  find(tenant: string, patientId: string, factId: string): Promise<FoundFact | undefined>;
}

/** Which keys a tenant has; no key itself. */
export interface KeyDirectory {
  /** The key of this level that is in use; null where there is none yet. `patientId` for the level `patient` alone. */
  currentKeyId(tenant: string, level: KeyLevel, patientId: string | null): Promise<string | null>;
  /** Whether there is, in whatever state, a key of this level with this id. */
  knows(tenant: string, level: KeyLevel, patientId: string | null, keyId: string): Promise<boolean>;
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
