import type { DesignationScope } from '../../schemas/events/system-of-record-designated.js';
import { type FactInQuestion, fits, scopeKey, specificity } from './scope.js';

/** The end of a designation before its time. */
export interface Withdrawal {
  readonly eventId: string;
  readonly effectiveFrom: string;
  readonly recordedAt: string;
  readonly position: string;
  readonly reason: string;
  readonly approval: string | null;
}

/** A designation as read models keep it. Instants compare by their bytes: the write side brings all to UTC and milliseconds. */
export interface Designation {
  readonly eventId: string;
  readonly scope: DesignationScope;
  readonly sources: readonly string[];
  readonly effectiveFrom: string;
  /** The instant from which it no longer holds; null: until another takes its place. */
  readonly effectiveTo: string | null;
  readonly revision: number;
  readonly recordedAt: string;
  readonly position: string;
  readonly reason: string;
  readonly approval: string | null;
  readonly withdrawn: Withdrawal | null;
}

/**
 * THE rule of who is believed: the designation that rules a fact at an instant. Undefined when nobody was designated.
 *
 * 1. Each scope speaks with one voice at a time: its designation with the latest effective date that has come (of one date
 *    the later version). That one took the place of all before it, for good: when it ends or is withdrawn the scope is
 *    silent until it is designated again. One withdrawn from its own beginning never held, and took nobody's place.
 * 2. Of the scopes that fit the fact and are not silent, the most specific rules. Then the later effective date, then the
 *    later version, then the one recorded later, then the greater event id: a total order, so the result does not depend
 *    on the order of the list.
 *
 * | scope, most specific first | weight |
 * | --- | --- |
 * | patient and codes (within them: with organization, category, element) | 24 to 31 |
 * | patient (within it: with organization, category, element) | 16 to 23 |
 * | organization, category and element | 7 |
 * | organization and category | 6 |
 * | organization and element | 5 |
 * | organization | 4 |
 * | category and element | 3 |
 * | category | 2 |
 * | element | 1 |
 * | tenant default | 0 |
 */
export function rulingDesignation(designations: readonly Designation[], fact: FactInQuestion, at: string): Designation | undefined {
  const begun = designations.filter((one) => fits(one.scope, fact) && hasBegun(one, at)).sort(byPrecedence);
  return begun.find((one, index) => !isOver(one, at) && !isReplaced(one, begun.slice(0, index)));
}

/** What a designation is at an instant, among all others. */
export type Standing = 'in-force' | 'ahead' | 'replaced' | 'past' | 'withdrawn';

export function standingOf(designation: Designation, all: readonly Designation[], at: string): Standing {
  if (neverHeld(designation) || (designation.withdrawn !== null && designation.withdrawn.effectiveFrom <= at)) return 'withdrawn';
  if (designation.effectiveFrom > at) return 'ahead';
  if (isOver(designation, at)) return 'past';
  const before = all.filter((other) => hasBegun(other, at) && byPrecedence(other, designation) < 0);
  return isReplaced(designation, before) ? 'replaced' : 'in-force';
}

/** Negative when `left` goes before `right`. */
export function byPrecedence(left: Designation, right: Designation): number {
  return (
    specificity(right.scope) - specificity(left.scope) ||
    compare(right.effectiveFrom, left.effectiveFrom) ||
    right.revision - left.revision ||
    compare(right.recordedAt, left.recordedAt) ||
    compare(right.eventId, left.eventId)
  );
}

/** Rank of a source under a designation: 0 is believed first; a source that is not named ranks last, and its facts still show. */
export function rankOf(designation: Designation | undefined, source: string): number {
  const index = designation?.sources.indexOf(source) ?? -1;
  return index === -1 ? Number.MAX_SAFE_INTEGER : index;
}

function hasBegun(designation: Designation, at: string): boolean {
  return designation.effectiveFrom <= at && !neverHeld(designation);
}

function neverHeld({ withdrawn, effectiveFrom }: Designation): boolean {
  return withdrawn !== null && withdrawn.effectiveFrom <= effectiveFrom;
}

function isOver({ effectiveTo, withdrawn }: Designation, at: string): boolean {
  return (effectiveTo !== null && effectiveTo <= at) || (withdrawn !== null && withdrawn.effectiveFrom <= at);
}

/** Among those that go before it is one of the same scope. */
function isReplaced(designation: Designation, before: readonly Designation[]): boolean {
  if (before.length === 0) return false;
  const key = scopeKey(designation.scope);
  return before.some((other) => scopeKey(other.scope) === key);
}

function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
