import type { Judgement } from '../../schemas/read-models/fact.js';
import { isInForce, settlementsOn } from './judgements.js';
import type { Resolution } from './resolve.js';

/** Two facts that cannot both be true: "no known drug allergy", and an allergy to a drug. */
export interface Dispute {
  readonly facts: readonly [Resolution, Resolution];
  /** The steward's word that both may stand, as long as both stand as they did. */
  readonly settlement: Judgement | undefined;
}

/** Disputes between facts of one patient: what one asserts, the other contradicts. Each pair once, in order of fact ids. */
export function disputesAmong(resolutions: readonly Resolution[]): Dispute[] {
  const asserting = new Map<string, Resolution[]>();
  for (const resolution of resolutions) {
    for (const token of claimsOf(resolution, 'asserts')) asserting.set(token, [...(asserting.get(token) ?? []), resolution]);
  }
  const found = new Map<string, Dispute>();
  for (const resolution of resolutions) {
    for (const token of claimsOf(resolution, 'contradicts')) {
      for (const other of asserting.get(token) ?? []) {
        if (other.fact.factId === resolution.fact.factId) continue;
        const pair = [resolution, other].sort((left, right) => (left.fact.factId < right.fact.factId ? -1 : 1)) as [Resolution, Resolution];
        found.set(pair.map(({ fact }) => fact.factId).join('\n'), { facts: pair, settlement: settlementOf(pair) });
      }
    }
  }
  return [...found].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, dispute]) => dispute);
}

/** The claims of all live statements of a fact: an alternative that denies disputes as much as the value does. */
export function claimsOf({ winner, alternatives }: Pick<Resolution, 'winner' | 'alternatives'>, side: 'asserts' | 'contradicts'): Set<string> {
  return new Set([winner, ...alternatives].flatMap(({ names }) => names[side]));
}

function settlementOf(pair: readonly [Resolution, Resolution]): Judgement | undefined {
  const assertions = pair.flatMap(({ fact }) => fact.assertions);
  const standing = pair.map(({ winner }) => winner.head.eventId);
  return settlementsOn(assertions, pair[0].fact.members).findLast(
    (settled) =>
      settled.judgement.decision === 'keep-both' && isInForce(settled) && standing.every((eventId) => settled.judged.some((one) => one.eventId === eventId)),
  )?.judgement;
}
