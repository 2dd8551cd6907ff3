import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { quarantine } from '../../commands/quarantine.js';
import type { Caller } from '../../commands/request.js';
import { reject } from '../../domain/rejections.js';
import { streams } from '../../domain/streams.js';
import { allergy, callerOf, codeOf, type Desk, openDesk, person, steward } from './desk.js';
import { WatchedEventStore } from './stores.js';

interface World {
  store: WatchedEventStore;
  desk: Desk;
  ehr: Caller;
}

const test = suite<World>('commands', {} as World);

test.before.each(async (world) => {
  const store = new WatchedEventStore();
  const desk = await openDesk(store);
  Object.assign(world, { store, desk, ehr: await desk.source('ehr') });
});
test.after.each(({ desk }) => desk.close());

const MRN = { system: 'urn:mrn', value: '12-345' };
const withMrn = (value = MRN.value) => person({ identifier: [{ system: MRN.system, value }] });

test('a patient registered many times at once, by several processes, is one patient with one event', async ({ desk, ehr, store }) => {
  const other = desk.another();
  const body = { resource: person(), sourceRecordId: 'p1', sourceVersion: '1' };
  const outcomes = await Promise.all(Array.from({ length: 10 }, (_, n) => (n % 2 === 0 ? desk : other).done(ehr, 'register-patient', body)));
  assert.is(new Set(outcomes.map(({ patientId }) => patientId)).size, 1);
  assert.is(outcomes.filter(({ repeated }) => !repeated).length, 1);
  assert.is((await store.readStream(outcomes[0]?.receipt.stream ?? '', { limit: 10 })).length, 1);
});

test('the same record id of two sources, or of two tenants, is two patients', async ({ desk, ehr }) => {
  const body = { resource: person(), sourceRecordId: 'p1' };
  const callers = [ehr, await desk.source('lis'), await desk.source('ehr', 'other')];
  const patients = await Promise.all(callers.map((caller) => desk.done(caller, 'register-patient', body)));
  assert.is(new Set(patients.map(({ patientId }) => patientId)).size, 3);
});

test('after a source stated demographics of a patient, its own record names that patient', async ({ desk, ehr }) => {
  const { patientId } = await desk.done(ehr, 'register-patient', { resource: person(), sourceRecordId: 'p1' });
  const lis = await desk.source('lis');
  await desk.done(lis, 'update-demographics', { patientId, resource: person(), sourceRecordId: 'l-77' });
  const again = await desk.done(lis, 'register-patient', { resource: person({ gender: 'female' }), sourceRecordId: 'l-77' });
  assert.is(again.patientId, patientId);
});

test('a patient is located by identifier as soon as the registration was acknowledged', async ({ desk, ehr }) => {
  const { patientId } = await desk.done(ehr, 'register-patient', { resource: withMrn(), sourceRecordId: 'p1' });
  const outcome = await desk.done(ehr, 'record-fact', { identifier: { system: 'urn:mrn', value: '12 345' }, resource: allergy(), sourceRecordId: 'a1' });
  assert.is(outcome.patientId, patientId);
});

test('an identifier that nobody has, or that two have, or none at all, names no patient', async ({ desk, ehr }) => {
  const send = (named: object) => desk.send(ehr, 'record-fact', { ...named, resource: allergy(), sourceRecordId: 'a1' }).then(codeOf);
  assert.is(await send({ identifier: MRN }), 'unknown-patient');
  assert.is(await send({}), 'patient-required');
  assert.is(await send({ patientId: 'f6f7a2c4-0000-4000-8000-000000000001' }), 'unknown-patient');
  await desk.done(ehr, 'register-patient', { resource: withMrn(), sourceRecordId: 'p1' });
  await desk.done(ehr, 'register-patient', { resource: withMrn('12345'), sourceRecordId: 'p2' });
  assert.is(await send({ identifier: MRN }), 'ambiguous-patient');
});

test("another tenant's patient looks like nobody", async ({ desk, ehr }) => {
  const { patientId } = await desk.done(ehr, 'register-patient', { resource: person(), sourceRecordId: 'p1' });
  const foreign = await desk.source('ehr', 'other');
  for (const command of ['record-fact', 'correct-fact'] as const) {
    assert.is(codeOf(await desk.send(foreign, command, { patientId, resource: allergy(), sourceRecordId: 'a1', reason: 'correction' })), 'unknown-patient');
  }
  assert.is(codeOf(await desk.send(foreign, 'retract-fact', { patientId, sourceRecordId: 'a1', reason: 'duplicate' })), 'unknown-patient');
});

test('patients go to their own commands and everything else to the others', async ({ desk, ehr }) => {
  const { patientId } = await desk.done(ehr, 'register-patient', { resource: person(), sourceRecordId: 'p1' });
  const wrong = [
    ['register-patient', allergy()],
    ['update-demographics', allergy()],
    ['record-fact', person()],
    ['correct-fact', person()],
  ] as const;
  for (const [name, resource] of wrong) {
    assert.is(codeOf(await desk.send(ehr, name, { patientId, resource, sourceRecordId: 'x', reason: 'correction' })), 'unsupported-resource', name);
  }
});

test('a date that does not exist, lies before 1850 or in the future is refused, and plans may lie ahead', async ({ desk, ehr }) => {
  const { patientId } = await desk.done(ehr, 'register-patient', { resource: person(), sourceRecordId: 'p1' });
  const pulse = (effectiveDateTime: string) => ({ resourceType: 'Observation', status: 'final', code: { text: 'pulse' }, effectiveDateTime });
  const send = (resource: object, more: object = {}) =>
    desk.send(ehr, 'record-fact', { patientId, resource, sourceRecordId: JSON.stringify(resource), ...more }).then(codeOf);
  assert.is(await send(pulse('2026-02-30')), 'invalid-date');
  assert.is(await send(pulse('1849-12-31')), 'invalid-date');
  assert.is(await send(pulse('2026-03-05')), 'invalid-date');
  assert.is(await send(pulse('2026-03-01T20:00:00Z')), 'recorded');
  assert.is(await send(pulse('2026-03-01'), { effectiveAt: '2026-03-09T00:00:00Z' }), 'invalid-date');
  assert.is(await send(pulse('2026-02-01'), { effectiveAt: '2016-12-31T23:59:60Z' }), 'invalid-date');
  const order = { resourceType: 'ServiceRequest', status: 'active', intent: 'order', subject: { reference: 'Patient/1' }, occurrenceDateTime: '2027-01-01' };
  assert.is(await send(order), 'recorded');
});

test('a fact is recorded, corrected and retracted by its source alone', async ({ desk, ehr }) => {
  const { patientId } = await desk.done(ehr, 'register-patient', { resource: person(), sourceRecordId: 'p1' });
  const lis = await desk.source('lis');
  const body = { patientId, resource: allergy(), sourceRecordId: 'a1' };
  await desk.done(ehr, 'record-fact', body);
  const corrected = { ...body, resource: allergy('91936005', { criticality: 'low' }), reason: 'correction' };
  assert.is(codeOf(await desk.send(lis, 'correct-fact', corrected)), 'unknown-fact');
  await desk.done(ehr, 'correct-fact', corrected);
  assert.is(codeOf(await desk.send(lis, 'retract-fact', { patientId, sourceRecordId: 'a1', reason: 'duplicate' })), 'unknown-fact');
  const retracted = await desk.done(ehr, 'retract-fact', { patientId, sourceRecordId: 'a1', reason: 'duplicate' });
  const [stored] = await desk.store.readStream(retracted.receipt.stream, { from: retracted.receipt.revision, limit: 1 });
  assert.is(stored?.event.type, 'fact-retracted');
});

test('only registered sources can be designated, suspended ones too', async ({ desk }) => {
  const designate = (sources: string[], more: object = {}) =>
    desk.send(steward, 'designate-system-of-record', { scope: {}, sources, reason: 'agreed', ...more });
  assert.equal(await designate(['ehr', 'nobody']), reject('unknown-source', [{ pointer: '/sources/1', rule: 'registered-source' }]));
  await desk.done(steward, 'suspend-source', { sourceId: 'ehr', reason: 'floods' });
  assert.is(codeOf(await designate(['ehr'])), 'recorded');
  assert.is(codeOf(await designate(['ehr'], { effectiveFrom: '2026-01-01T00:00:00+01:00' })), 'recorded');
  for (const effectiveFrom of ['2016-12-31T23:59:60Z', '9999-12-31T23:59:59-10:00'])
    assert.is(codeOf(await designate(['ehr'], { effectiveFrom })), 'invalid-date');
});

test('a source that another process registered just now can be designated', async ({ desk }) => {
  await desk.send(steward, 'designate-system-of-record', { scope: {}, sources: ['lis'], reason: 'agreed' });
  await desk.another().source('lis');
  assert.is(codeOf(await desk.send(steward, 'designate-system-of-record', { scope: {}, sources: ['lis'], reason: 'agreed' })), 'recorded');
});

test('roles without the right are refused, and the refusal is on record', async ({ desk, store }) => {
  for (const role of ['clinician', 'steward', 'patient', 'auditor', 'nobody']) {
    assert.is(codeOf(await desk.send(callerOf(role, 'x'), 'record-fact', { resource: allergy(), sourceRecordId: 'a' })), 'not-permitted', role);
  }
  assert.is(codeOf(await desk.send(callerOf('source', 'ehr'), 'register-source', { sourceId: 'x' })), 'not-permitted');
  const { events } = await store.readAll({ after: null, limit: 100, types: ['access-recorded'] });
  assert.is(events.length, 6);
  assert.equal(events[0]?.event.data, {
    action: 'send-command',
    outcome: 'refused',
    code: 'not-permitted',
    rule: 'role-permissions@3',
    patients: [],
    categories: [],
    opened: 0,
    detail: { command: 'record-fact' },
  });
});

test('when the refusal cannot be made durable, it is not given', async ({ desk, store }) => {
  store.fail('store-full');
  await desk.send(callerOf('clinician', 'x'), 'record-fact', {}).then(
    () => assert.unreachable(),
    (fault) => assert.is(fault.code, 'store-full'),
  );
});

test('a source must be registered and active, and is so again when reinstated', async ({ desk, ehr }) => {
  const send = (caller: Caller, record: string) => desk.send(caller, 'register-patient', { resource: person(), sourceRecordId: record }).then(codeOf);
  assert.is(await send(callerOf('source', 'stranger'), 'p1'), 'unknown-source');
  await desk.done(steward, 'suspend-source', { sourceId: 'ehr', reason: 'floods' });
  assert.is(await send(ehr, 'p1'), 'source-suspended');
  await desk.done(steward, 'reinstate-source', { sourceId: 'ehr', reason: 'repaired' });
  assert.is(await send(ehr, 'p1'), 'recorded');
});

test('a suspension by another process is noticed within a second, and a reinstatement at once', async ({ desk, ehr }) => {
  const other = desk.another();
  const send = (record: string) => desk.send(ehr, 'register-patient', { resource: person(), sourceRecordId: record }).then(codeOf);
  assert.is(await send('p1'), 'recorded');
  await other.done(steward, 'suspend-source', { sourceId: 'ehr', reason: 'floods' });
  desk.nowMs += 999;
  assert.is(await send('p2'), 'recorded');
  desk.nowMs += 1;
  assert.is(await send('p3'), 'source-suspended');
  await other.done(steward, 'reinstate-source', { sourceId: 'ehr', reason: 'repaired' });
  assert.is(await send('p3'), 'recorded');
});

test('a line that could not be taken is kept once, sealed, with its reason', async ({ desk, ehr, store }) => {
  const context = { caller: ehr, correlationId: 'b2a1c3d4-0000-4000-8000-000000000000' };
  const line = '{"resourceType": "Observation", "family": "Lovelace", }';
  const refusal = reject('invalid-resource', [{ pointer: '/resource/code', rule: 'required' }]);
  assert.is(codeOf(await quarantine(desk.deps, context, line, refusal)), 'recorded');
  assert.is(codeOf(await quarantine(desk.deps, context, line, refusal)), 'repeated');
  const [kept, ...more] = await store.readStream(streams.quarantine('acme', 'ehr'), { limit: 10 });
  assert.is(more.length, 0);
  const event = kept?.event as Extract<NonNullable<typeof kept>['event'], { type: 'input-quarantined' }>;
  assert.equal([event.data.code, event.data.resourceType, event.data.pointer], ['invalid-resource', 'Observation', '/resource/code']);
  assert.not.ok(JSON.stringify(event).includes('Lovelace'));
  const opened = desk.vault.withInput('acme', event.data.inputToken, (ring) =>
    ring.open(event.sealed[0] as never, { stream: event.stream, eventId: event.id }),
  );
  assert.is(await opened, line);
});

test('only an active source may fill the quarantine', async ({ desk, ehr }) => {
  const keep = (caller: Caller) =>
    quarantine(desk.deps, { caller, correlationId: 'b2a1c3d4-0000-4000-8000-000000000000' }, 'not JSON', reject('invalid-json')).then(codeOf);
  assert.is(await keep(callerOf('clinician', 'dr-1')), 'not-permitted');
  assert.is(await keep(callerOf('source', 'stranger')), 'unknown-source');
  await desk.done(steward, 'suspend-source', { sourceId: 'ehr', reason: 'floods' });
  assert.is(await keep(ehr), 'source-suspended');
});

test.run();
