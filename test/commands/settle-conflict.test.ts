import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MemoryEventStore } from '../../adapters/memory/event-store.js';
import type { ChangeControl } from '../../domain/change-control/protected.js';
import { factJson } from '../../projections/reading/record-json.js';
import { callerOf, codeOf, type Desk, openDesk, steward } from './desk.js';
import { fact as factOf, merge, twoPatients, unmerge } from './merging.js';

interface Shown {
  readonly factId: string;
  readonly state: string;
  readonly value: Statement;
  readonly alternatives: readonly Statement[];
  readonly rule: { readonly because: string; readonly settlement: { readonly eventId: string; readonly by: string; readonly inForce: boolean } | null };
}
interface Statement {
  readonly source: string;
  readonly eventId: string;
  readonly assertionId: string;
}

/** The facts of a category as a steward reads them. */
async function read(desk: Desk, patientId: string, category: 'allergies' | 'conditions' = 'allergies', conflictsOnly = false): Promise<Shown[]> {
  await desk.project();
  const asked = { tenant: 'acme', patientId, category, conflictsOnly, validAt: null, knownAt: null, designationsAt: null, after: null, limit: 100 };
  const { resolutions, disputes } = await desk.records.read({ ...asked, now: desk.clock.now() });
  return Promise.all(resolutions.map(async (resolution) => JSON.parse(await factJson(resolution, disputes, null)) as Shown));
}

const eventsOf = (shown: Shown) => [shown.value, ...shown.alternatives].map(({ eventId }) => eventId);
const assertionOf = (shown: Shown, source: string) => [shown.value, ...shown.alternatives].find((one) => one.source === source)?.assertionId;
const standing = (all: readonly Shown[]) => all.map(({ value, state }) => `${value.source} ${state}`);

interface World {
  desk: Desk;
  patientId: string;
  ehr: ReturnType<typeof callerOf>;
  lis: ReturnType<typeof callerOf>;
  conflict: Shown;
}

const test = suite<World>('settling conflicts', {} as World);

test.before.each(async (world) => {
  Object.assign(world, await disagreement());
});
test.after.each(({ desk }) => desk.close());

/** Two sources that disagree on how bad an allergy is. */
async function disagreement(changeControl: ChangeControl = 'one-person'): Promise<World> {
  const desk = await openDesk(new MemoryEventStore(), changeControl);
  const [ehr, lis] = [await desk.source('ehr'), await desk.source('lis')];
  const { patientId } = await desk.done(ehr, 'register-patient', { resource: { resourceType: 'Patient', birthDate: '1960-12-10' }, sourceRecordId: 'p1' });
  await desk.done(ehr, 'record-fact', factOf(patientId, 'a1'));
  await desk.done(lis, 'record-fact', milder(patientId, '1'));
  const [conflict] = await read(desk, patientId);
  return { desk, patientId, ehr, lis, conflict: conflict as Shown };
}

function milder(patientId: string, sourceVersion: string, criticality = 'low') {
  const resource = {
    resourceType: 'AllergyIntolerance',
    code: { coding: [{ system: 'http://snomed.info/sct', code: '91936005' }] },
    patient: { reference: 'Patient/1' },
    criticality,
  };
  return { patientId, resource, sourceRecordId: 'l9', sourceVersion };
}

function choosing({ patientId, conflict }: World, source = 'lis', more: object = {}) {
  const { factId } = conflict;
  return { patientId, factId, decision: 'choose', chosen: assertionOf(conflict, source), judged: eventsOf(conflict), reason: 'asked the patient', ...more };
}

test('what a steward chose is the value, and the record says who chose it, when and why', async (world) => {
  const { desk, patientId } = world;
  assert.equal(standing(await read(desk, patientId)), ['ehr open']);
  const { receipt } = await desk.done(steward, 'settle-conflict', choosing(world));
  const [settled] = await read(desk, patientId);
  assert.equal(standing([settled as Shown]), ['lis settled']);
  const { settlement, because } = (settled as Shown).rule;
  assert.equal([settlement?.eventId, settlement?.by, settlement?.inForce], [receipt.eventIds[0], 'steward-1', true]);
  assert.match(because, 'A steward chose it');
});

test('a new version of a judged statement opens it by itself, and the work list has it again', async (world) => {
  const { desk, patientId, lis } = world;
  await desk.done(steward, 'settle-conflict', choosing(world));
  await desk.done(lis, 'record-fact', milder(patientId, '2', 'unable-to-assess'));
  assert.equal(standing(await read(desk, patientId, 'allergies', true)), ['ehr open']);
});

test('whoever decides on what has changed since they read it is refused, and reads it again', async (world) => {
  const { desk, patientId, lis } = world;
  const stale = choosing(world);
  await desk.done(lis, 'record-fact', milder(patientId, '2', 'unable-to-assess'));
  assert.is(codeOf(await desk.send(steward, 'settle-conflict', stale)), 'conflict-changed');
  const [conflict] = await read(desk, patientId);
  assert.is(codeOf(await desk.send(steward, 'settle-conflict', choosing({ ...world, conflict: conflict as Shown }))), 'recorded');
});

test('sent again it is the first one; decided back and forth, each is an event of its own', async (world) => {
  const { desk, patientId } = world;
  const codes: string[] = [];
  for (const source of ['lis', 'lis', 'ehr', 'lis']) codes.push(codeOf(await desk.send(steward, 'settle-conflict', choosing(world, source))));
  assert.equal(codes, ['recorded', 'repeated', 'recorded', 'recorded']);
  assert.equal(standing(await read(desk, patientId)), ['lis settled']);
});

test('a blind retry gets its first answer, even though what it settled is one fact no more', async (world) => {
  const { desk, patientId, conflict } = world;
  const groups = [[assertionOf(conflict, 'ehr')], [assertionOf(conflict, 'lis')]];
  const apart = choosing(world, 'lis', { decision: 'not-same', chosen: undefined, groups });
  const first = await desk.done(steward, 'settle-conflict', apart, { key: 'once' });
  assert.equal(standing(await read(desk, patientId)).sort(), ['ehr agreed', 'lis agreed']);
  const again = await desk.done(steward, 'settle-conflict', apart, { key: 'once' });
  assert.ok(again.repeated);
  assert.equal(again.receipt.eventIds, first.receipt.eventIds);
  assert.is(codeOf(await desk.send(steward, 'settle-conflict', apart)), 'conflict-changed');
});

test('a settlement taken back leaves the sources in disagreement; taken back twice is once', async (world) => {
  const { desk, patientId } = world;
  const { receipt } = await desk.done(steward, 'settle-conflict', choosing(world));
  const reopening = { patientId, settlement: receipt.eventIds[0], reason: 'asked again' };
  assert.is(codeOf(await desk.send(steward, 'reopen-conflict', reopening)), 'recorded');
  assert.is(codeOf(await desk.send(steward, 'reopen-conflict', reopening)), 'repeated');
  assert.equal(standing(await read(desk, patientId)), ['ehr open']);
  assert.is(codeOf(await desk.send(steward, 'settle-conflict', choosing(world))), 'recorded');
  assert.is(codeOf(await desk.send(steward, 'reopen-conflict', { ...reopening, settlement: patientId })), 'unknown-settlement');
});

test('what cannot be settled is refused with a code, and nothing is appended', async (world) => {
  const { desk, patientId, ehr } = world;
  const before = await desk.store.head();
  const code = async (body: object, caller = steward) => codeOf(await desk.send(caller, 'settle-conflict', body as Record<string, unknown>));
  assert.is(await code(choosing(world, 'lis', { patientId: world.conflict.factId })), 'unknown-patient');
  assert.is(await code(choosing(world, 'lis', { factId: patientId })), 'unknown-conflict');
  assert.is(await code(choosing(world, 'nobody')), 'invalid-settlement');
  assert.is(await code(choosing(world), ehr), 'not-permitted');
  const { events } = await desk.store.readAll({ after: before, limit: 100, types: ['conflict-settled'] });
  assert.is(events.length, 0);
});

test('a conflict can be settled under an id that the fact had before it grew together', async (world) => {
  const { desk, conflict } = world;
  const alias = assertionOf(conflict, conflict.factId === assertionOf(conflict, 'ehr') ? 'lis' : 'ehr');
  assert.is(codeOf(await desk.send(steward, 'settle-conflict', choosing(world, 'lis', { factId: alias }))), 'recorded');
});

test('under four eyes a safety conflict waits for a second person, who settles what was proposed or nothing', async () => {
  const world = await disagreement('four-eyes');
  const { desk: strict, patientId, lis } = world;
  assert.is(codeOf(await strict.send(steward, 'settle-conflict', choosing(world))), 'approval-required');
  const proposal = await strict.send(steward, 'propose-change', { command: 'settle-conflict', body: choosing(world), reason: 'two sources disagree' });
  const changeId = (proposal as { changeId?: string }).changeId;
  assert.is(codeOf(await strict.send(steward, 'approve-change', { changeId })), 'own-proposal');
  const approval = await strict.send(callerOf('steward', 'steward-2', 'acme', 'HOPERAT'), 'approve-change', { changeId });
  assert.is(codeOf(approval), 'recorded', JSON.stringify(approval));
  assert.equal(standing(await read(strict, patientId)), ['lis settled']);
  // A conflict that changes while the proposal waits is not settled by it.
  const again = await strict.send(steward, 'propose-change', { command: 'settle-conflict', body: choosing(world, 'ehr'), reason: 'on second thought' });
  await strict.done(lis, 'record-fact', milder(patientId, '2', 'unable-to-assess'));
  const late = await strict.send(callerOf('steward', 'steward-2', 'acme', 'HOPERAT'), 'approve-change', {
    changeId: (again as { changeId?: string }).changeId,
  });
  assert.is(codeOf(late), 'conflict-changed');
  strict.close();
});

test.run();

const merged = suite('settling conflicts of merged patients');

merged('the statements of both can be judged, and after the parting neither is what was settled of them together', async () => {
  const world = await twoPatients();
  const { desk, ehr, lis, survivor, absorbed } = world;
  await desk.done(ehr, 'record-fact', factOf(survivor, 'a1'));
  await desk.done(lis, 'record-fact', milder(absorbed, '1'));
  assert.is(codeOf(await merge(world, absorbed, survivor)), 'recorded');
  const [conflict] = await read(desk, survivor);
  assert.equal(standing([conflict as Shown]), ['ehr open']);
  const about = { desk, ehr, lis, conflict: conflict as Shown };
  // Asked for under either id.
  const { receipt } = await desk.done(steward, 'settle-conflict', choosing({ ...about, patientId: absorbed }));
  assert.equal(standing(await read(desk, absorbed)), ['lis settled']);
  assert.equal(standing(await read(desk, survivor)), ['lis settled']);
  assert.is(codeOf(await unmerge(world, absorbed, survivor)), 'recorded');
  assert.equal([standing(await read(desk, survivor)), standing(await read(desk, absorbed))], [['ehr agreed'], ['lis agreed']]);
  // Joined again they are what they were, the settlement included; and it can still be taken back.
  assert.is(codeOf(await merge(world, absorbed, survivor)), 'recorded');
  assert.equal(standing(await read(desk, survivor)), ['lis settled']);
  const reopening = { patientId: absorbed, settlement: receipt.eventIds[0], reason: 'asked again' };
  assert.is(codeOf(await desk.send(steward, 'reopen-conflict', reopening)), 'recorded');
  assert.equal(standing(await read(desk, survivor)), ['ehr open']);
  desk.close();
});

merged.run();
