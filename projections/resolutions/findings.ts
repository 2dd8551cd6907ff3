import { type Dispute, disputesAmong } from '../../domain/resolution/disputes.js';
import type { Resolution } from '../../domain/resolution/resolve.js';
import type { Assertion, Fact } from '../../schemas/read-models/fact.js';
import type { ConflictRow, ConflictState, ConflictStatement } from './rows.js';

/** A conflict as it stands after an event, before it is known since when. */
export type Finding = Pick<
  ConflictRow,
  'conflictId' | 'kind' | 'tenant' | 'patientId' | 'category' | 'element' | 'factIds' | 'statements' | 'takenBackBy' | 'designation' | 'settlement'
> & { readonly state: ConflictState };

/** Statements that an entry names: as many as a settlement can judge. */
const STATEMENTS_AT_MOST = 500;

/** Disputes of these facts, among themselves and with others. One among others alone is not asked for. */
export function disputesOf(resolutions: readonly Resolution[], others: readonly Resolution[]): Finding[] {
  const asked = new Set(resolutions.map(({ fact }) => fact.factId));
  return disputesAmong([...resolutions, ...others])
    .filter(({ facts }) => facts.some(({ fact }) => asked.has(fact.factId)))
    .map(disputeIn);
}

export function differenceIn(resolution: Resolution): Finding[] {
  const { fact, state, designation, settlement, takenBack } = resolution;
  if (state === 'agreed') return [];
  const about = {
    conflictId: fact.factId,
    kind: 'difference',
    factIds: [fact.factId],
    statements: statementsOf(resolution),
    takenBackBy: sourcesOf(takenBack),
  } as const;
  const by = { designation: designation?.eventId ?? null, settlement: settlement?.inForce === true ? settlement.judgement.settlement : null };
  return [{ ...about, ...ownerOf(fact), state, ...by }];
}

function disputeIn({ facts, settlement }: Dispute): Finding {
  const factIds = facts.map(({ fact }) => fact.factId);
  const statements = facts.flatMap(statementsOf).slice(0, STATEMENTS_AT_MOST);
  const state = settlement === undefined ? 'open' : 'settled';
  const by = { designation: null, settlement: settlement?.settlement ?? null };
  return { conflictId: factIds.join('+'), kind: 'dispute', factIds, statements, takenBackBy: [], ...ownerOf(facts[0].fact), state, ...by };
}

function sourcesOf(assertions: readonly Assertion[]): string[] {
  return [...new Set(assertions.map(({ source }) => source))].sort();
}

function ownerOf({ tenant, patientId, category, element }: Fact) {
  return { tenant, patientId, category, element };
}

function statementsOf({ fact: { factId }, winner, alternatives }: Resolution): ConflictStatement[] {
  return [winner, ...alternatives].slice(0, STATEMENTS_AT_MOST).map(({ assertion: { assertionId, patientId, source }, head: { eventId } }) => ({
    factId,
    assertionId,
    patientId,
    source,
    eventId,
  }));
}
