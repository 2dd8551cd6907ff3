import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Activation } from '../../../adapters/keys/activation.js';
import { suspender } from '../../../adapters/keys/suspender.js';
import { LedgerFault } from '../../../domain/rejections.js';
import type { KeyRing } from '../../../domain/rings.js';
import type { KeyLevel } from '../../../schemas/phi/key-levels.js';
import { allergy, codeOf, type Desk, person } from '../../commands/desk.js';
import { Doom, KeyTown, officer, wasKilled } from '../../support/key-town.js';

const test = suite<{ town: KeyTown }>('suspended keys, and keys that wait for their time');
const DAY_MS = 86_400_000;

test.before.each(async (context) => {
  context.town = await KeyTown.open();
});
test.after.each(({ town }) => town.close());

const patientOf = (town: KeyTown) => town.patients.get('acme')?.[0] as string;
const namedIn = (town: KeyTown, level: KeyLevel) => ({ level, ...(level === 'patient' ? { patientId: patientOf(town) } : {}) });
const suspend = (town: KeyTown, desk: Desk, level: KeyLevel) => desk.send(officer, 'suspend-key', { ...namedIn(town, level), because: 'inquiry' });
const resume = (town: KeyTown, desk: Desk, level: KeyLevel) => desk.send(officer, 'resume-key', { ...namedIn(town, level), because: 'cleared' });
const keksOf = async (town: KeyTown) => (await town.store.keks('acme')).map(({ state }) => state);
const said = async (town: KeyTown) => (await town.events('key-state-changed')).map(({ data }) => `${data.level} ${data.generation} ${data.to}`);

/** `sealed`, or the code with which it was refused. */
async function sealedFor(ring: KeyRing | undefined): Promise<string> {
  try {
    await (ring as KeyRing).seal({ stream: 's', eventId: 'e', name: 'content', scope: 'allergies' }, 'x');
    return 'sealed';
  } catch (fault) {
    return (fault as LedgerFault).code;
  }
}

for (const level of ['tenant-secret', 'patient'] as const) {
  test(`a suspended ${level} key seals nothing here and in another process, opens all, and seals again when it is resumed`, async ({ town }) => {
    const [here, there] = [town.process(), town.process()];
    const ring = ({ vault: { vault } }: typeof here) => (level === 'patient' ? vault.patientRing('acme', patientOf(town)) : vault.tenantRing('acme'));
    assert.equal([await sealedFor(await ring(here)), await sealedFor(await ring(there))], ['sealed', 'sealed']);
    await suspend(town, here.desk, level);
    await here.work();
    // The other follows the log for itself.
    for (const recorded of (await town.log.readAll({ after: null, limit: 1000, types: ['key-suspension-ordered'] })).events)
      for (const duty of there.duties) await duty.handle(recorded);
    assert.equal([await sealedFor(await ring(here)), await sealedFor(await ring(there))], ['key-suspended', 'key-suspended']);
    assert.ok((await town.readAllParts()) >= 8);
    assert.is(codeOf(await resume(town, here.desk, level)), 'recorded');
    await here.work();
    assert.is(await sealedFor(await ring(here)), 'sealed');
    assert.equal(await said(town), [`${level} 1 suspended`, `${level} 1 active`]);
  });
}

test('under a suspended tenant key nobody new is registered, patients who are known go on, and all is wrapped again after it', async ({ town }) => {
  const { desk, work } = town.process();
  const ehr = await desk.source('ehr', 'acme');
  await suspend(town, desk, 'tenant');
  await work();
  const fault = await desk.send(ehr, 'register-patient', { sourceRecordId: 'p9', resource: person() }).then(
    () => '',
    (thrown: LedgerFault) => thrown.code,
  );
  assert.is(fault, 'key-suspended');
  await desk.done(ehr, 'record-fact', { patientId: patientOf(town), sourceRecordId: 'a9', resource: allergy() });
  assert.is(codeOf(await desk.send(officer, 'reseal', {})), 'tenant-key-suspended');
  await resume(town, desk, 'tenant');
  await work();
  await desk.done(ehr, 'register-patient', { sourceRecordId: 'p9', resource: person() });
});

test('a rotation ends a suspension: the key is deactivated, and its successor seals', async ({ town }) => {
  for (const level of ['index', 'patient', 'tenant-secret', 'tenant'] as const) {
    const { desk, work } = town.process();
    await suspend(town, desk, level);
    await work();
    await town.rotate(desk, level, level === 'patient' ? patientOf(town) : undefined);
    town.tick();
    await work();
    assert.equal((await said(town)).slice(-3), [`${level} 1 suspended`, `${level} 2 active`, `${level} 1 deactivated`]);
    assert.is(codeOf(await resume(town, desk, level)), 'key-not-suspended');
  }
});

test('a patient key is reported while the tenant key is suspended: it is out of use at once, and its successor comes with the first need', async ({ town }) => {
  const { desk, work } = town.process();
  await suspend(town, desk, 'tenant');
  await work();
  await town.report(desk, 'patient', { patientId: patientOf(town) });
  town.tick();
  await work();
  assert.is((await town.events('incident-opened')).length, 1);
  assert.is(await sealedFor(await town.process().vault.vault.patientRing('acme', patientOf(town))), 'key-expired');
  await resume(town, desk, 'tenant');
  await work();
  assert.is(await sealedFor(await town.process().vault.vault.patientRing('acme', patientOf(town))), 'sealed');
});

test('on a key store restored from before, the key is suspended again; who comes late does not suspend what was resumed', async ({ town }) => {
  const { desk, work } = town.process();
  await suspend(town, desk, 'tenant');
  await work();
  const [kek] = await town.store.keks('acme');
  await town.store.setKekState('acme', kek?.kekId as string, 'active');
  const [recorded] = (await town.log.readAll({ after: null, limit: 1000, types: ['key-suspension-ordered'] })).events;
  const late = suspender(town.process().deps);
  await late.handle(recorded as never);
  assert.is((await town.store.keks('acme'))[0]?.state, 'suspended');
  await resume(town, desk, 'tenant');
  await work();
  await late.handle(recorded as never);
  assert.is((await town.store.keks('acme'))[0]?.state, 'active');
});

test('of a key that has left use before the order was carried out, the log says what it is', async ({ town }) => {
  const { desk, work } = town.process();
  await suspend(town, desk, 'patient');
  await town.store.setState('acme', patientOf(town), 1, 'deactivated');
  await work();
  await suspend(town, desk, 'index');
  await town.store.erase('acme', 'index');
  await work();
  await suspend(town, desk, 'tenant');
  await town.store.erase('acme', 'tenant');
  for (const patientId of town.patients.get('acme') ?? []) await town.store.erase('acme', patientId);
  const [kek] = await town.store.keks('acme');
  await town.store.removeKek('acme', kek?.kekId as string);
  await work();
  assert.equal(await said(town), ['patient 1 deactivated', 'index null destroyed', 'tenant null destroyed']);
});

test('a ledger that cannot say what it did to a key does it again later', async ({ town }) => {
  const { desk, deps } = town.process();
  await suspend(town, desk, 'tenant');
  const [recorded] = (await town.log.readAll({ after: null, limit: 1000, types: ['key-suspension-ordered'] })).events;
  const mute = suspender({ ...deps, submit: async () => ({ kind: 'rejected', code: 'stale-revision' }) });
  const fault = await mute.handle(recorded as never).catch((thrown: LedgerFault) => thrown.code);
  assert.is(fault, 'internal');
});

const scheduled = (town: KeyTown, desk: Desk, aheadMs: number, level: KeyLevel = 'tenant') =>
  desk.send(officer, 'rotate-key', { ...namedIn(town, level), activatesAt: new Date(town.nowMs + aheadMs).toISOString() });

/** What looks for rotations whose time has come, on the town's clock. */
function activationOf(town: KeyTown, { deps, desk }: ReturnType<KeyTown['process']>, faults: unknown[] = []): Activation {
  const clock = { now: () => new Date(town.nowMs).toISOString() };
  return new Activation({ ...deps, clock, ids: desk.deps.ids, onFault: (fault) => faults.push(fault) });
}

test('a scheduled key is there at once and wraps nothing until its time; then it does, whichever process is there', async ({ town }) => {
  const first = town.process();
  assert.is(codeOf(await scheduled(town, first.desk, DAY_MS)), 'recorded');
  await first.work();
  assert.equal(await keksOf(town), ['active', 'pre-active']);
  assert.equal(await said(town), ['tenant 2 pre-active']);
  const [former, next] = await town.store.keks('acme');
  assert.is(await town.process().deps.keks.currentId('acme'), former?.kekId);
  assert.is(await activationOf(town, first).look(), DAY_MS);
  town.tick(2 * DAY_MS);
  const second = town.process();
  await activationOf(town, second).look();
  await activationOf(town, second).look();
  await second.work();
  assert.is(await town.process().deps.keks.currentId('acme'), next?.kekId);
  assert.equal(await said(town), ['tenant 2 pre-active', 'tenant 2 active', 'tenant 1 deactivated']);
  assert.is((await town.events('key-rotation-completed')).length, 1);
  assert.ok((await town.readAllParts()) >= 8);
});

test('killed after whichever step, a scheduled rotation is prepared, activated and completed once', async ({ town: unused }) => {
  unused.close();
  for (let steps = 1; ; steps++) {
    const town = await KeyTown.open();
    await scheduled(town, town.process().desk, DAY_MS);
    const doomed = town.process(new Doom(steps));
    const twice = async () => {
      await doomed.work();
      town.tick(2 * DAY_MS);
      await activationOf(town, doomed).look();
      await doomed.work();
    };
    const killed = await wasKilled(twice());
    if (killed) town.tick(2 * DAY_MS);
    const fresh = town.process();
    await fresh.work();
    await activationOf(town, fresh).look();
    await fresh.work();
    assert.equal(await said(town), ['tenant 2 pre-active', 'tenant 2 active', 'tenant 1 deactivated'], `killed after step ${steps}`);
    town.close();
    if (!killed) return assert.ok(steps > 4);
  }
});

test('a key that waits is put into use sooner when it has to be, and its own time then changes nothing', async ({ town }) => {
  const one = town.process();
  await scheduled(town, one.desk, DAY_MS);
  await one.work();
  await town.rotate(one.desk, 'tenant');
  await one.work();
  assert.equal(await keksOf(town), ['deactivated', 'active']);
  town.tick(2 * DAY_MS);
  await activationOf(town, one).look();
  await one.work();
  assert.equal(await keksOf(town), ['deactivated', 'active']);
  assert.is((await town.events('key-rotation-completed')).length, 2);
});

test('a compromised key is followed by the one that was waiting', async ({ town }) => {
  const one = town.process();
  await scheduled(town, one.desk, DAY_MS);
  await one.work();
  await town.report(one.desk, 'tenant');
  town.tick();
  await one.work();
  assert.equal(await keksOf(town), ['compromised', 'active']);
});

test('an order for a key that was replaced meanwhile prepares nothing', async ({ town }) => {
  const one = town.process();
  await scheduled(town, one.desk, DAY_MS);
  const [kek] = await town.store.keks('acme');
  await one.deps.keks.advance('acme', kek as never);
  await one.work();
  assert.equal(await keksOf(town), ['active', 'active']);
  assert.equal(await said(town), []);
});

test('a time that is past, more than thirty days ahead, no time at all, or of another level is refused', async ({ town }) => {
  const { desk } = town.process();
  assert.is(codeOf(await scheduled(town, desk, -1)), 'invalid-date');
  assert.is(codeOf(await scheduled(town, desk, 31 * DAY_MS)), 'invalid-date');
  assert.is(codeOf(await desk.send(officer, 'rotate-key', { level: 'tenant', activatesAt: '2026-02-30T00:00:00Z-' })), 'invalid-date');
  assert.is(codeOf(await scheduled(town, desk, DAY_MS, 'index')), 'invalid-command');
});

test('what waits is looked at again by itself, and a store that is away is asked again', async ({ town }) => {
  const one = town.process();
  await scheduled(town, one.desk, 50);
  await one.work();
  const faults: unknown[] = [];
  const activation = activationOf(town, one, faults);
  await activation.wake();
  town.tick(100);
  for (const endMs = Date.now() + 5000; (await town.events('key-rotation-ordered')).length < 2 && Date.now() < endMs; )
    await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(
    (await town.events('key-rotation-ordered')).map(({ data }) => data.kind),
    ['rotate', 'activate'],
  );
  await activation.stop();
  await activation.wake();
  assert.equal(faults, []);
  const broken = new Activation({
    ...{ ...one.deps, clock: { now: () => new Date(town.nowMs).toISOString() }, ids: one.desk.deps.ids, onFault: (fault: unknown) => faults.push(fault) },
    store: { allKeks: () => Promise.reject(new LedgerFault('keys-unavailable')) },
  });
  await broken.wake();
  await broken.stop();
  assert.is((faults[0] as LedgerFault).code, 'keys-unavailable');
});

test('orders of who may not give them, of what is not there, or of a time to come, are refused', async ({ town }) => {
  const { desk } = town.process();
  const operator = { ...officer, actor: { ...officer.actor, roles: ['operator'] }, purpose: 'SYSADMIN' };
  assert.is(codeOf(await desk.send(operator, 'resume-key', { level: 'tenant', because: 'cleared' })), 'not-permitted');
  const send = async (name: 'rotate-key' | 'suspend-key' | 'report-key-compromise', body: Readonly<Record<string, unknown>>) =>
    codeOf(await desk.send(officer, name, body));
  const nobody = { level: 'patient', patientId: '00000000-0000-4000-8000-000000000009' };
  const reported = { level: 'tenant', suspectedSince: '2026-02-01T00:00:00Z', description: 'a laptop is gone' };
  assert.is(await send('rotate-key', nobody), 'unknown-patient');
  assert.is(await send('suspend-key', { ...nobody, because: 'inquiry' }), 'unknown-patient');
  assert.is(await send('report-key-compromise', { ...reported, ...nobody }), 'unknown-patient');
  assert.is(await send('suspend-key', { level: 'patient', because: 'inquiry' }), 'invalid-command');
  assert.is(await send('report-key-compromise', { ...reported, suspectedSince: '2027-01-01T00:00:00Z' }), 'invalid-date');
  assert.is(await send('report-key-compromise', { ...reported, suspectedSince: '2026-02-30T99:00:00Z' }), 'invalid-date');
  for (const level of ['root', 'tenant', 'index'] as const)
    assert.is(await send('report-key-compromise', { ...reported, level, keyId: 'none' }), 'unknown-key');
  const [kek] = await town.store.keks('acme');
  assert.is(await send('report-key-compromise', { ...reported, keyId: kek?.kekId }), 'recorded');
  await town.store.erase('acme', 'index');
  assert.is(codeOf(await suspend(town, desk, 'index')), 'unknown-key');
});

test('a rotation that cannot be ordered at its time is a fault, and is tried again', async ({ town }) => {
  const one = town.process();
  await scheduled(town, one.desk, 50);
  town.tick();
  const clock = { now: () => new Date(town.nowMs).toISOString() };
  const submit = async () => ({ kind: 'rejected' as const, code: 'stale-revision' as const });
  const activation = new Activation({ ...one.deps, submit, clock, ids: one.desk.deps.ids, onFault: () => undefined });
  assert.is(await activation.look().catch((fault: LedgerFault) => fault.code), 'internal');
});

test.run();
