import { liveHeads, namesFor } from '../../domain/record/assertions.js';
import { isTakenBack } from '../../domain/resolution/taken-back.js';
import type { Fact } from '../../schemas/read-models/fact.js';
import type { RowView } from '../projection.js';
import { claimIndex, factIndex, tokenIndex } from '../record.js';
import { contradictingIndex, partIndex, type ResolvedFact } from './rows.js';

const HEX_DIGITS = [...'0123456789abcdef'];
const WALKS = HEX_DIGITS.flatMap((first) => HEX_DIGITS.map((second) => first + second));
const WALK_LETTERS = 2;

/**
 * A tenant's facts to be looked at when its designations change, in parts: by the first letters of the patient's random id.
 * A store may have to look at all rows under an index value for each page of them, so that no part should be large.
 */
export function tenantWalk(tenant: string): string[] {
  return WALKS.map((letters) => `w/${tenant}/${letters}`);
}

/** Those of one patient and of all whom they are one with. */
export function patientWalk(tenant: string, patientId: string): string {
  return `w/${tenant}/${patientId}`;
}

/** By what a fact is found. */
export function indexFor(fact: Fact): string[] {
  const { tenant, patientId, members, assertions } = fact;
  const stating = assertions.filter((assertion) => liveHeads(assertion).length > 0);
  // Whom to believe can only matter where two sources have a live statement.
  const several = new Set(stating.map(({ source }) => source)).size > 1;
  const walks = several ? [`w/${tenant}/${patientId.slice(0, WALK_LETTERS)}`, ...members.map((member) => patientWalk(tenant, member))] : [];
  const contradicts = claimsIn(fact, 'contradicts').map((token) => contradictingIndex(tenant, token));
  return [...factIndex(fact), ...contradicts, ...walks];
}

/**
 * Index values under which stands what bears on a fact besides its own row: conflicts it is part of, and facts that dispute
 * it. Most facts have none and claim nothing: these are not asked for.
 */
export function besides(fact: Fact): string[] {
  const { tenant, patientId, factId, outcome } = fact as ResolvedFact;
  const [asserts, contradicts] = [claimsIn(fact, 'asserts'), claimsIn(fact, 'contradicts')];
  const quiet = asserts.length + contradicts.length === 0 && (outcome === null || outcome.state === 'agreed');
  return [
    ...(quiet ? [] : [partIndex(tenant, patientId, factId)]),
    ...asserts.map((token) => contradictingIndex(tenant, token)),
    ...contradicts.map((token) => claimIndex(tenant, token)),
  ];
}

function claimsIn({ assertions, patientId }: Fact, side: 'asserts' | 'contradicts'): string[] {
  return [...new Set(assertions.flatMap((assertion) => liveHeads(assertion).flatMap((head) => namesFor(head, patientId)[side])))];
}

/** The names of a fact's records that were taken back as errors: facts that share one have to be looked at. */
export function takenBackNames(fact: Fact): string[] {
  return fact.assertions.filter(isTakenBack).flatMap(({ heads }) => heads.flatMap((head) => namesFor(head, fact.patientId).identity));
}

/** A patient's facts that share a name with a record that is, or was, taken back as an error, by row key. */
export function besideTakenBack(facts: Iterable<Fact>, rows: RowView): Map<string, Fact> {
  const beside = new Map<string, Fact>();
  for (const fact of facts) {
    for (const token of takenBackNames(fact)) {
      for (const { key, value } of rows.byIndex(tokenIndex(fact.tenant, token))) {
        // Names that were translated toward somebody else may still reach their facts.
        if ((value as Fact).patientId === fact.patientId) beside.set(key, value as Fact);
      }
    }
  }
  return beside;
}
