import type { JudgedStatement, SettlementDecision } from '../../schemas/events/conflict-settled.js';
import type { Assertion, Fact } from '../../schemas/read-models/fact.js';
import { liveHeads } from '../record/assertions.js';
import { type Issue, type Rejection, reject } from '../rejections.js';
import { differ } from './agreement.js';
import { factIdOf } from './grouping.js';
import { isTakenBack, takenBackOf } from './taken-back.js';

/** What a steward says of one fact, or of two. */
export interface Settling {
  readonly factId: string;
  readonly otherFactId: string | null;
  readonly decision: SettlementDecision;
  readonly chosen: string | null;
  /** For `not-same`: assertion ids that belong together. */
  readonly groups: readonly (readonly string[])[] | null;
  /** Event ids of the statements that were looked at. */
  readonly judged: readonly string[];
}

export interface Settled {
  /** What it is about: one fact, or two. */
  readonly facts: readonly [Fact, ...Fact[]];
  readonly judged: JudgedStatement[];
  readonly chosen: string | null;
}

/**
 * Holds a settlement against the facts as they stand: it must have looked at every live statement there is, and at no
 * other, and must fit them. A fact is found under the id of any of its statements, so an id that was absorbed still works.
 */
export function settle(facts: readonly Fact[], settling: Settling): Settled | Rejection {
  const fact = findFact(facts, settling.factId);
  if (fact === undefined) return reject('unknown-conflict', [at('/factId')]);
  const other = settling.otherFactId === null ? null : findFact(facts, settling.otherFactId);
  if (other === undefined) return reject('unknown-conflict', [at('/otherFactId')]);
  const about = other === null ? [fact] : [fact, other];
  const statements = about.flatMap((one, group) => judgedIn(one, group));
  if (!sameSet(settling.judged, statements)) return reject('conflict-changed');
  const takenBack = facts.flatMap(({ assertions }) => assertions).filter(isTakenBack);
  const open = inDispute(fact) || takenBackOf(fact, takenBack).length > 0;
  return fitting(settling, { fact, other, statements, open });
}

interface Looked {
  readonly fact: Fact;
  readonly other: Fact | null;
  readonly statements: readonly JudgedStatement[];
  /** There is something to settle in the fact by itself: statements that differ, whoever is believed, or one taken back. */
  readonly open: boolean;
}

function fitting(settling: Settling, { fact, other, statements, open }: Looked): Settled | Rejection {
  const { decision } = settling;
  // What a decision does not take would be dropped without a word.
  if (settling.chosen !== null && decision !== 'choose') return misfit('/chosen', 'only-with-choose');
  if (settling.groups !== null && decision !== 'not-same') return misfit('/groups', 'only-with-not-same');
  switch (decision) {
    case 'choose': {
      if (other !== null) return misfit('/otherFactId', 'not-with-choose');
      if (!open) return reject('unknown-conflict', [at('/factId')]);
      const chosen = statements.find(({ assertionId }) => assertionId === settling.chosen);
      return chosen === undefined ? misfit('/chosen', 'assertion-of-the-fact') : { facts: [fact], judged: [...statements], chosen: chosen.assertionId };
    }
    case 'keep-both':
      if (other?.factId === fact.factId) return misfit('/otherFactId', 'another-fact');
      if (other === null && !open) return reject('unknown-conflict', [at('/factId')]);
      return { facts: other === null ? [fact] : [fact, other], judged: [...statements], chosen: null };
    case 'same':
      if (other === null || other.factId === fact.factId) return misfit('/otherFactId', 'another-fact');
      if (other.category !== fact.category || other.element !== fact.element) return misfit('/otherFactId', 'same-category-and-element');
      return { facts: [fact, other], judged: [...statements], chosen: null };
    case 'not-same':
      return parted(settling, fact, other, statements);
  }
}

function parted(settling: Settling, fact: Fact, other: Fact | null, statements: readonly JudgedStatement[]): Settled | Rejection {
  if (other !== null) return misfit('/otherFactId', 'not-with-not-same');
  const groups = settling.groups ?? [];
  const groupOf = (assertionId: string) => groups.findIndex((ids) => ids.includes(assertionId));
  const ids = groups.flat();
  const known = new Set(statements.map(({ assertionId }) => assertionId));
  if (groups.length < 2 || new Set(ids).size !== ids.length || ids.some((id) => !known.has(id)) || known.size !== ids.length) {
    return misfit('/groups', 'every-assertion-of-the-fact-once');
  }
  return { facts: [fact], judged: statements.map((statement) => ({ ...statement, group: groupOf(statement.assertionId) })), chosen: null };
}

function inDispute(fact: Fact): boolean {
  return differ(fact.assertions.flatMap(liveHeads), fact.patientId);
}

export function findFact(facts: readonly Fact[], factId: string): Fact | undefined {
  return facts.find((fact) => fact.factId === factId) ?? facts.find((fact) => fact.assertions.some((assertion) => factIdOf(assertion) === factId));
}

function judgedIn(fact: Fact, group: number): JudgedStatement[] {
  return fact.assertions.flatMap((assertion) => liveHeads(assertion).map(({ eventId }) => ({ ...placeOf(assertion), eventId, group })));
}

function placeOf({ patientId, source, recordKey, assertionId, element, part }: Assertion): Omit<JudgedStatement, 'eventId' | 'group'> {
  return { patientId, source, recordKey, assertionId, element, part };
}

/** Parts of one record share its event: a fact holds at most one statement of each, so the ids still tell what was seen. */
function sameSet(judged: readonly string[], statements: readonly JudgedStatement[]): boolean {
  const [seen, standing] = [new Set(judged), new Set(statements.map(({ eventId }) => eventId))];
  return seen.size === standing.size && [...standing].every((eventId) => seen.has(eventId));
}

const at = (pointer: string): Issue => ({ pointer, rule: 'known-fact' });

function misfit(pointer: string, rule: string): Rejection {
  return reject('invalid-settlement', [{ pointer, rule }]);
}
