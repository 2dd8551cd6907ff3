import type { Assertion, Judgement } from '../../schemas/read-models/fact.js';
import { thingOf } from '../record/assertions.js';

/** A statement's place among the assertions that are looked at. */
export function refOf(one: Pick<Assertion, 'assertionId' | 'element' | 'part'>): string {
  return `${one.assertionId}|${thingOf(one)}`;
}

/**
 * All settlements of these patients' record that the assertions remember, each once, the earlier first. What was settled of a
 * merged record stays with the patient whose record it was: for who was let go again it was never said.
 */
export function judgementsOn(assertions: readonly Assertion[], members: readonly string[]): Judgement[] {
  const all = new Map<string, Judgement>();
  for (const { judgements } of assertions) {
    for (const judgement of judgements) if (members.includes(judgement.patientId)) all.set(judgement.settlement, judgement);
  }
  return byAge([...all.values()]);
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
export function isInForce(judgement: Judgement, assertions: ReadonlyMap<string, Assertion>): boolean {
  if (judgement.withdrawn) return false;
  return judgement.judged.every((one) => assertions.get(refOf(one))?.heads.some(({ eventId }) => eventId === one.eventId) === true);
}

export function byRef(assertions: readonly Assertion[]): Map<string, Assertion> {
  return new Map(assertions.map((assertion) => [refOf(assertion), assertion]));
}

export type Verdict = 'same' | 'not-same';

/** What stewards decided of pairs of statements: `same` or `not-same`, the later decision counting. Keys are `pairOf`. */
export function verdictsOn(assertions: readonly Assertion[], members: readonly string[]): Map<string, Verdict> {
  const verdicts = new Map<string, Verdict>();
  if (assertions.every(({ judgements }) => judgements.length === 0)) return verdicts;
  const known = byRef(assertions);
  for (const judgement of judgementsOn(assertions, members)) {
    const { decision, judged } = judgement;
    if ((decision !== 'same' && decision !== 'not-same') || !isInForce(judgement, known)) continue;
    for (const [index, left] of judged.entries()) {
      for (const right of judged.slice(index + 1)) if (left.group !== right.group) verdicts.set(pairOf(refOf(left), refOf(right)), decision);
    }
  }
  return verdicts;
}

export function pairOf(left: string, right: string): string {
  return left < right ? `${left}\n${right}` : `${right}\n${left}`;
}
