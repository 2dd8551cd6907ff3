import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { eraser } from '../../../adapters/keys/eraser.js';
import { startErasures } from '../../../adapters/keys/erasures.js';
import { LedgerFault } from '../../../domain/rejections.js';
import type { Recorded } from '../../../schemas/catalogue.js';
import type { Fact } from '../../../schemas/read-models/fact.js';
import { allergy, callerOf, codeOf, type Desk, person } from '../../commands/desk.js';
import { certificates, depsOf, destroy, officer, ordered, project, removeFolders } from '../../support/erasing.js';
import { until } from '../../support/projecting.js';
import { TESTER } from '../../support/vault.js';

const test = suite('carrying out an erasure');
test.after(removeFolders);

test('the keys are gone from the store and from memory at once, and a ring in somebody’s hands opens nothing more', async () => {
  const world = await ordered();
  const { vault, store, patientId } = world;
  const ring = await vault.vault.patientRing('acme', patientId);
  const [{ event }] = (await store.readAll({ after: null, limit: 1, types: ['fact-recorded'] })).events as [Recorded];
  const [part] = event.sealed;
  assert.ok(part !== undefined && ring !== undefined);
  assert.ok((await ring.open(part, { stream: event.stream, eventId: event.id })).includes('91936005'));
  let told = 0;
  await destroy(world, () => told++);
  assert.is(told, 1);
  assert.equal(await vault.store.secrets('acme', patientId), []);
  const fault = await ring.open(part, { stream: event.stream, eventId: event.id }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.instance(fault, LedgerFault);
  assert.is(await vault.vault.patientRing('acme', patientId), undefined);
  assert.is(await vault.vault.standing('acme', patientId), 'erased');
  await destroy(world);
});

test('another process that holds the keys drops them when it reads the order', async () => {
  const world = await ordered();
  const other = world.vault.another();
  assert.ok(await other.vault.patientRing('acme', world.patientId));
  await destroy(world);
  await eraser({ store: other.store, keys: other.keys, onErased: () => {} }).handle(world.order);
  assert.is(await other.vault.patientRing('acme', world.patientId), undefined);
});

test('nothing is said of an erased patient any more, by whatever command', async () => {
  const world = await ordered();
  const { desk, ehr, patientId, body } = world;
  await destroy(world);
  const about = async (caller: typeof ehr, name: Parameters<Desk['send']>[1], more: object) => codeOf(await desk.send(caller, name, { patientId, ...more }));
  const demographics = { sourceRecordId: 'p', resource: person() };
  assert.is(codeOf(await desk.send(ehr, 'register-patient', demographics)), 'patient-erased');
  assert.is(await about(ehr, 'update-demographics', demographics), 'patient-erased');
  assert.is(await about(ehr, 'record-fact', { sourceRecordId: 'b', resource: allergy() }), 'patient-erased');
  assert.is(await about(ehr, 'retract-fact', { sourceRecordId: 'a', reason: 'entered-in-error' }), 'patient-erased');
  assert.is(await about(officer, 'place-legal-hold', { matter: 'too late' }), 'patient-erased');
  assert.is(await about(officer, 'request-amendment', { factId: 'x', request: 'y' }), 'patient-erased');
  const steward = callerOf('steward', 'steward-1', 'acme', 'HOPERAT');
  const scope = { patientId, category: 'allergies' };
  assert.is(codeOf(await desk.send(steward, 'designate-system-of-record', { scope, sources: ['ehr'], reason: 'r' })), 'patient-erased');
  assert.is(codeOf(await desk.send(officer, 'erase-patient', { ...body, reason: 'again' })), 'repeated');
});

test('who was merged into somebody can be erased alone, and then the survivor too', async () => {
  const world = await ordered();
  const { desk, ehr, body } = world;
  const steward = callerOf('steward', 'steward-1', 'acme', 'HOPERAT');
  const register = async (sourceRecordId: string) => (await desk.done(ehr, 'register-patient', { sourceRecordId, resource: person() })).patientId;
  const [survivor, absorbed] = [await register('s'), await register('t')];
  await desk.done(steward, 'merge-patients', { survivor, absorbed, reason: 'twice' });
  assert.is(codeOf(await desk.send(officer, 'erase-patient', { ...body, patientId: survivor })), 'merged-survivor');
  assert.is(codeOf(await desk.send(officer, 'erase-patient', { ...body, patientId: absorbed })), 'recorded');
  assert.is(codeOf(await desk.send(officer, 'erase-patient', { ...body, patientId: survivor })), 'recorded');
  assert.is(codeOf(await desk.send(steward, 'unmerge-patients', { survivor, absorbed, reason: 'two people' })), 'recorded');
});

test('a ledger that starts has carried out every order before it goes on, and certifies as soon as nothing is left', async () => {
  const world = await ordered();
  const { vault, patientId } = world;
  assert.is((await vault.store.secrets('acme', patientId)).length, 1);
  const erasures = await startErasures(depsOf(world));
  assert.equal(await vault.store.secrets('acme', patientId), []);
  assert.ok((await erasures.remains('acme', patientId)).includes('read-model-record'));
  await project(world);
  await until(async () => (await certificates(world)).length === 1, 'the certificate');
  assert.equal(await erasures.remains('acme', patientId), []);
  assert.equal(await erasures.remains('acme', patientId.replace(/^./, 'x')), []);

  const { desk, ehr, body } = world;
  const second = (await desk.done(ehr, 'register-patient', { sourceRecordId: 'q', resource: person() })).patientId;
  await desk.done(officer, 'erase-patient', { ...body, patientId: second });
  await until(async () => (await vault.store.secrets('acme', second)).length === 0, 'the keys of the second');
  await project(world);
  await until(async () => (await certificates(world)).length === 2, 'the second certificate');
  await erasures.stop();
});

test('a conflict of the survivor is settled as it is read, without the erased patient’s statements', async () => {
  const world = await ordered();
  const { desk, ehr, body } = world;
  const steward = callerOf('steward', 'steward-1', 'acme', 'HOPERAT');
  const lis = await desk.source('lis');
  const register = async (sourceRecordId: string) => (await desk.done(ehr, 'register-patient', { sourceRecordId, resource: person() })).patientId;
  const [survivor, absorbed] = [await register('s'), await register('t')];
  const says = (caller: typeof ehr, patientId: string, criticality: string) =>
    desk.done(caller, 'record-fact', { patientId, sourceRecordId: `al-${patientId}`, resource: allergy('91936005', { criticality }) });
  const judged = [await says(ehr, survivor, 'high'), await says(lis, survivor, 'low')].map(({ receipt }) => receipt.eventIds[0]);
  await says(lis, absorbed, 'unable-to-assess');
  await desk.done(steward, 'merge-patients', { survivor, absorbed, reason: 'twice' });
  await desk.done(officer, 'erase-patient', { ...body, patientId: absorbed });
  await desk.project();
  const facts = (await desk.models.byPrefix('record', `acme/${survivor}/allergies/`, { limit: 10 })).map(({ value }) => value as Fact);
  assert.equal(
    facts.map(({ assertions }) => assertions.map(({ source }) => source)),
    [['ehr', 'lis']],
  );
  const settled = { patientId: survivor, factId: facts[0]?.factId, decision: 'keep-both', judged, reason: 'both seen' };
  const outcome = await desk.send(steward, 'settle-conflict', settled);
  assert.is(codeOf(outcome), 'recorded', JSON.stringify(outcome));
  const settlement = outcome.kind === 'done' ? outcome.receipt.eventIds[0] : '';
  assert.is(codeOf(await desk.send(steward, 'reopen-conflict', { patientId: survivor, settlement, reason: 'asked again' })), 'recorded');
});

test('nobody is erased or released of whom nothing was ever said', async () => {
  const { desk, body } = await ordered();
  assert.is(codeOf(await desk.send(officer, 'erase-patient', { ...body, patientId: desk.ids.next() })), 'unknown-patient');
  assert.is(codeOf(await desk.send(officer, 'release-legal-hold', { patientId: desk.ids.next(), holdId: desk.ids.next() })), 'unknown-patient');
});

test('no keys are used to tell that somebody was erased', async () => {
  const world = await ordered();
  await destroy(world);
  const before = world.vault.uses.length;
  assert.is(await world.vault.keys.usedBy(TESTER).standing('acme', world.patientId), 'erased');
  assert.is(world.vault.uses.length, before);
});

test.run();
