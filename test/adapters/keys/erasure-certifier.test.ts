import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { eraser } from '../../../adapters/keys/eraser.js';
import { certificateId, ErasureCertifier } from '../../../adapters/keys/erasure-certifier.js';
import { MemoryEventStore } from '../../../adapters/memory/event-store.js';
import { LedgerFault } from '../../../domain/rejections.js';
import { amendmentPrefix } from '../../../projections/amendments.js';
import type { EventOf, Recorded } from '../../../schemas/catalogue.js';
import { ERASURE_REMAINS } from '../../../schemas/events/patient-erased.js';
import { person } from '../../commands/desk.js';
import { certificates, certifierOf, depsOf, destroy, type Ordered, officer, ordered, project, removeFolders } from '../../support/erasing.js';
import { until } from '../../support/projecting.js';

const test = suite('the certificate of an erasure');
test.after(removeFolders);

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

test('an order of before refused lines were looked at is carried out, and its certificate says that they may be there', async () => {
  const world = await ordered();
  const { event } = world.order;
  const old: Ordered = { ...world.order, event: { ...event, data: { ...event.data, quarantine: null } } };
  await eraser({ store: world.vault.store, keys: world.vault.keys, onErased: () => {} }).handle(old);
  await project(world);
  const readAll = world.store.readAll.bind(world.store);
  world.store.readAll = async (options) => {
    const page = await readAll(options);
    return { ...page, events: page.events.map((one) => (one.event.id === event.id ? old : one)) };
  };
  assert.ok(await certifierOf(world).round());
  const [certificate] = (await certificates(world)) as Recorded<EventOf<'patient-erased'>>[];
  assert.is(certificate?.event.data.quarantine, null);
  assert.equal(certificate?.event.data.remains, [...ERASURE_REMAINS]);
});

test('a certificate names no refused lines where there are none, and those that stay where there are', async () => {
  for (const [lines, words] of [
    [[], []],
    [['{"glucose": '], ['unattributed-quarantined-input']],
  ] as const) {
    const world = await ordered(lines);
    await destroy(world);
    await project(world);
    await certifierOf(world).round();
    const [certificate] = (await certificates(world)) as Recorded<EventOf<'patient-erased'>>[];
    const { remains, quarantine: left } = certificate?.event.data ?? {};
    assert.equal(
      remains?.filter((what) => what.includes('quarantined')),
      words,
    );
    assert.equal([left?.destroyed, left?.unattributed, left?.underTenantKeys], [0, lines.length, 0]);
  }
});

test('whoever is stopped between two orders leaves the second to the next', async () => {
  const world = await ordered();
  const { desk, ehr, vault } = world;
  const { patientId } = await desk.done(ehr, 'register-patient', { sourceRecordId: 'q', resource: person() });
  await desk.done(officer, 'erase-patient', { ...world.body, patientId });
  await destroy(world);
  await vault.store.erase('acme', patientId);
  vault.keys.forget('acme', patientId);
  await project(world);
  const deps = depsOf(world);
  let stopped: Promise<void> | undefined;
  const submit: typeof deps.submit = (stream, job) => {
    stopped = certifier.stop();
    return deps.submit(stream, job);
  };
  const certifier = new ErasureCertifier({ ...deps, submit });
  assert.not.ok(await certifier.round());
  await stopped;
  assert.is((await certificates(world)).length, 1);
  assert.ok(await certifierOf(world).round());
  assert.is((await certificates(world)).length, 2);
});

test('an empty log has nobody to certify', async () => {
  const world = await ordered();
  assert.ok(await new ErasureCertifier({ ...depsOf(world), log: new MemoryEventStore() }).round());
});

test.run();
