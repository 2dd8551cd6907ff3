import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ResealedParts } from '../../../adapters/keys/resealed-parts.js';
import { resealing } from '../../../adapters/keys/resealing.js';
import { MemoryReadModels } from '../../../adapters/memory/read-models.js';
import { LedgerFault } from '../../../domain/rejections.js';
import type { LedgerEvent } from '../../../schemas/catalogue.js';
import type { SealedPart } from '../../../schemas/event.js';
import type { KeyLevel } from '../../../schemas/phi/key-levels.js';
import { eventOf } from '../../support/events.js';
import { Doom, wasKilled } from '../../support/key-town.js';
import { PROJECTIONS, SealedModels } from '../../support/sealed-models.js';

const OTHER_NAME = 'another process';
const test = suite<{ house: SealedModels }>('read models after a compromise');

test.before.each(async (context) => {
  context.house = await SealedModels.open();
});
test.after.each(({ house }) => house.town.close());

const LEVELS: readonly KeyLevel[] = ['patient', 'tenant-secret', 'tenant', 'root'];
const moreOf = (house: SealedModels, level: KeyLevel) => (level === 'patient' ? { patientId: house.patients[0] } : {});

for (const level of LEVELS)
  test(`${level}: nothing that the key opens stays in them, what they say stays the same, and a later rebuild needs no key`, async ({ house }) => {
    const { texts } = await house.look();
    assert.ok(texts.length >= 7);
    await house.report(level, moreOf(house, level));
    const { exposed } = await house.look();
    assert.ok(exposed > 0);
    await house.work();
    assert.equal(await house.look(), { exposed: 0, texts });
    const tenants = level === 'root' ? 2 : 1;
    assert.is(house.built.length, tenants * PROJECTIONS.length);
    for (const { name } of PROJECTIONS) await house.rebuild(name);
    assert.equal(await house.look(), { exposed: 0, texts });
    if (level !== 'root') assert.equal(await house.counts(), { parts: exposed, unreadable: 0 });
  });

test('killed after whichever step, a fresh process finishes it, and says the same of it', async ({ house: first }) => {
  first.town.close();
  for (let steps = 1; ; steps++) {
    const house = await SealedModels.open();
    await house.report('tenant');
    const { exposed } = await house.look();
    const killed = await wasKilled(house.work({ doom: new Doom(steps) }));
    await house.work();
    assert.equal([(await house.look()).exposed, await house.counts()], [0, { parts: exposed, unreadable: 0 }], `killed after step ${steps}`);
    house.town.close();
    if (!killed) return assert.ok(steps > PROJECTIONS.length);
  }
});

test('carried out once, it is not done again', async ({ house }) => {
  await house.report('tenant');
  await house.work();
  const [parts, built] = [await house.parts(), house.built.length];
  const { vault } = house.town.process();
  const resealed = new ResealedParts(house.models, 'this process');
  const duty = resealing({
    log: house.town.log,
    store: house.town.store,
    keys: vault.keys,
    models: house.models,
    resealed,
    rebuild: (model) => house.rebuild(model),
    stopping: house.stopping.signal,
  });
  for (const recorded of (await house.town.log.readAll({ after: null, limit: 10_000 })).events) await duty.handle(recorded);
  assert.equal([await house.parts(), house.built.length], [parts, built]);
});

test('a folder of read models that was lost is made anew without what the key opens', async ({ house }) => {
  await house.report('tenant');
  await house.work();
  Object.assign(house, { models: new MemoryReadModels() });
  for (const { name } of PROJECTIONS) await house.rebuild(name);
  assert.ok((await house.look()).exposed > 0);
  await house.work();
  assert.is((await house.look()).exposed, 0);
});

test('what was sealed anew is sealed anew again when the next generation is reported too', async ({ house }) => {
  const [patientId] = house.patients;
  const { texts } = await house.look();
  for (const generation of [2, 3]) {
    await house.report('patient', { patientId });
    await house.work();
    assert.equal(await house.look(), { exposed: 0, texts });
    assert.ok((await house.parts()).some(({ part }) => part.generation === generation));
  }
});

test('an index key has sealed nothing: nothing is built anew', async ({ house }) => {
  await house.report('index');
  await house.work();
  assert.equal([await house.counts(), house.built], [{ parts: 0, unreadable: 0 }, []]);
});

test('a build that had begun before is not taken for one that came after', async ({ house }) => {
  await house.report('tenant');
  await house.models.begin('record');
  await house.work();
  assert.is(house.built.filter((model) => model === 'record').length, 2);
});

test('what cannot be opened is counted, and stays as it is', async ({ house }) => {
  const [patientId] = house.patients as [string];
  const stream = `acme.patient-${patientId}-damaged`;
  const event = eventOf('fact-recorded', { tenant: 'acme', stream, data: { patientId } });
  const [secret] = await house.town.store.secrets('acme', patientId);
  const damaged = { ...(event.sealed[0] as SealedPart), keyId: secret?.keyId, generation: 1 };
  await house.town.log.append(stream, 'none', [{ ...event, sealed: [damaged] } as LedgerEvent]);
  await house.report('patient', { patientId });
  await house.work();
  assert.is((await house.counts())?.unreadable, 1);
});

test('of a patient who is erased afterwards nothing is kept', async ({ house }) => {
  const [patientId, other] = house.patients as [string, string];
  await house.report('tenant');
  await house.work();
  const kept = async (owner: string) => (await house.models.byIndex('resealed', `o/acme/${owner}`, { limit: 100 })).length;
  assert.ok((await kept(patientId)) > 0);
  const others = await kept(other);
  const order = eventOf('erasure-ordered', { tenant: 'acme', stream: 'acme.erasures', data: { patientId } });
  await house.town.log.append(order.stream, 'none', [order]);
  await house.work();
  assert.equal([await kept(patientId), await kept(other)], [0, others]);
});

test('of a patient who was erased before nothing is sealed anew', async ({ house }) => {
  const [patientId] = house.patients as [string];
  await house.report('patient', { patientId });
  await house.town.store.erase('acme', patientId);
  await house.work();
  assert.equal([await house.counts(), house.built], [{ parts: 0, unreadable: 0 }, []]);
});

test('of a patient who is erased while it goes on nothing is sealed anew', async ({ house }) => {
  const [patientId] = house.patients as [string];
  await house.report('patient', { patientId });
  const { store } = house.town;
  const secrets = store.secrets.bind(store);
  store.secrets = async (tenant, owner) => {
    if (owner !== patientId) return secrets(tenant, owner);
    store.secrets = secrets;
    const found = await secrets(tenant, owner);
    await store.erase(tenant, owner);
    return found;
  };
  await house.work();
  assert.is((await house.counts())?.parts, 0);
});

test('a key store that is away is waited for: nothing is called unreadable because of it', async ({ house }) => {
  const { texts } = await house.look();
  await house.report('tenant-secret');
  const { store } = house.town;
  const secrets = store.secrets.bind(store);
  let calls = 0;
  store.secrets = async (tenant, owner) => {
    if (owner === 'tenant' && (calls += 1) > 1) throw new LedgerFault('keys-unavailable');
    return secrets(tenant, owner);
  };
  await refused(house.work());
  assert.is(await house.counts(), null);
  store.secrets = secrets;
  const away = new Doom(0).over(house.models, ['save']);
  await refused(new ResealedParts(away, 'this process').keepCursor('read-models-resealed', '1'));
  await house.work();
  assert.equal(await house.look(), { exposed: 0, texts });
});

test('one process does it at a time: another one fails, and finds it done when it looks again', async ({ house }) => {
  await house.report('tenant');
  let failed: unknown;
  house.onRebuild = async () => {
    house.onRebuild = async () => undefined;
    failed = await house.work({ owner: OTHER_NAME }).catch((fault: unknown) => fault);
  };
  await house.work();
  assert.ok(failed instanceof LedgerFault && failed.code === 'lease-lost');
  const [here, there] = [new ResealedParts(house.models, 'this process'), new ResealedParts(house.models, OTHER_NAME)];
  const kept = await here.cursor();
  await there.keepCursor('read-models-resealed', '1');
  assert.is(await here.cursor(), kept);
  await refused(there.lookedThrough('1'));
  assert.is((await house.look()).exposed, 0);
  const built = house.built.length;
  const cursor = await new ResealedParts(house.models, OTHER_NAME).cursor();
  const { events } = await house.town.log.readAll({ after: cursor, limit: 10, types: ['incident-opened'] });
  assert.equal([events, house.built.length], [[], built]);
});

test('a process that ends waits for no build: the next one begins it again', async ({ house }) => {
  await house.report('tenant');
  house.onRebuild = () => {
    house.stopping.abort();
    return new Promise(() => undefined);
  };
  await refused(house.work());
  await refused(house.work());
  assert.is(await house.counts(), null);
  Object.assign(house, { stopping: new AbortController(), onRebuild: async () => undefined });
  await house.work();
  assert.is((await house.look()).exposed, 0);
});

async function refused(work: Promise<unknown>): Promise<void> {
  const ended = await work.then(
    () => 'done',
    () => 'refused',
  );
  assert.is(ended, 'refused');
}

test.run();
