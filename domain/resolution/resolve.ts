import type { Assertion, Fact, Head } from '../../schemas/read-models/fact.js';
import { type Designation, rankOf, rulingDesignation } from '../authority/precedence.js';
import { orderVersions } from '../record/versions.js';
import { compareBytes } from './grouping.js';
import { type Strategy, strategyOf } from './strategies.js';

/** One live statement that could be the fact's value. */
export interface Candidate {
  readonly assertion: Assertion;
  readonly head: Head;
  readonly rank: number;
}

/** What the record says of one fact, and why. */
export interface Resolution {
  readonly fact: Fact;
  readonly winner: Candidate;
  /** Every other live statement, best first: nothing that was asserted is hidden. */
  readonly alternatives: readonly Candidate[];
  readonly designation: Designation | undefined;
  readonly strategy: Strategy;
  /** True when live statements say different things. */
  readonly conflict: boolean;
}

/** The rule that every resolution names, with its version. */
export const RESOLUTION_RULE = 'precedence@1';

/**
 * From the set of live statements of a fact to its value. Order, for `authoritative`: rank in the ruling designation,
 * later valid time, source id, higher version within one source, source record (bytes of its keyed hash), content hash,
 * version label; for `latest` the valid time goes first. Nothing here uses arrival, positions, our clock or event ids, and
 * the last columns are unique, so the order is total and any permutation of the same set gives the same record.
 * Undefined when nothing is live.
 */
export function resolveFact(fact: Fact, designations: readonly Designation[], at: string, live: (head: Head) => boolean = () => true): Resolution | undefined {
  const designation = rulingDesignation(designations, fact, at);
  const strategy = strategyOf(fact.category);
  const candidates = fact.assertions
    .flatMap((assertion) => assertion.heads.filter(live).map((head) => ({ assertion, head, rank: rankOf(designation, assertion.source) })))
    .sort((left, right) => order(strategy, left, right));
  const [winner, ...alternatives] = candidates;
  if (winner === undefined) return undefined;
  return { fact, winner, alternatives, designation, strategy, conflict: inConflict(candidates.map(({ head }) => head)) };
}

export function inConflict(heads: readonly Head[]): boolean {
  return heads.some((head) => head.value !== heads[0]?.value);
}

function order(strategy: Strategy, left: Candidate, right: Candidate): number {
  const byRank = left.rank - right.rank;
  const byTime = compareBytes(right.head.validTime.from ?? '', left.head.validTime.from ?? '');
  const [first, second] = strategy === 'latest' ? [byTime, byRank] : [byRank, byTime];
  return first || second || byPlace(left, right);
}

function byPlace(left: Candidate, right: Candidate): number {
  return (
    compareBytes(left.assertion.source, right.assertion.source) ||
    orderVersions(left.head.sourceVersion, right.head.sourceVersion) ||
    compareBytes(left.assertion.recordKey, right.assertion.recordKey) ||
    compareBytes(left.head.contentToken, right.head.contentToken) ||
    compareBytes(left.head.sourceVersion ?? '', right.head.sourceVersion ?? '')
  );
}
