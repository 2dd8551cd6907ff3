import type { Comparison } from './compare.js';
import { contradictionsIn, isPossible, matchBits, type Score, scoreOf } from './score.js';

/**
 * One judgement of two patients out of all comparisons of their records: the comparison that speaks most for one person, and what any
 * other contradicts. Null when they have no records in common to compare.
 */
export function judge(comparisons: readonly Comparison[], patients: number): Score | null {
  const [best, ...others] = [...comparisons].sort((left, right) => matchBits(right, patients) - matchBits(left, patients));
  if (best === undefined) return null;
  return scoreOf(best, patients, others.filter((one) => isPossible(one, patients)).flatMap(contradictionsIn));
}

/** An identifier that two patients share is a finding in itself: one of them has it wrongly, or they are one. */
export const sharesIdentifier = (comparisons: readonly Comparison[]): boolean => comparisons.some(({ identifier }) => identifier === 'exact');
