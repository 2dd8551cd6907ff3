import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sleep } from '../../../adapters/clock.js';
import { StoredKeyDirectory } from '../../../adapters/keys/directory.js';
import { eraser } from '../../../adapters/keys/eraser.js';
import { certificateId, ErasureCertifier } from '../../../adapters/keys/erasure-certifier.js';
import { startErasures } from '../../../adapters/keys/erasures.js';
import { MemoryEventStore } from '../../../adapters/memory/event-store.js';
import { LedgerFault } from '../../../domain/rejections.js';
import { amendmentPrefix } from '../../../projections/amendments.js';
import { MODELS_OF_PATIENTS } from '../../../projections/rows-of-patient.js';
import type { EventOf, Recorded } from '../../../schemas/catalogue.js';
import type { Fact } from '../../../schemas/read-models/fact.js';
import { allergy, callerOf, codeOf, Desk, person } from '../../commands/desk.js';
import { until } from '../../support/projecting.js';
import { TESTER, TestVault } from '../../support/vault.js';

const test = suite('carrying out an erasure');
const officer = callerOf('privacy-officer', 'officer-1', 'acme', 'HCOMPL');
const folders: string[] = [];
test.after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

type Ordered = Recorded<EventOf<'erasure-ordered'>>;

/** A patient whose erasure was ordered, and everything that has to do with it: nothing of it has happened yet. */
async function ordered() {
  const folder = mkdtempSync(join(tmpdir(), 'erasures-'));
  folders.push(folder);
  const store = new MemoryEventStore();
  const vault = new TestVault();
  const desk = new Desk(store, vault.keys, folder, new StoredKeyDirectory(vault.store, vault.root));
  const ehr = await desk.source('ehr');
  const { patientId } = await desk.done(ehr, 'register-patient', { sourceRecordId: 'p', resource: person() });
  await desk.done(ehr, 'record-fact', { patientId, sourceRecordId: 'a', resource: allergy() });
  const body = { patientId, ground: 'unlawful-processing', requestedBy: 'patient', reason: 'never agreed' };
  const { receipt } = await desk.done(officer, 'erase-patient', body);
  const { events } = await store.readAll({ after: null, limit: 100, types: ['erasure-ordered'] });
  return { desk, vault, store, patientId, receipt, order: events[0] as Ordered, ehr, body };
}

type World = Awaited<ReturnType<typeof ordered>>;
type ErasuresDeps = Parameters<typeof startErasures>[0];

/** The models that no test desk runs have nothing of anybody. */
async function project({ desk, store }: World): Promise<void> {
  await desk.project();
  const through = await store.head();
  for (const model of MODELS_OF_PATIENTS) desk.progress.report({ model, generation: 9, through, events: 1, caughtUp: true, building: false });
}

function depsOf({ desk, vault, store }: World, missing: string[][] = []): ErasuresDeps {
  return {
    ...{ log: store, keyStore: vault.store, keys: vault.keys, models: desk.models, progress: desk.progress, states: desk.states, clock: desk.clock },
    submit: desk.deps.submit,
    keyBackupDays: 35,
    sleep: (ms, signal) => sleep(Math.min(ms, 20), signal),
    onFault: (fault) => {
      throw fault;
    },
    onDutyFault: (_, fault) => {
      throw fault;
    },
    onMissing: (_, what) => void missing.push([...what]),
  };
}

const certifierOf = (world: World, missing: string[][] = []) => new ErasureCertifier(depsOf(world, missing));

const destroy = ({ vault, order }: World, onErased = () => {}) => eraser({ store: vault.store, keys: vault.keys, onErased }).handle(order);

async function certificates({ store }: World): Promise<readonly Recorded[]> {
  return (await store.readAll({ after: null, limit: 100, types: ['patient-erased'] })).events;
}

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

test('there is no certificate while a key, a row or a model that lags behind is left, and the state says which', async () => {
  const world = await ordered();
  const missing: string[][] = [];
  const certifier = certifierOf(world, missing);
  await project(world);
  assert.not.ok(await certifier.round());
  assert.equal(missing.at(-1), ['key-store', 'vault']);
  await destroy(world);

  const { models } = world.desk;
  const { active } = await models.generations('amendments');
  const fence = (await models.lease('amendments', active as number, 'desk', 1000)) as number;
  const row = { key: `${amendmentPrefix('acme', world.patientId)}left`, position: '1', value: {}, index: [] };
  const checkpoint = { position: '1', events: 1, version: 1 };
  await models.save('amendments', active as number, fence, { put: [row], remove: [], checkpoint });
  assert.not.ok(await certifier.round());
  assert.equal(missing.at(-1), ['read-model-amendments']);
  assert.equal(await certificates(world), []);
  await models.save('amendments', active as number, fence, { put: [], remove: [row.key], checkpoint });
  assert.ok(await certifier.round());
  assert.is((await certificates(world)).length, 1);
});

test('a model that has not read the order yet is waited for', async () => {
  const world = await ordered();
  await destroy(world);
  const missing: string[][] = [];
  assert.not.ok(await certifierOf(world, missing).round());
  assert.ok(missing.at(-1)?.includes('read-model-record'));
  await project(world);
  assert.ok(await certifierOf(world).round());
});

test('two who see that nothing is left write one certificate, and a third finds nothing to do', async () => {
  const world = await ordered();
  await destroy(world);
  await project(world);
  const other = { ...world, desk: world.desk.another() };
  await project(other);
  await Promise.all([certifierOf(world).round(), certifierOf(other).round()]);
  assert.ok(await certifierOf(world).round());
  const [only, ...more] = await certificates(world);
  assert.equal(more, []);
  assert.is(only?.event.id, certificateId(world.order.event.id));
  assert.equal([only?.event.actor.subject, only?.event.causationId], ['clinical-ledger', world.order.event.id]);
  assert.match(certificateId(world.order.event.id), /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('an order that has to wait holds up no other', async () => {
  const world = await ordered();
  await destroy(world);
  await project(world);
  const { desk, ehr, vault } = world;
  const { patientId } = await desk.done(ehr, 'register-patient', { sourceRecordId: 'q', resource: person() });
  await desk.done(officer, 'erase-patient', { ...world.body, patientId });
  await project(world);
  // The second one's keys are still there.
  const certifier = certifierOf(world);
  assert.not.ok(await certifier.round());
  assert.is((await certificates(world)).length, 1);
  await vault.store.erase('acme', patientId);
  vault.keys.forget('acme', patientId);
  assert.ok(await certifier.round());
  assert.is((await certificates(world)).length, 2);
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

test('a fault while it is looked is told, and it is looked again', async () => {
  const world = await ordered();
  await destroy(world);
  await project(world);
  const faults: unknown[] = [];
  const deps = depsOf(world);
  let refused = 0;
  const submit: typeof deps.submit = async (stream, job) => {
    refused += 1;
    if (refused === 1) throw new LedgerFault('store-unavailable');
    return refused === 2 ? { kind: 'rejected', code: 'unknown-patient' } : deps.submit(stream, job);
  };
  const certifier = new ErasureCertifier({ ...deps, submit, onFault: (fault) => faults.push(fault) });
  certifier.start();
  await until(async () => (await certificates(world)).length === 1, 'the certificate');
  await certifier.stop();
  assert.equal(
    faults.map((fault) => fault instanceof LedgerFault && fault.code),
    ['store-unavailable', 'internal'],
  );
});

test('a file that could not be cut short holds the certificate up', async () => {
  const world = await ordered();
  await destroy(world);
  await project(world);
  const missing: string[][] = [];
  let asked = 0;
  world.desk.models.purge = async () => ++asked > 2;
  const certifier = certifierOf(world, missing);
  assert.not.ok(await certifier.round());
  assert.equal(missing, [['read-model-patients', 'read-model-candidates']]);
  assert.ok(await certifier.round());
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

test('no keys are used to tell that somebody was erased', async () => {
  const world = await ordered();
  await destroy(world);
  const before = world.vault.uses.length;
  assert.is(await world.vault.keys.usedBy(TESTER).standing('acme', world.patientId), 'erased');
  assert.is(world.vault.uses.length, before);
});

test.run();
