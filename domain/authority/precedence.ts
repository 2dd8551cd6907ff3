import type { DesignationScope } from '../../schemas/events/system-of-record-designated.js';

/** A designation as read models keep it. */
export interface Designation {
  readonly eventId: string;
  readonly scope: DesignationScope;
  readonly sources: readonly string[];
  readonly effectiveFrom: string;
  readonly revision: number;
  readonly recordedAt: string;
  readonly reason: string;
}

/**
 * The designation that rules a fact at an instant: of those in force, the most specific scope; of these the one with the
 * later effective date; of these the later version. Undefined when nobody was designated.
 *
 * | scope | specificity |
 * | --- | --- |
 * | category and element | 3 |
 * | category | 2 |
 * | element only | 1 |
 * | tenant default | 0 |
 */
export function rulingDesignation(
  designations: readonly Designation[],
  about: { category: string; element: string | null },
  at: string,
): Designation | undefined {
  return designations
    .filter((designation) => appliesTo(designation.scope, about) && designation.effectiveFrom <= at)
    .reduce<Designation | undefined>((best, next) => (best === undefined || outranks(next, best) ? next : best), undefined);
}

function appliesTo(scope: DesignationScope, about: { category: string; element: string | null }): boolean {
  return (scope.category === null || scope.category === about.category) && (scope.element === null || scope.element === about.element);
}

function specificity(scope: DesignationScope): number {
  return (scope.category === null ? 0 : 2) + (scope.element === null ? 0 : 1);
}

function outranks(next: Designation, best: Designation): boolean {
  const bySpecificity = specificity(next.scope) - specificity(best.scope);
  if (bySpecificity !== 0) return bySpecificity > 0;
  if (next.effectiveFrom !== best.effectiveFrom) return next.effectiveFrom > best.effectiveFrom;
  return next.revision > best.revision;
}

/** Rank of a source under a designation: 0 is believed first; a source that is not named ranks last, and its facts still show. */
export function rankOf(designation: Designation | undefined, source: string): number {
  const index = designation?.sources.indexOf(source) ?? -1;
  return index === -1 ? Number.MAX_SAFE_INTEGER : index;
}
