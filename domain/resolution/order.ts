import type { Assertion, Head, Names } from '../../schemas/read-models/fact.js';
import { orderVersions } from '../record/versions.js';
import { byRecord, compareBytes } from './grouping.js';
import type { Strategy } from './strategies.js';

/** One live statement that could be the fact's value. */
export interface Candidate {
  readonly assertion: Assertion;
  readonly head: Head;
  /** What the statement is called under the key of the fact's patient. */
  readonly names: Names;
  /** Place of its source in the ruling designation; the largest safe integer when it is not named there. */
  readonly rank: number;
  /** Another version of the same source record takes its place: a correction that of a final result, a final that of a preliminary. */
  readonly outranked: boolean;
}

const STANDING_ORDER: Readonly<Record<string, number>> = { corrected: 0, confirmed: 1, stated: 2, provisional: 3, 'entered-in-error': 4 };

export function standingOf(head: Head): number {
  return STANDING_ORDER[head.standing ?? 'stated'] ?? 2;
}

/**
 * The total order of candidates, best first. For `latest` the valid time (a partial date counting as its first instant)
 * goes before the rank, for all others after it; then how sure the statement is (corrected, confirmed, stated, provisional);
 * then source id; within one source the higher version; then the source record (bytes of its keyed hash), content hash,
 * version label. Nothing here uses arrival, positions, our clock or event ids, and the last columns are unique, so
 * that any permutation of one set gives one record.
 */
export function compareCandidates(strategy: Strategy): (left: Candidate, right: Candidate) => number {
  return (left, right) => {
    const byRank = left.rank - right.rank;
    const byTime = compareBytes(right.head.validTime.from ?? '', left.head.validTime.from ?? '');
    const [first, second] = strategy === 'latest' ? [byTime, byRank] : [byRank, byTime];
    return Number(left.outranked) - Number(right.outranked) || first || second || standingOf(left.head) - standingOf(right.head) || byPlace(left, right);
  };
}

function byPlace(left: Candidate, right: Candidate): number {
  return (
    compareBytes(left.assertion.source, right.assertion.source) ||
    orderVersions(left.head.sourceVersion, right.head.sourceVersion) ||
    compareBytes(left.assertion.recordKey, right.assertion.recordKey) ||
    compareBytes(left.head.contentToken, right.head.contentToken) ||
    compareBytes(left.head.sourceVersion ?? '', right.head.sourceVersion ?? '') ||
    byRecord(left.assertion, right.assertion)
  );
}

/** Versions of one record that nobody can put in order still have a status: what corrects outranks what it corrects. */
export function outrankedWithin(heads: readonly Head[]): ReadonlySet<string> {
  const rank = (head: Head) => (head.standing === 'corrected' ? 0 : head.standing === 'provisional' ? 2 : 1);
  const best = Math.min(...heads.map(rank));
  return new Set(heads.filter((head) => rank(head) > best).map(({ eventId }) => eventId));
}
