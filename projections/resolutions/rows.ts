import type { Severity } from '../../domain/resolution/severity.js';
import type { Assertion, Fact, Head } from '../../schemas/read-models/fact.js';
import { sortablePosition } from '../positions.js';

export const RESOLUTIONS = 'resolutions';

/** The statement that the record shows for a fact. */
export interface Shown {
  readonly assertionId: string;
  readonly eventId: string;
  readonly source: string;
}

/** What a fact was last settled to; null once nobody states it any more. */
export interface Outcome extends Shown {
  readonly state: 'agreed' | ConflictState;
}

export type ResolvedFact = Fact & { readonly outcome: Outcome | null };

export const CONFLICT_STATES = ['open', 'ruled', 'settled'] as const;
export type ConflictState = (typeof CONFLICT_STATES)[number];

/** An event that something goes by. */
export interface Moment {
  readonly eventId: string;
  readonly position: string;
  readonly recordedAt: string;
}

/** A live statement that takes part in a conflict, the one that the record shows first. */
export interface ConflictStatement {
  readonly factId: string;
  readonly assertionId: string;
  readonly patientId: string;
  readonly source: string;
  /** What `settle-conflict` takes in `judged`. */
  readonly eventId: string;
}

/**
 * One entry of the work list. `difference`: statements of one fact differ, or one of them was taken back as an error elsewhere.
 * `dispute`: two facts cannot both be true. It lives from when it arose until sources agree again, settled or not.
 */
export interface ConflictRow {
  readonly conflictId: string;
  readonly kind: 'difference' | 'dispute';
  readonly tenant: string;
  readonly patientId: string;
  readonly category: string;
  readonly element: string | null;
  readonly factIds: readonly string[];
  readonly statements: readonly ConflictStatement[];
  /** Sources that took a record of the same back as an error: a copy that others still hold should be looked at. */
  readonly takenBackBy: readonly string[];
  readonly severity: Severity;
  readonly state: ConflictState;
  readonly since: Moment;
  readonly stateSince: Moment;
  /** Null while nobody has to do anything. */
  readonly deadline: string | null;
  readonly policy: string;
  readonly designation: string | null;
  readonly settlement: string | null;
  /** Who was shown it, and when first. */
  readonly notified: readonly { readonly subject: string; readonly at: string }[];
}

/** Nobody opens anything of this model, and where a statement came from is in the record's: the row keeps what decides. */
export function slim(fact: Fact, outcome: Outcome | null): ResolvedFact {
  return { ...fact, assertions: fact.assertions.map(slimAssertion), outcome };
}

function slimAssertion(assertion: Assertion): Assertion {
  return { ...assertion, heads: assertion.heads.map(slimHead), past: [], retraction: null };
}

function slimHead(head: Head): Head {
  const { sealed: _sealed, stream: _stream, position: _position, revision: _revision, recordedAt: _recordedAt, eventType: _eventType, ...kept } = head;
  return kept as Head;
}

/** The work list in its order: by state, safety first, the oldest first. */
export function conflictKey({ tenant, state, severity, since, patientId, conflictId }: ConflictRow): string {
  return `${conflictPrefix(tenant, state, severity)}${since.recordedAt}/${patientId}/${conflictId}`;
}

const RANK: Readonly<Record<Severity, string>> = { safety: '1', clinical: '2', administrative: '3' };

export function conflictPrefix(tenant: string, state: ConflictState, severity: Severity | null): string {
  const prefix = `~conflict/${tenant}/${state}/`;
  return severity === null ? prefix : `${prefix}${RANK[severity]}/`;
}

/** Conflicts in which a fact takes part. */
export function partIndex(tenant: string, patientId: string, factId: string): string {
  return `f/${tenant}/${patientId}/${factId}`;
}

/** All conflicts of a patient. */
export function patientConflictIndex(tenant: string, patientId: string): string {
  return `c/${tenant}/${patientId}`;
}

/** Facts that contradict a claim. */
export function contradictingIndex(tenant: string, token: string): string {
  return `n/${tenant}/${token}`;
}

export const FEEDS_KEPT = ['record-changes', 'conflicts'] as const;
export type KeptFeed = (typeof FEEDS_KEPT)[number];

/** One item of a feed. `nth` counts within what one event set off. */
export interface FeedRow {
  readonly eventId: string;
  readonly position: string;
  readonly nth: number;
  readonly time: string;
  readonly patientId: string;
  readonly category: string;
  readonly data: unknown;
  /** The patient was erased: whoever was sent anything about them has to forget it too. */
  readonly tombstone?: true;
}

/** What a feed was ever to say of a patient. */
export function toldIndex(tenant: string, patientId: string): string {
  return `l/${tenant}/${patientId}`;
}

export function feedPrefix(feed: KeptFeed, tenant: string): string {
  return `~feed/${feed}/${tenant}/`;
}

const NTH_DIGITS = 10;

export function feedKey(feed: KeptFeed, tenant: string, position: string, nth: number): string {
  return `${feedPrefix(feed, tenant)}${sortablePosition(position)}/${String(nth).padStart(NTH_DIGITS, '0')}`;
}
