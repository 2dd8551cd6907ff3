import * as fc from 'fast-check';
import { liveHeads } from '../../../domain/record/assertions.js';
import { type PatientCommand, patientDecider } from '../../../domain/record/decide.js';
import { foldFacts } from '../../../domain/record/fold.js';
import { type Settling, settle } from '../../../domain/resolution/settlement.js';
import type { LedgerEvent } from '../../../schemas/catalogue.js';
import { SETTLEMENTS } from '../../../schemas/events/conflict-settled.js';
import { STANDINGS } from '../../../schemas/events/statement.js';
import type { Fact } from '../../../schemas/read-models/fact.js';
import { eventOf } from '../../support/events.js';
import { Story, uuid } from '../given.js';
import { corrects, PATIENT, records, register, retracts, updates } from '../record/saying.js';

/** What happened to a patient's record: what sources said, each in its own order, and what stewards made of it in between. */
export type History = readonly LedgerEvent[];

const SOURCES = ['ehr', 'lis', 'ris'];
const STREAM = `test.patient-${PATIENT}`;
const ALONE = { root: PATIENT, members: [PATIENT] };

function anyCommand(source: string): fc.Arbitrary<PatientCommand> {
  const said = fc.record({
    record: fc.constantFrom('1', '2', '3'),
    version: fc.constantFrom('1', '2', '3', 'x', 'y', null, '2026-01-01T00:00:00Z'),
    words: fc.constantFrom('p', 'q'),
    about: fc.subarray(['a', 'b', 'c', 'd']),
    from: fc.constantFrom(null, '2020-01-01T00:00:00.000Z', '2021-01-01T00:00:00.000Z'),
    standing: fc.constantFrom(...STANDINGS, 'stated' as const, 'stated' as const),
    category: fc.constantFrom('allergies', 'allergies', 'conditions', 'vital-signs'),
    codes: fc.subarray(['snomed', 'icd']),
    precision: fc.constantFrom([], ['p'], ['p', 'p1'], ['p', 'p2']),
    asserts: fc.constantFrom([], [], ['allergic']),
    contradicts: fc.constantFrom([], [], ['allergic']),
  });
  const elements = fc.dictionary(fc.constantFrom('name', 'birthDate', 'gender'), fc.constantFrom('A', 'B'), { minKeys: 1, noNullPrototype: true });
  const parts = fc.dictionary(fc.constantFrom('systolic', 'diastolic', 'a'), fc.constantFrom('p', 'q'), { minKeys: 1, noNullPrototype: true });
  return fc.oneof(
    { weight: 6, arbitrary: said.map((one) => records({ ...one, about: namedIn(one), source })) },
    { weight: 1, arbitrary: fc.tuple(said, parts).map(([{ record, version }, spoken]) => records({ source, record, version, parts: spoken })) },
    { weight: 1, arbitrary: said.map((one) => corrects({ ...one, about: namedIn(one), source })) },
    { weight: 1, arbitrary: said.map(({ record }) => retracts({ source, record })) },
    { weight: 2, arbitrary: fc.tuple(said, elements).map(([{ version }, spoken]) => updates({ source, version, elements: spoken })) },
  );
}

/** A name belongs to a category: no two of them ever share one. */
function namedIn({ category, about }: { readonly category: string; readonly about: readonly string[] }): string[] {
  return about.map((name) => `${category} ${name}`);
}

/** What a steward would settle, of whatever facts there are then. */
interface Wish {
  readonly nth: number;
  readonly other: number;
  readonly decision: (typeof SETTLEMENTS)[number];
  readonly pick: number;
  readonly reopened: boolean;
}

const wishes: fc.Arbitrary<Wish[]> = fc.array(
  fc.record({ nth: fc.nat(20), other: fc.nat(20), decision: fc.constantFrom(...SETTLEMENTS), pick: fc.nat(20), reopened: fc.boolean() }),
  { maxLength: 4 },
);

function settlingOf(facts: readonly Fact[], { nth, other, decision, pick }: Wish): Settling | undefined {
  const standing = facts.filter((fact) => fact.assertions.some((one) => liveHeads(one).length > 0));
  const [fact, second] = [standing[nth % standing.length], standing[other % standing.length]];
  if (fact === undefined || second === undefined) return undefined;
  const otherFactId = decision === 'same' || (decision === 'keep-both' && pick % 2 === 0 && second !== fact) ? second.factId : null;
  const live = (one: Fact) => one.assertions.filter((assertion) => liveHeads(assertion).length > 0);
  const ids = [...new Set(live(fact).map(({ assertionId }) => assertionId))];
  const cut = 1 + (pick % Math.max(1, ids.length - 1));
  const judged = (otherFactId === null ? [fact] : [fact, second]).flatMap((one) => live(one).flatMap((assertion) => liveHeads(assertion)));
  return {
    factId: fact.factId,
    otherFactId,
    decision,
    chosen: decision === 'choose' ? (ids[pick % ids.length] ?? null) : null,
    groups: decision === 'not-same' ? [ids.slice(0, cut), ids.slice(cut)] : null,
    judged: judged.map(({ eventId }) => eventId),
  };
}

function settlements(soFar: readonly LedgerEvent[], wished: readonly Wish[], round: number): LedgerEvent[] {
  const facts = foldFacts(
    'test',
    ALONE,
    soFar.map((event, n) => ({ event, revision: n, position: String(n + 1) })),
  );
  return wished.flatMap((wish, n): LedgerEvent[] => {
    const settling = settlingOf(facts, wish);
    const settled = settling === undefined ? undefined : settle(facts, settling);
    if (settled === undefined || 'kind' in settled) return [];
    const {
      facts: [fact],
      judged,
      chosen,
    } = settled;
    const about = { patientId: PATIENT, category: fact.category, judged, reason: 'asked' };
    const id = uuid(`settlement ${round}.${n}`);
    const recordedAt = `2026-02-0${round}T00:00:0${n}.000Z`;
    const data = { ...about, decision: wish.decision, chosen, version: round * 10 + n, approval: null };
    const settlement = eventOf('conflict-settled', { id, recordedAt, stream: STREAM, data });
    const reopening = eventOf('conflict-reopened', { id: uuid(`reopened ${round}.${n}`), stream: STREAM, data: { ...about, settlement: id } });
    return wish.reopened ? [settlement, reopening] : [settlement];
  });
}

/** Three sources speak, a steward settles some of it, they go on, and the steward settles again. */
export const anyHistory: fc.Arbitrary<History> = fc
  .tuple(...SOURCES.map((source) => fc.tuple(fc.array(anyCommand(source), { maxLength: 7 }), fc.array(anyCommand(source), { maxLength: 3 }))), wishes, wishes)
  .map((drawn) => {
    const [firstWishes, secondWishes] = drawn.slice(-2) as [Wish[], Wish[]];
    const spoken = drawn.slice(0, SOURCES.length) as [PatientCommand[], PatientCommand[]][];
    const stories = SOURCES.map((source) => new Story(patientDecider, STREAM, (nth) => uuid(`${source}#${nth}`)).tell(register({ source: 'registry' })));
    const said = (round: 0 | 1) =>
      stories.flatMap((story, n) => {
        const before = story.events.length;
        return story.tell(...(spoken[n]?.[round] ?? [])).events.slice(before);
      });
    const first = said(0);
    const settledFirst = settlements(first, firstWishes, 1);
    const second = said(1);
    const all = [...first, ...settledFirst, ...second];
    return [...all, ...settlements(all, secondWishes, 2)];
  });

/**
 * What has to have happened before an event. A settlement comes after what it judged, and is taken back after it was made. A
 * correction or retraction is about its source's record as it stood: what was said of that record before it stays before, and
 * what was said later stays later. Nothing else binds the order of a log; versions come as they like.
 */
function before(history: History, event: LedgerEvent, at: number): readonly string[] {
  if (event.type === 'conflict-settled') return event.data.judged.map(({ eventId }) => eventId);
  if (event.type === 'conflict-reopened') return [event.data.settlement];
  const ofRecord = history
    .slice(0, at)
    .filter(({ source }) => source !== null && source.id === event.source?.id && source.recordKey === event.source.recordKey);
  return (takesPlace(event) ? ofRecord : ofRecord.filter(takesPlace)).map(({ id }) => id);
}

function takesPlace({ data }: LedgerEvent): boolean {
  return 'replaces' in data && data.replaces.length > 0;
}

/** Any order of a history that a log could have: `ranks` say which of those that may come next does. */
export function reordered(history: History, ranks: readonly number[]): LedgerEvent[] {
  const waiting = history.map((event, n) => ({ event, rank: ranks[n] ?? n, after: before(history, event, n) }));
  const there = new Set<string>();
  const order: LedgerEvent[] = [];
  while (waiting.length > 0) {
    const ready = waiting.filter(({ after }) => after.every((id) => there.has(id)));
    const next = ready.reduce((best, one) => (one.rank < best.rank ? one : best));
    waiting.splice(waiting.indexOf(next), 1);
    there.add(next.event.id);
    order.push(next.event);
  }
  return order;
}

/** Two orders in which a log could have one history. */
export interface Orders {
  readonly one: LedgerEvent[];
  readonly other: LedgerEvent[];
}

export const anyOrders: fc.Arbitrary<Orders> = anyHistory.chain((history) => {
  const ranks = fc.array(fc.nat(1000), { minLength: history.length, maxLength: history.length });
  return fc.tuple(ranks, ranks).map(([left, right]) => shownAsLines({ one: reordered(history, left), other: reordered(history, right) }));
});

/** A counterexample that can be read: a line an event, with what orders and names it. */
function shownAsLines(orders: Orders): Orders {
  const text = () => `one:\n${orders.one.map(lineOf).join('\n')}\nother:\n${orders.other.map(lineOf).join('\n')}`;
  return Object.defineProperty(orders, fc.toStringMethod, { value: text, enumerable: false });
}

function lineOf({ id, type, data, source }: LedgerEvent): string {
  const { statements, judged, ...more } = data as { statements?: readonly Record<string, unknown>[]; judged?: readonly { eventId: string; group: number }[] };
  const { patientId: _, contentToken: __, assertionId, ...rest } = more as Record<string, unknown>;
  const said = statements?.map((one) => JSON.stringify(one));
  const seen = judged?.map(({ eventId, group }) => `${eventId.slice(0, 4)}/${group}`);
  const short = (text: string) => text.replace(/([0-9a-f]{4})[0-9a-f-]{32}/g, '$1');
  return short(`${id} ${type} ${source?.id ?? ''} ${assertionId ?? ''} ${JSON.stringify(rest)} ${said?.join(' ') ?? ''} ${seen?.join(' ') ?? ''}`);
}
