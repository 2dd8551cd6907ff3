import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { rotator } from '../../../adapters/keys/rotator.js';
import type { Outcome } from '../../../commands/request.js';
import { LedgerFault } from '../../../domain/rejections.js';
import type { Recorded } from '../../../schemas/catalogue.js';
import type { KeyLevel } from '../../../schemas/phi/key-levels.js';
import { codeOf } from '../../commands/desk.js';
import { eventOf } from '../../support/events.js';
import { Doom, KeyTown, officer, TENANTS, wasKilled } from '../../support/key-town.js';

const test = suite<{ town: KeyTown }>('rotations that are carried out because the log orders them');

test.before.each(async (context) => {
  context.town = await KeyTown.open();
});
test.after.each(({ town }) => town.close());

const statesOf = async ({ store }: KeyTown, tenant: string, owner: string) => (await store.secrets(tenant, owner)).map(({ state }) => state);
const said = async (town: KeyTown) => (await town.events('key-state-changed')).map(({ data }) => `${data.level} ${data.generation} ${data.to}`);
const patientOf = (town: KeyTown) => town.patients.get('acme')?.[0] as string;

/** What holds of a rotation that was carried out, however often and by whomever. */
async function isDone(town: KeyTown, level: KeyLevel): Promise<void> {
  const { store, root } = town;
  assert.is((await town.events('key-rotation-completed')).length, 1, `${level}: completed once`);
  const counts = await store.countSecrets('acme');
  const keks = await store.keks('acme');
  if (level === 'root') for (const kek of await store.allKeks()) assert.is(kek.rootId, await root.currentId());
  if (level === 'tenant') {
    assert.equal(
      keks.map(({ state }) => state),
      ['deactivated', 'active'],
    );
    assert.ok(counts.every(({ kekId }) => kekId === keks[1]?.kekId));
  }
  const owners: Partial<Record<KeyLevel, string>> = { patient: patientOf(town), 'tenant-secret': 'tenant', index: 'index' };
  const owner = owners[level];
  if (owner !== undefined) assert.equal(await statesOf(town, 'acme', owner), ['deactivated', 'active']);
  if (level === 'index') assert.ok(town.rebuilds > 0);
  assert.ok((await town.readAllParts()) >= 8);
}

const LEVELS: readonly KeyLevel[] = ['root', 'tenant', 'tenant-secret', 'index', 'patient'];

for (const level of LEVELS) {
  test(`${level}: the next generation is current, all that was sealed opens, and doing it again changes nothing`, async ({ town }) => {
    const { desk, duties, work } = town.process();
    const patientId = level === 'patient' ? patientOf(town) : undefined;
    await town.rotate(desk, level, patientId);
    assert.is(codeOf(await desk.send(officer, 'rotate-key', { level, ...(patientId === undefined ? {} : { patientId }) })), 'rotation-under-way');
    town.tick();
    await work();
    await isDone(town, level);
    const [states, keks, head] = [await said(town), await town.store.allKeks(), await town.log.head()];
    assert.equal(
      states.map((state) => state.split(' ').at(-1)),
      ['active', 'deactivated'],
    );
    const again = town.process();
    for (const recorded of (await town.log.readAll({ after: null, limit: 1000, types: ['key-rotation-ordered'] })).events)
      for (const duty of [...duties, ...again.duties]) await duty.handle(recorded);
    await isDone(town, level);
    assert.equal([await said(town), await town.store.allKeks(), await town.log.head()], [states, keks, head]);
  });

  test(`${level}: killed after whichever step, a fresh process finishes it and says it once`, async ({ town: first }) => {
    first.close();
    for (let steps = 1; ; steps++) {
      const town = await KeyTown.open();
      await town.rotate(town.process().desk, level, level === 'patient' ? patientOf(town) : undefined);
      town.tick();
      const killed = await wasKilled(town.process(new Doom(steps)).work());
      await town.process().work();
      await isDone(town, level);
      assert.equal(
        (await said(town)).map((state) => state.split(' ').at(-1)),
        ['active', 'deactivated'],
        `${level}, killed after step ${steps}`,
      );
      town.close();
      if (!killed) return assert.ok(steps > 2);
    }
  });
}

test('a key before the former one is destroyed once nothing is under it, and that is said once, killed or not', async ({ town }) => {
  for (let turn = 0; turn < 2; turn++) {
    await town.rotate(town.process().desk, 'tenant');
    town.tick();
    if (turn === 1) {
      // The removal itself is what the kill leaves undone.
      const doomed = town.process();
      const keep = { ...doomed.deps, store: new Doom(0).over(town.store, ['removeKek']) };
      const { events } = await town.log.readAll({ after: null, limit: 1000, types: ['key-rotation-ordered'] });
      const death = await rotator(keep)
        .handle(events.at(-1) as Recorded)
        .catch((fault: Error) => fault.message);
      assert.is(death, 'killed');
      assert.is((await town.store.keks('acme')).length, 3);
    }
    await town.process().work();
  }
  assert.equal(
    (await town.store.keks('acme')).map(({ generation }) => generation),
    [2, 3],
  );
  assert.equal(await said(town), ['tenant 2 active', 'tenant 1 deactivated', 'tenant 3 active', 'tenant 2 deactivated', 'tenant 1 destroyed']);
  await town.readAllParts();
});

test('one root for all: the order of one tenant wraps the keys of every tenant anew', async ({ town }) => {
  const { desk, work } = town.process();
  const before = await town.root.currentId();
  await town.rotate(desk, 'root');
  await work();
  const [done] = await town.events('key-rotation-completed');
  assert.equal([done?.data.toKeyId, done?.data.rewrapped], [await town.root.currentId(), TENANTS.length]);
  assert.is.not(await town.root.currentId(), before);
  await town.root.retire(before);
  assert.ok((await town.readAllParts()) >= 8);
});

test('resealing wraps what is under any former key, and leaves the current one as it is', async ({ town }) => {
  const { desk, vault, work } = town.process();
  const [former] = await town.store.keks('acme');
  const current = await vault.keks.advance('acme', former as NonNullable<typeof former>);
  await desk.done(officer, 'reseal', {});
  await work();
  assert.equal(new Set((await town.store.countSecrets('acme')).map(({ kekId }) => kekId)), new Set([current.kekId]));
  assert.is((await town.store.keks('acme')).at(-1)?.kekId, current.kekId);
  const [done] = await town.events('key-rotation-completed');
  assert.is(
    done?.data.rewrapped,
    (await town.store.countSecrets('acme')).reduce((sum, { secrets }) => sum + secrets, 0),
  );
  await desk.done(officer, 'reseal', {});
  await work();
  assert.is((await town.events('key-rotation-completed'))[1]?.data.rewrapped, 0);
});

test('of a patient who was erased meanwhile nothing is replaced, and the rotation is over', async ({ town }) => {
  const { desk, vault, work } = town.process();
  const patientId = patientOf(town);
  await town.rotate(desk, 'patient', patientId);
  await town.store.erase('acme', patientId);
  vault.keys.forget('acme', patientId);
  await work();
  const [done] = await town.events('key-rotation-completed');
  assert.is(done?.data.toKeyId, null);
  assert.equal(await said(town), []);
  assert.equal(await town.store.secrets('acme', patientId), []);
});

test('a patient who is erased between two steps gets no next key', async ({ town }) => {
  const { desk, work } = town.process();
  const patientId = patientOf(town);
  await town.rotate(desk, 'patient', patientId);
  const setState = town.store.setState.bind(town.store);
  town.store.setState = async (...args) => {
    await setState(...args);
    await town.store.erase('acme', patientId);
  };
  await work();
  assert.is((await town.events('key-rotation-completed'))[0]?.data.toKeyId, null);
  assert.equal(await town.store.secrets('acme', patientId), []);
});

test('a tenant that has no key yet gets its first one, and no other is said to have left use', async ({ town }) => {
  const { duties, vault } = town.process();
  const stream = 'east.keys';
  const order = eventOf('key-rotation-ordered', { tenant: 'east', stream, data: { level: 'tenant', patientId: null, fromKeyId: null, kind: 'rotate' } });
  await town.log.append(stream, 'none', [order]);
  const { events } = await town.log.readAll({ after: null, limit: 1000, types: ['key-rotation-ordered'] });
  for (const recorded of events) for (const duty of duties) if (duty.types.includes('key-rotation-ordered')) await duty.handle(recorded);
  const [first] = await town.store.keks('east');
  assert.is(first?.kekId, await vault.keks.currentId('east'));
  assert.equal(await said(town), ['tenant 1 active']);
});

test('an order of before that finds the tenant’s key on hold replaces nothing', async ({ town }) => {
  const { desk, work } = town.process();
  const patientId = patientOf(town);
  await town.rotate(desk, 'patient', patientId);
  const [kek] = await town.store.keks('acme');
  await town.store.setKekState('acme', kek?.kekId as string, 'suspended');
  await work();
  assert.is((await town.events('key-rotation-completed'))[0]?.data.toKeyId, null);
  assert.is((await town.store.secrets('acme', patientId)).length, 1);
});

test('a fault of the key store, and a log that refuses the outcome, leave the order for later', async ({ town }) => {
  const { desk, deps, work } = town.process();
  await town.rotate(desk, 'tenant');
  town.tick();
  const [ordered] = (await town.log.readAll({ after: null, limit: 1000, types: ['key-rotation-ordered'] })).events;
  const rewrap = town.store.rewrap.bind(town.store);
  town.store.rewrap = async () => {
    throw new LedgerFault('keys-unavailable');
  };
  const refusing = async () => ({ kind: 'rejected', code: 'unknown-key' }) as unknown as Outcome;
  const faultOf = (given: typeof deps) =>
    rotator(given)
      .handle(ordered as Recorded)
      .catch((thrown: LedgerFault) => thrown.code);
  assert.is(await faultOf(deps), 'keys-unavailable');
  town.store.rewrap = rewrap;
  assert.is(await faultOf({ ...deps, submit: refusing }), 'internal');
  await work();
  await isDone(town, 'tenant');
});

test('whoever reads the patient between two steps makes the successor, and there is but one', async ({ town }) => {
  const { desk, work } = town.process();
  const patientId = patientOf(town);
  await town.rotate(desk, 'patient', patientId);
  const busy = town.process().vault.vault;
  const setState = town.store.setState.bind(town.store);
  town.store.setState = async (...args) => {
    await setState(...args);
    await busy.patientRing('acme', patientId);
  };
  await work();
  assert.equal(await statesOf(town, 'acme', patientId), ['deactivated', 'active']);
});

test('two processes that carry out the same order at once do it once', async ({ town }) => {
  const [here, there] = [town.process(), town.process()];
  await town.rotate(here.desk, 'tenant');
  town.tick();
  await Promise.all([here.work(), there.work()]);
  await isDone(town, 'tenant');
});

test.run();
