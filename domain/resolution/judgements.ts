import type { Assertion, Judgement } from '../../schemas/read-models/fact.js';
import { thingOf } from '../record/assertions.js';

/** A statement's place among the assertions that are looked at. */
export function refOf(one: Pick<Assertion, 'assertionId' | 'element' | 'part'>): string {
  return `${one.assertionId}|${thingOf(one)}`;
}

/** One statement that a settlement judged, among those that are looked at. */
export interface JudgedHere {
  readonly assertion: Assertion;
  readonly eventId: string;
  readonly group: number;
}

/** A settlement, and the statements that it judged, as far as they are among those that are looked at. */
export interface Settled {
  readonly judgement: Judgement;
  readonly judged: readonly JudgedHere[];
}

/**
 * All settlements of these patients' record that the assertions remember, each once, the earlier first. What was settled of a
 * merged record stays with the patient whose record it was: for who was let go again it was never said.
 */
export function settlementsOn(assertions: readonly Assertion[], members: readonly string[]): Settled[] {
  const all = new Map<string, { judgement: Judgement; judged: JudgedHere[] }>();
  for (const assertion of assertions) {
    for (const judgement of assertion.judgements) {
      if (!members.includes(judgement.patientId)) continue;
      const known = all.get(judgement.settlement) ?? { judgement, judged: [] };
      known.judged.push({ assertion, eventId: judgement.eventId, group: judgement.group });
      all.set(judgement.settlement, known);
    }
  }
  return byAge([...all.values()].map(({ judgement }) => judgement)).map((judgement) => all.get(judgement.settlement) as Settled);
}

/**
 * Our own decisions have an order, that of the log. Versions count within one patient's stream, where a clock that was set
 * back turns nothing round: a decision is as late as the latest before it there. Between streams the time decides.
 */
function byAge(judgements: readonly Judgement[]): Judgement[] {
  const latest = new Map<string, string>();
  const inStreams = [...judgements].sort((left, right) => left.version - right.version || compare(left.settlement, right.settlement));
  const aged = inStreams.map((judgement) => {
    const before = latest.get(judgement.patientId) ?? '';
    const at = judgement.recordedAt > before ? judgement.recordedAt : before;
    latest.set(judgement.patientId, at);
    return { judgement, at };
  });
  // Stable: those of one stream stay in the order of their versions.
  return aged
    .sort((left, right) => compare(left.at, right.at) || compare(left.judgement.patientId, right.judgement.patientId))
    .map(({ judgement }) => judgement);
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** In force while every statement that it judged stands as it did: a settlement is about what was seen, and nothing else. */
export function isInForce({ judgement, judged }: Settled): boolean {
  if (judgement.withdrawn || judged.length < judgement.statements) return false;
  return judged.every(({ assertion, eventId }) => assertion.heads.some((head) => head.eventId === eventId));
}

export type Verdict = 'same' | 'not-same';

/** What stewards decided of pairs of statements: `same` or `not-same`, the later decision counting. Keys are `pairOf`. */
export function verdictsOn(assertions: readonly Assertion[], members: readonly string[]): Map<string, Verdict> {
  const verdicts = new Map<string, Verdict>();
  if (assertions.every(({ judgements }) => judgements.length === 0)) return verdicts;
  for (const settled of settlementsOn(assertions, members)) {
    const { decision } = settled.judgement;
    if ((decision !== 'same' && decision !== 'not-same') || !isInForce(settled)) continue;
    for (const [index, left] of settled.judged.entries()) {
      for (const right of settled.judged.slice(index + 1)) {
        if (left.group !== right.group) verdicts.set(pairOf(refOf(left.assertion), refOf(right.assertion)), decision);
      }
    }
  }
  return verdicts;
}

export function pairOf(left: string, right: string): string {
  return left < right ? `${left}\n${right}` : `${right}\n${left}`;
}
