import type { Assertion, Fact } from '../../schemas/read-models/fact.js';
import { liveHeads, namesFor } from '../record/assertions.js';
import { tokensOf } from './grouping.js';

/** Every version that stands says that the record was entered in error. */
export function isTakenBack(assertion: Assertion): boolean {
  return assertion.heads.length > 0 && liveHeads(assertion).length === 0;
}

/**
 * Records taken back as errors that spoke of this fact. They join and decide nothing; but a copy that another source still
 * holds should be looked at. Not where the source itself still says it in another of its records of the patient.
 */
export function takenBackOf(fact: Fact, takenBack: readonly Assertion[]): Assertion[] {
  if (takenBack.length === 0) return [];
  const names = new Set(fact.assertions.flatMap((assertion) => [...tokensOf(assertion, fact.patientId)]));
  return takenBack.filter(
    (one) =>
      one.category === fact.category &&
      one.element === fact.element &&
      !fact.assertions.some((other) => other.source === one.source && other.patientId === one.patientId && liveHeads(other).length > 0) &&
      one.heads.some((head) => namesFor(head, fact.patientId).identity.some((token) => names.has(token))),
  );
}
