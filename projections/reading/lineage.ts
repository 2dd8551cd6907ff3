import { tokensOf } from '../../domain/resolution/grouping.js';
import type { Resolution } from '../../domain/resolution/resolve.js';
import type { Assertion } from '../../schemas/read-models/fact.js';
import { ruleOf } from './record-json.js';

/** Where each value came from: the winning event, every assertion with its versions, and what made them one fact. Nothing is opened. */
export function lineageOf(resolution: Resolution) {
  const { fact, winner } = resolution;
  return {
    factId: fact.factId,
    category: fact.category,
    element: fact.element,
    conflict: resolution.conflict,
    value: { assertionId: winner.assertion.assertionId, source: winner.assertion.source, eventId: winner.head.eventId, position: winner.head.position },
    rule: ruleOf(resolution),
    joinedBy: sharedTokens(fact.assertions),
    assertions: fact.assertions.map(assertionOf),
  };
}

function assertionOf(assertion: Assertion) {
  const { assertionId, source, resourceType, retraction, past } = assertion;
  return {
    assertionId,
    source,
    resourceType,
    live: assertion.heads.map(({ eventId, eventType, position, revision, recordedAt, sourceVersion, validTime }) => ({
      eventId,
      eventType,
      position,
      revision,
      recordedAt,
      sourceVersion,
      validTime,
    })),
    past,
    retraction,
  };
}

/** The keyed hashes that two or more assertions share: they are why the ledger takes these to be the same thing. */
function sharedTokens(assertions: readonly Assertion[]): { token: string; assertionIds: string[] }[] {
  const holders = new Map<string, string[]>();
  for (const assertion of assertions) {
    for (const token of tokensOf(assertion)) holders.set(token, [...(holders.get(token) ?? []), assertion.assertionId]);
  }
  return [...holders].filter(([, ids]) => ids.length > 1).map(([token, assertionIds]) => ({ token, assertionIds }));
}
