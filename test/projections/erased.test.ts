import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MemoryReadModels } from '../../adapters/memory/read-models.js';
import { foldFacts } from '../../domain/record/fold.js';
import { resolveFact } from '../../domain/resolution/resolve.js';
import { isTakenBack } from '../../domain/resolution/taken-back.js';
import { amendmentsProjection } from '../../projections/amendments.js';
import { memberKey } from '../../projections/candidates-rows.js';
import { changesProjection } from '../../projections/changes.js';
import { directoryProjection } from '../../projections/directory.js';
import { isErasedIn } from '../../projections/erased.js';
import { groupKey } from '../../projections/groups.js';
import { patientsProjection } from '../../projections/patients.js';
import type { Row } from '../../projections/ports.js';
import type { Projection } from '../../projections/projection.js';
import { factKey, recordProjection } from '../../projections/record.js';
import { type AuthorityRow, patientAuthorityKey } from '../../projections/resolutions/authority.js';
import { type FeedRow, feedPrefix, type ResolvedFact } from '../../projections/resolutions/rows.js';
import { hasRowsOf, MODELS_OF_PATIENTS, type ModelOfPatients } from '../../projections/rows-of-patient.js';
import type { LedgerEvent } from '../../schemas/catalogue.js';
import type { ChangeRow } from '../../schemas/read-models/change.js';
import type { Fact } from '../../schemas/read-models/fact.js';
import { scope } from '../domain/authority/designations.js';
import { token, uuid } from '../domain/given.js';
import { PATIENT, records } from '../domain/record/saying.js';
import { eventOf } from '../support/events.js';
import { runs } from '../support/runs.js';
import { A, B, C, rowsOf as candidateRows, links, merges, registers, unmerges, updates } from './candidates-support.js';
import { byKey, pagesOf, recorded, rowsAfter, textOf } from './folding.js';
import { anySteps, instant, OTHER, rowsOf, type Step, Tale, TENANT } from './resolving.js';

const test = suite('what read models keep of an erased patient');

/** A log in which the other patient is erased at some point, with whatever else was on its way to it. */
function erasedIn(before: readonly Step[], after: readonly Step[], who = OTHER): LedgerEvent[] {
  const tale = new Tale().tell(...before);
  const cut = tale.events.length;
  const order = eventOf('erasure-ordered', { id: uuid('order'), tenant: TENANT, data: { patientId: who } });
  const events = [...tale.events, order, ...tale.tell(...after).events.slice(cut)];
  return events.map((event, nth) => ({ ...event, recordedAt: instant(nth) })) as LedgerEvent[];
}

const anyErasure = fc.tuple(anySteps, fc.array(fc.constantFrom(0, 1, 2, 3, 4, 5), { maxLength: 6 }), anySteps);
const facts = (rows: readonly Row[]) => rows.filter(({ key }) => key.startsWith(`${TENANT}/`)).map(({ value }) => value as Fact);
const without = (rows: readonly Row[], prefix: string) => rows.filter(({ key }) => !key.startsWith(prefix));

/** The patient who is left, from their own stream alone. */
function factsOfLiving(events: readonly LedgerEvent[]): Fact[] {
  const own = recorded(events).filter(({ event }) => 'patientId' in event.data && event.data.patientId === PATIENT);
  return foldFacts(TENANT, { root: PATIENT, members: [PATIENT] }, own).sort(byKey);
}

function withoutJudgements(all: readonly Fact[]): object[] {
  return all.map((fact) => ({ ...fact, assertions: fact.assertions.map((one) => ({ ...one, judgements: [] })) }));
}

test('whatever happened before and was on its way, the record is that of the others alone', async () => {
  await fc.assert(
    fc.asyncProperty(anyErasure, async ([before, sizes, after]) => {
      const events = erasedIn(before, after);
      const rows = await rowsAfter(recordProjection, pagesOf(recorded(events), sizes));
      assert.equal(withoutJudgements(facts(rows).sort(byKey)), withoutJudgements(factsOfLiving(events)));
      const mark = groupKey(TENANT, OTHER);
      assert.not.ok(textOf(without(rows, mark)).includes(OTHER));
      assert.is(textOf(rows), textOf(await rowsAfter(recordProjection, [recorded(events)])));
    }),
    { numRuns: runs(80) },
  );
});

test('nor is the patient in the work list or in whom to believe, and every page cut and rebuild says the same', async () => {
  await fc.assert(
    fc.asyncProperty(anyErasure, fc.integer({ min: 1, max: 6 }), async ([before, , after], size) => {
      const events = erasedIn(before, after);
      const rows = await rowsOf(events, size);
      assert.is(textOf(rows), textOf(await rowsOf(events, 1000)));
      const kept = without(without(rows, groupKey(TENANT, OTHER)), '~feed/');
      assert.not.ok(textOf(kept).includes(OTHER));
      const own = rows.filter(({ key, value }) => key.startsWith('~feed/') && (value as FeedRow).patientId === OTHER).map(({ value }) => value as FeedRow);
      assert.ok(own.every(({ tombstone }) => tombstone === true));
    }),
    { numRuns: runs(20) },
  );
});

test('the others’ facts stand as their own statements settle them', async () => {
  await fc.assert(
    fc.asyncProperty(anyErasure, async ([before, , after]) => {
      const events = erasedIn(before, after);
      const rows = await rowsOf(events, 7);
      const authority = rows
        .filter(({ key }) => key === `~authority/${TENANT}` || key === patientAuthorityKey(TENANT, PATIENT))
        .map(({ value }) => value as AuthorityRow);
      const at = authority.reduce((latest, row) => ((row.at ?? '') > latest ? row.at : latest), events.at(-1)?.recordedAt ?? '');
      const living = factsOfLiving(events);
      const context = {
        designations: authority.flatMap(({ designations }) => designations),
        organizations: new Map(),
        patients: [PATIENT],
        at,
        takenBack: living.flatMap(({ assertions }) => assertions.filter(isTakenBack)),
      };
      const expected = living.flatMap((fact) => {
        const resolution = resolveFact(fact, context);
        return resolution === undefined ? [] : [[factKey(fact), resolution.winner.head.eventId, resolution.state]];
      });
      const stands = facts(rows).flatMap((fact) => {
        const { outcome } = fact as ResolvedFact;
        return outcome === null ? [] : [[factKey(fact), outcome.eventId, outcome.state]];
      });
      assert.equal(stands, expected);
    }),
    { numRuns: runs(25) },
  );
});

test('a consumer of a feed that told of the patient is told once that they were erased, and of what becomes of the others', async () => {
  const says = (who: string, source: string, words: string): Step => ({
    kind: 'says',
    who,
    command: records({ source, record: '1', words, about: ['a'], category: 'allergies' }),
  });
  const rows = await rowsOf(erasedIn([says(PATIENT, 'ehr', 'p'), says(OTHER, 'lis', 'q'), { kind: 'merges' }], []), 100);
  const items = rows.filter(({ key }) => key.startsWith(feedPrefix('record-changes', TENANT))).map(({ value }) => value as FeedRow);
  assert.equal(
    items.filter(({ patientId }) => patientId === OTHER).map(({ tombstone, data }) => [tombstone, (data as { orderId: string }).orderId]),
    [[true, uuid('order')]],
  );
  const closed = rows
    .filter(({ key }) => key.startsWith(feedPrefix('conflicts', TENANT)))
    .map(({ value }) => (value as FeedRow).data as { turn: string; because: string });
  assert.equal(closed.at(-1)?.turn, 'closed');
  assert.equal(closed.at(-1)?.because, uuid('order'));
});

test('an item that was told at the very instant of the order does not make the order look as if it had been applied', async () => {
  const says = (source: string, words: string, who = OTHER): Step => ({
    kind: 'says',
    who,
    command: records({ source, record: '1', words, about: ['a'], category: 'allergies' }),
  });
  // It comes into force with the order, which is the next event: the sweep tells of the patient at the order's own position.
  const designates: Step = { kind: 'designates', sources: ['lis'], who: null, category: null, from: 1, to: null };
  for (const size of [1, 100]) {
    const told = [says('ehr', 'p'), says('lis', 'q'), designates];
    const reached = await rowsOf(new Tale().tell(...told, says('ehr', 'r', PATIENT)).events, size);
    assert.ok(
      reached.some(({ key, value, position }) => key.startsWith('~feed/') && (value as FeedRow).patientId === OTHER && position === '5'),
      'or nothing is swept there',
    );
    const rows = await rowsOf(erasedIn(told, []), size);
    const ofThem = rows.filter(({ key, value }) => key.startsWith('~feed/') && (value as FeedRow).patientId === OTHER);
    assert.ok(ofThem.length > 0 && ofThem.every(({ value }) => (value as FeedRow).tombstone === true));
    assert.equal(facts(rows), []);
  }
});

test('whom to believe of the patient is not waited for any more, and of the others it is', async () => {
  const designates = (who: string): Step => ({ kind: 'designates', sources: ['lis'], who, category: 'allergies', from: 9, to: null });
  const says: Step = { kind: 'says', who: OTHER, command: records({ source: 'ehr', record: '1', words: 'p', about: ['a'], category: 'allergies' }) };
  const rows = await rowsOf(erasedIn([says, designates(OTHER), designates(PATIENT)], []), 100);
  const [authority] = rows.filter(({ key }) => key === `~authority/${TENANT}`).map(({ value }) => value as AuthorityRow);
  assert.equal(
    authority?.ahead.map(({ patientId }) => patientId),
    [PATIENT],
  );
});

async function modelsAfter(projection: Projection, events: readonly LedgerEvent[]): Promise<{ models: MemoryReadModels; rows: Row[] }> {
  const rows = await rowsAfter(projection, [recorded(events)]);
  const models = new MemoryReadModels();
  const generation = await models.begin(projection.name);
  const fence = (await models.lease(projection.name, generation, 'test', 60_000)) as number;
  await models.save(projection.name, generation, fence, { put: rows, remove: [], checkpoint: { position: '9', events: 9, version: 1 } });
  await models.activate(projection.name, generation);
  return { models, rows };
}

const order = eventOf('erasure-ordered', { data: { patientId: PATIENT } });
const change = eventOf('change-proposed', { data: { changeId: uuid('change'), patientId: PATIENT } });
const ABOUT: readonly (readonly [Projection, LedgerEvent])[] = [
  [directoryProjection, eventOf('system-of-record-designated', { data: { scope: scope({ patientId: PATIENT }) } })],
  [amendmentsProjection, eventOf('amendment-requested', { data: { patientId: PATIENT } })],
  [changesProjection, change],
  [
    patientsProjection(() => ({ generation: 1, tokens: [] })),
    eventOf('patient-registered', { data: { patientId: PATIENT }, source: { id: 'ehr', recordKey: token('1') } }),
  ],
  [recordProjection, eventOf('patient-registered', { data: { patientId: PATIENT }, source: { id: 'ehr', recordKey: token('1') } })],
];

for (const [projection, event] of ABOUT) {
  test(`${projection.name} forgets, and what comes after the order changes nothing`, async () => {
    const left = async (...events: readonly LedgerEvent[]) =>
      hasRowsOf((await modelsAfter(projection, events)).models, projection.name as ModelOfPatients, 'test', PATIENT);
    assert.ok(await left(event), 'or the check sees nothing');
    assert.not.ok(await left(event, order));
    assert.not.ok(await left(order, event));
    assert.not.ok(await left(event, order, eventOf(event.type, { data: event.data } as never)));
    assert.not.ok(await left(order));
  });
}

const said = { surname: 'Lovelace', given: 'Ada', birthDate: '1960-12-10' };

/** What is left of candidates after the events: the pairs, how many patients are counted, and whether anything is of the one who was erased. */
async function candidatesAfter(events: readonly LedgerEvent[], pages: readonly number[] = []) {
  const rows = await candidateRows(events, pages);
  const population = rows.find(({ key }) => key.startsWith('n/'))?.value as { patients: number } | undefined;
  const kept = rows.filter(({ key }) => key !== memberKey(TENANT, B));
  return {
    pairs: rows.filter(({ key }) => key.startsWith('c/')).length,
    patients: population?.patients ?? 0,
    ofErased: textOf(kept).includes(B),
    text: textOf(rows),
  };
}

test('an erased patient is a candidate with nobody, is not counted, and does not come back', async () => {
  const before = [registers(A, said), registers(B, said), registers(C, said)];
  const erased = eventOf('erasure-ordered', { tenant: TENANT, data: { patientId: B } });
  const late = [updates(B, { ...said, surname: 'Byron' }), links(A, B), merges(B, A), unmerges(B, A)];
  assert.equal([(await candidatesAfter(before)).pairs, (await candidatesAfter(before)).patients], [3, 3]);
  for (const events of [
    [...before, erased],
    [...before, erased, ...late],
    [...before, links(A, B), merges(B, A), erased],
  ]) {
    const { pairs, patients, ofErased, text } = await candidatesAfter(events);
    assert.equal([pairs, patients, ofErased], [1, 2, false]);
    assert.is(text, (await candidatesAfter(events, [1, 1, 1, 1, 1, 1, 1])).text);
  }
  const never = await candidatesAfter([erased, registers(B, said), registers(A, said)]);
  assert.equal([never.pairs, never.patients, never.ofErased], [0, 1, false]);
});

test('who decided a change about the patient stays on the list, and what they wrote does not', async () => {
  const approved = eventOf('change-approved', { data: { changeId: uuid('change') } });
  const rows = await rowsAfter(changesProjection, [recorded([change, order, approved])]);
  const [row] = rows.map(({ value }) => value as ChangeRow).filter(({ changeId }) => changeId !== undefined);
  assert.equal([row?.body, row?.decision?.kind, row?.reason], [null, 'approved', change.data.reason]);
});

test('every read model that holds anything of patients is looked into', () => {
  assert.equal([...MODELS_OF_PATIENTS].sort(), ['amendments', 'candidates', 'changes', 'directory', 'patients', 'record', 'resolutions']);
  assert.not.ok(isErasedIn({ get: () => undefined, byIndex: () => [], byPrefix: () => [] }, 'test', null));
});

test.run();
