import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { EventOf } from '../../schemas/catalogue.js';
import { allergy, codeOf, person, steward } from './desk.js';
import { eventsOf, fact, merge, REASON, type TwoPatients, translatedIds, translationsOf, twoPatients, unmerge } from './merging.js';

const test = suite<TwoPatients>('facts of merged patients', {} as TwoPatients);

test.before.each(async (world) => {
  Object.assign(world, await twoPatients());
  await merge(world, world.absorbed, world.survivor);
});
test.after.each(({ desk }) => desk.close());

test('a fact to the absorbed id goes to their own stream, with its translation in the same append', async (world) => {
  const { desk, store, lis, survivor, absorbed } = world;
  const outcome = await desk.done(lis, 'record-fact', fact(absorbed, 'a1'));
  assert.is(outcome.patientId, absorbed);
  assert.is(store.appends.at(-1)?.stream, outcome.receipt.stream);
  assert.is(store.appends.at(-1)?.count, 2);
  const [recorded, translation] = (await eventsOf(store, absorbed)).slice(-2).map(({ event }) => event);
  assert.equal([recorded?.type, translation?.type], ['fact-recorded', 'statements-translated']);
  const { toward, statements } = (translation as EventOf<'statements-translated'>).data;
  assert.equal([toward, statements[0]?.eventId], [survivor, recorded?.id]);
  assert.equal(outcome.receipt.eventIds, [recorded?.id, translation?.id]);
});

test('so do demographics and corrections', async ({ desk, store, lis, absorbed }) => {
  const appended = () => store.appends.at(-1)?.count;
  await desk.done(lis, 'register-patient', { resource: person({ gender: 'other' }), sourceRecordId: 'l1' });
  assert.is(appended(), 2);
  await desk.done(lis, 'update-demographics', { patientId: absorbed, resource: person({ gender: 'unknown' }), sourceRecordId: 'l1' });
  assert.is(appended(), 2);
  await desk.done(lis, 'record-fact', fact(absorbed, 'a1'));
  await desk.done(lis, 'correct-fact', {
    patientId: absorbed,
    resource: allergy('91936005', { criticality: 'low' }),
    sourceRecordId: 'a1',
    reason: 'correction',
  });
  assert.is(appended(), 2);
  await desk.done(lis, 'retract-fact', { patientId: absorbed, sourceRecordId: 'a1', reason: 'duplicate' });
  assert.is(appended(), 1);
});

test('a repeat is answered with the first event, and brings nothing', async ({ desk, store, lis, absorbed }) => {
  const first = await desk.done(lis, 'record-fact', fact(absorbed, 'a1'), { key: 'k' });
  const before = (await eventsOf(store, absorbed)).length;
  const again = await desk.done(lis, 'record-fact', fact(absorbed, 'a1'), { key: 'k' });
  assert.equal([again.repeated, again.receipt], [true, first.receipt]);
  assert.is((await desk.done(lis, 'record-fact', fact(absorbed, 'a1'))).receipt.eventIds[0], first.receipt.eventIds[0]);
  assert.is((await eventsOf(store, absorbed)).length, before);
});

test('a fact to the survivor needs no translation', async ({ desk, store, ehr, survivor }) => {
  await desk.done(ehr, 'record-fact', fact(survivor, 'a1'));
  assert.is(store.appends.at(-1)?.count, 1);
});

test('a source that names the survivor from now on still goes on with its record where it began', async ({ desk, store, lis, survivor, absorbed }) => {
  await desk.done(lis, 'update-demographics', { patientId: survivor, resource: person({ gender: 'other' }), sourceRecordId: 'l1' });
  await desk.done(lis, 'record-fact', fact(absorbed, 'a1'));
  const newer = await desk.done(lis, 'record-fact', fact(survivor, 'a1', '227493005', { sourceVersion: '2' }));
  assert.is(newer.patientId, absorbed);
  const retracted = await desk.done(lis, 'retract-fact', { patientId: survivor, sourceRecordId: 'a1', reason: 'duplicate' });
  assert.is(retracted.patientId, absorbed);
  assert.is((await eventsOf(store, survivor)).length, 1);
  const fresh = await desk.done(lis, 'record-fact', fact(survivor, 'never seen'));
  assert.is(fresh.patientId, survivor);
});

test('what another process recorded without knowing of the merge yet is made up by the merge sent again', async (world) => {
  const { desk, store, lis, survivor, absorbed } = world;
  await unmerge(world, absorbed, survivor);
  const unaware = desk.another();
  await unaware.done(lis, 'record-fact', fact(absorbed, 'a1'));
  await merge(world, absorbed, survivor);
  const before = (await translatedIds(store, absorbed, survivor)).length;
  await unaware.done(lis, 'record-fact', fact(absorbed, 'a2', '227493005'));
  assert.is((await translatedIds(store, absorbed, survivor)).length, before);
  assert.is(codeOf(await merge(world, absorbed, survivor)), 'repeated');
  assert.is((await translatedIds(store, absorbed, survivor)).length, before + 1);
  unaware.nowMs += 1000;
  await unaware.done(lis, 'record-fact', fact(absorbed, 'a3', '300913006'));
  assert.is(store.appends.at(-1)?.count, 2);
});

test('too many names for one append with the fact follow it', async ({ desk, store, lis, survivor, absorbed }) => {
  const coding = Array.from({ length: 120 }, (_, n) => ({ system: 'http://snomed.info/sct', code: String(300_000_000 + n * 10 + 7) }));
  const component = Array.from({ length: 60 }, (_, n) => ({
    code: { coding: [{ system: 'http://loinc.org', code: `${8000 + n}-${n % 10}` }, ...coding] },
    valueString: 'x',
  }));
  const resource = {
    resourceType: 'Observation',
    status: 'final',
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] }],
    code: { coding: [{ system: 'http://loinc.org', code: '85353-1' }] },
    effectiveDateTime: '2026-02-01',
    component,
  };
  const outcome = await desk.done(lis, 'record-fact', { patientId: absorbed, resource, sourceRecordId: 'o1' });
  const own = store.appends.filter(({ stream }) => stream === outcome.receipt.stream);
  assert.equal(
    own.slice(-2).map(({ count }) => count),
    [1, 1],
  );
  const ids = await translatedIds(store, absorbed, survivor);
  assert.is(ids.filter((id) => id === outcome.receipt.eventIds[0]).length, 1);
  for (const { data } of await translationsOf(store, absorbed)) assert.ok(JSON.stringify(data).length < 700_000);
});

test('an identifier that only members of one group share names the survivor, and is ambiguous again after an unmerge', async (world) => {
  const { desk, ehr, lis, survivor, absorbed } = world;
  const national = { system: 'urn:national', value: '4711' };
  const shared = person({ identifier: [national] });
  await desk.done(ehr, 'update-demographics', { patientId: survivor, resource: shared, sourceRecordId: 'p1' });
  await desk.done(lis, 'update-demographics', { patientId: absorbed, resource: shared, sourceRecordId: 'l1' });
  await desk.project();
  const send = (record: string) => desk.send(ehr, 'record-fact', { identifier: national, resource: allergy(), sourceRecordId: record });
  const outcome = await send('a1');
  assert.is(outcome.kind === 'done' && outcome.patientId, survivor);
  await unmerge(world, absorbed, survivor);
  assert.is(codeOf(await send('a2')), 'ambiguous-patient');
  const later = desk.another();
  await later.project();
  await merge(world, absorbed, survivor);
  const elsewhere = await later.send(ehr, 'record-fact', { identifier: national, resource: allergy(), sourceRecordId: 'a3' });
  assert.is(codeOf(elsewhere), 'recorded');
});

test('links and their end change nothing of what is said of either', async ({ desk, store, survivor, absorbed }) => {
  await desk.done(steward, 'unmerge-patients', { survivor, absorbed, reason: REASON });
  const pair = { patientId: survivor, otherPatientId: absorbed, reason: REASON };
  const before = (await eventsOf(store, absorbed)).length;
  assert.is(codeOf(await desk.send(steward, 'link-patients', pair)), 'recorded');
  assert.is(codeOf(await desk.send(steward, 'link-patients', pair)), 'repeated');
  assert.is(codeOf(await desk.send(steward, 'unlink-patients', pair)), 'recorded');
  assert.is(codeOf(await desk.send(steward, 'unlink-patients', pair)), 'not-linked');
  assert.is(codeOf(await desk.send(steward, 'unlink-patients', { ...pair, verdict: 'different-people' })), 'recorded');
  assert.is((await eventsOf(store, absorbed)).length, before);
});

test.run();
