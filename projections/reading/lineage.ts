import type { Dispute } from '../../domain/resolution/disputes.js';
import { factIdOf, tokensOf } from '../../domain/resolution/grouping.js';
import { isInForce, type Settled, settlementsOn } from '../../domain/resolution/judgements.js';
import type { Candidate, Resolution } from '../../domain/resolution/resolve.js';
import type { Assertion, Fact } from '../../schemas/read-models/fact.js';
import { disputesOf } from './record-json.js';
import { ruleOf } from './rule-json.js';

/** Where a value came from, as the API shows it. */
export type Lineage = ReturnType<typeof lineageOf>;

/** Where each value came from: the winning event, every assertion with its versions, and what made them one fact. Nothing is opened. */
export function lineageOf(resolution: Resolution, disputes: readonly Dispute[]) {
  const { fact, winner, alternatives, takenBack } = resolution;
  return {
    factId: fact.factId,
    /** Ids under which the fact was known before it grew together: any statement's own. */
    aliases: fact.assertions.map(factIdOf).filter((id) => id !== fact.factId),
    category: fact.category,
    element: fact.element,
    resourceType: winner.assertion.resourceType,
    conflict: resolution.conflict,
    state: resolution.state,
    disputedBy: disputesOf(resolution, disputes),
    takenBackBy: takenBack.map(({ assertionId, source, heads }) => ({ assertionId, source, eventId: heads[0]?.eventId ?? null })),
    value: statementOf(winner, resolution),
    alternatives: alternatives.map((candidate) => statementOf(candidate, resolution)),
    rule: ruleOf(resolution),
    joinedBy: sharedTokens(fact),
    keptApart: fact.cut,
    settlements: settlementsOn(fact.assertions, fact.members).map(settlementOf),
    assertions: fact.assertions.map(assertionOf),
  };
}

function statementOf(candidate: Candidate, { disagreeing }: Pick<Resolution, 'disagreeing'>) {
  const { assertion, head, outranked } = candidate;
  const { assertionId, source, patientId } = assertion;
  const { eventId, position, recordedAt, sourceVersion, validTime } = head;
  return { assertionId, source, patientId, eventId, position, recordedAt, sourceVersion, validTime, agrees: !disagreeing.has(candidate), outranked };
}

/** Whether it is in force can be told where all that it judged is in this fact; of two facts, their dispute tells. */
function settlementOf(settled: Settled) {
  const { judgement, judged } = settled;
  const { eventId: _, group: __, ...said } = judgement;
  const isWhole = judged.length === judgement.statements;
  return { ...said, inForce: judgement.withdrawn ? false : isWhole ? isInForce(settled) : null };
}

function assertionOf(assertion: Assertion) {
  const { assertionId, patientId, source, resourceType, retraction, past } = assertion;
  return {
    assertionId,
    patientId,
    source,
    resourceType,
    live: assertion.heads.map(({ eventId, eventType, position, revision, recordedAt, sourceVersion, validTime, standing }) => ({
      eventId,
      eventType,
      position,
      revision,
      recordedAt,
      sourceVersion,
      validTime,
      standing,
    })),
    past,
    retraction,
  };
}

/** The keyed hashes that two or more assertions share: they are why the ledger takes these to be the same thing. */
function sharedTokens({ assertions, patientId }: Fact): { token: string; assertionIds: string[] }[] {
  const holders = new Map<string, string[]>();
  for (const assertion of assertions) {
    for (const token of tokensOf(assertion, patientId)) holders.set(token, [...(holders.get(token) ?? []), assertion.assertionId]);
  }
  return [...holders].filter(([, ids]) => ids.length > 1).map(([token, assertionIds]) => ({ token, assertionIds }));
}
