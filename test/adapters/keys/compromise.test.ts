import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compromise } from '../../../adapters/keys/compromise.js';
import type { Outcome } from '../../../commands/request.js';
import { LedgerFault } from '../../../domain/rejections.js';
import type { Recorded } from '../../../schemas/catalogue.js';
import type { KeyLevel } from '../../../schemas/phi/key-levels.js';
import { codeOf } from '../../commands/desk.js';
import { Doom, KeyTown, officer, TENANTS, wasKilled } from '../../support/key-town.js';
import { TESTER } from '../../support/vault.js';

const test = suite<{ town: KeyTown }>('compromises that are carried out because the log reports them');
const PLACE = { stream: 'acme.patient-x', eventId: 'e', name: 'content', scope: 'allergies' };

test.before.each(async (context) => {
  context.town = await KeyTown.open();
});
test.after.each(({ town }) => town.close());

const patientOf = (town: KeyTown) => town.patients.get('acme')?.[0] as string;
const moreOf = (town: KeyTown, level: KeyLevel) => (level === 'patient' ? { patientId: patientOf(town) } : {});
const said = async (town: KeyTown, tenant = 'acme') =>
  (await town.events('key-state-changed', tenant)).map(({ data }) => `${data.level} ${data.generation ?? '-'} ${data.to}`);

const EXPECTED: Record<KeyLevel, readonly string[]> = {
  root: ['root - compromised', 'root - active', 'tenant 1 compromised', 'tenant 2 active'],
  tenant: ['tenant 1 compromised', 'tenant 2 active'],
  'tenant-secret': ['tenant-secret 1 compromised', 'tenant-secret 2 active'],
  index: ['index 1 compromised', 'index 2 active'],
  patient: ['patient 1 compromised', 'patient 2 active'],
};
const LEVELS = Object.keys(EXPECTED) as KeyLevel[];

/** Whose first generation has to be out of use. */
function ownersOf(town: KeyTown, level: KeyLevel): readonly string[] {
  if (level === 'patient') return [patientOf(town)];
  if (level === 'tenant-secret') return ['tenant'];
  return level === 'index' ? ['index'] : ['tenant', 'index', ...(town.patients.get('acme') ?? [])];
}

/** What holds of a compromise that was carried out, however often and by whomever. */
async function isDone(town: KeyTown, level: KeyLevel, tenants: readonly string[], why: string = level): Promise<void> {
  for (const tenant of tenants) {
    assert.equal(await said(town, tenant), EXPECTED[level], why);
    assert.is((await town.events('incident-opened', tenant)).length, 1, why);
    assert.is((await town.events('key-compromise-reported', tenant)).length, 1, why);
  }
  for (const owner of ownersOf(town, level)) assert.is((await town.store.secrets('acme', owner))[0]?.state, 'compromised', `${why}: ${owner}`);
  if (level === 'root') for (const kek of await town.store.allKeks()) assert.is(kek.rootId, await town.root.currentId(), why);
  if (level === 'root' || level === 'tenant')
    for (const tenant of tenants) {
      const [hit, next, ...more] = await town.store.keks(tenant);
      assert.equal([hit?.state, next?.state, more], ['compromised', 'active', []], why);
      assert.ok(
        (await town.store.countSecrets(tenant)).every(({ kekId }) => kekId === next?.kekId),
        why,
      );
    }
  if (level === 'index') assert.ok(town.rebuilds > 0, why);
  assert.ok((await town.readAllParts()) >= 8, why);
  const { vault } = town.process().vault;
  if (level === 'index') return;
  const ring = level === 'tenant-secret' ? await vault.tenantRing('acme') : await vault.patientRing('acme', patientOf(town));
  assert.is((await ring?.seal(PLACE, 'latex'))?.generation, 2, why);
}

for (const level of LEVELS) {
  const tenants = level === 'root' ? TENANTS : ['acme'];

  test(`${level}: it seals nothing more, all that was sealed opens, and doing it again changes nothing`, async ({ town }) => {
    const { desk, duties, work } = town.process();
    await town.report(desk, level, moreOf(town, level));
    const keyId = (await town.events('key-compromise-reported', 'acme'))[0]?.data.keyId;
    town.tick();
    await work();
    const again = { level, keyId, suspectedSince: '2026-02-02T00:00:00Z', description: 'again', ...moreOf(town, level) };
    assert.is(codeOf(await desk.send(officer, 'report-key-compromise', again)), 'compromise-reported');
    await isDone(town, level, tenants);
    const [keks, head] = [await town.store.allKeks(), await town.log.head()];
    const fresh = town.process();
    for (const recorded of (await town.log.readAll({ after: null, limit: 1000, types: ['key-compromise-reported'] })).events)
      for (const duty of [...duties, ...fresh.duties]) await duty.handle(recorded);
    await isDone(town, level, tenants);
    assert.equal([await town.store.allKeks(), await town.log.head()], [keks, head]);
  });

  test(`${level}: killed after whichever step, a fresh process finishes it and says it once`, async ({ town: first }) => {
    first.close();
    for (let steps = 1; ; steps++) {
      const town = await KeyTown.open();
      await town.report(town.process().desk, level, moreOf(town, level));
      town.tick();
      const killed = await wasKilled(town.process(new Doom(steps)).work());
      town.tick();
      await town.process().work();
      await isDone(town, level, tenants, `${level}, killed after step ${steps}`);
      town.close();
      if (!killed) return assert.ok(steps > 4);
    }
  });
}

test('a root that was reported after it was rotated away takes along every key that was ever under it', async ({ town }) => {
  const { desk, work } = town.process();
  const stolen = await town.root.currentId();
  await town.rotate(desk, 'root');
  town.tick();
  await work();
  town.tick();
  await town.report(desk, 'root', { keyId: stolen });
  town.tick();
  const current = await town.root.currentId();
  await work();
  assert.is(await town.root.currentId(), current, 'the root that is not concerned stays');
  for (const tenant of TENANTS)
    assert.equal(
      (await town.store.keks(tenant)).map(({ state }) => state),
      ['compromised', 'active'],
    );
  assert.equal((await town.events('key-compromise-reported')).map(({ tenant }) => tenant).sort(), [...TENANTS]);
});

test('a key that was made under the root between the report and its being carried out goes too', async ({ town }) => {
  const { desk, work } = town.process();
  await town.report(desk, 'root');
  town.tick();
  await town.process().vault.vault.claimPatient('late', 'somebody');
  town.tick();
  await work();
  assert.equal(
    (await town.store.keks('late')).map(({ state }) => state),
    ['compromised', 'active'],
  );
  assert.is((await town.events('incident-opened', 'late')).length, 1);
});

test('a former key of a tenant takes along the secrets that were under it, wherever they are wrapped now', async ({ town }) => {
  const { desk, vault, work } = town.process();
  const stolen = (await town.store.keks('acme'))[0]?.kekId;
  await town.rotate(desk, 'tenant');
  town.tick();
  await work();
  town.tick();
  await town.report(desk, 'tenant', { keyId: stolen });
  town.tick();
  await work();
  assert.equal(
    (await town.store.keks('acme')).map(({ state }) => state),
    ['compromised', 'active'],
  );
  for (const owner of ['tenant', 'index', ...(town.patients.get('acme') ?? [])]) assert.is((await town.store.secrets('acme', owner))[0]?.state, 'compromised');
  assert.ok((await town.store.countSecrets('north')).every(({ state }) => state === 'active'));
  const ring = await vault.vault.patientRing('acme', patientOf(town));
  assert.is((await ring?.seal(PLACE, 'latex'))?.generation, 2);
});

test('a generation that seals no more is reported alone: the newest stays in use', async ({ town }) => {
  const { desk, work } = town.process();
  const patientId = patientOf(town);
  const [first] = await town.store.secrets('acme', patientId);
  await town.rotate(desk, 'patient', patientId);
  await work();
  await town.report(desk, 'patient', { patientId, keyId: first?.keyId });
  await work();
  assert.equal(
    (await town.store.secrets('acme', patientId)).map(({ state }) => state),
    ['compromised', 'active'],
  );
});

test('a rotation that finds its key compromised does not call it retired', async ({ town }) => {
  const { desk, duties } = town.process();
  const patientId = patientOf(town);
  await town.rotate(desk, 'patient', patientId);
  await town.report(desk, 'patient', { patientId });
  const { events } = await town.log.readAll({ after: null, limit: 1000, types: ['key-rotation-ordered', 'key-compromise-reported'] });
  for (const recorded of [...events].reverse()) for (const duty of duties) await duty.handle(recorded);
  assert.equal(await said(town), ['patient 1 compromised', 'patient 2 active', 'patient 2 active']);
  assert.equal(
    (await town.store.secrets('acme', patientId)).map(({ state }) => state),
    ['compromised', 'active'],
  );
});

test('of a patient who was erased meanwhile no key is spoken of, and the incident is opened', async ({ town }) => {
  const { desk, work } = town.process();
  const patientId = patientOf(town);
  await town.report(desk, 'patient', { patientId });
  await town.store.erase('acme', patientId);
  await work();
  assert.equal(await said(town), []);
  assert.is((await town.events('incident-opened', 'acme')).length, 1);
  assert.equal(await town.store.secrets('acme', patientId), []);
});

test('what the log refuses to be told is a fault, and is told again later', async ({ town }) => {
  const { desk, deps, work } = town.process();
  const refusing = (name: string) =>
    compromise({
      ...deps,
      submit: async (stream, job) =>
        (job.command as { name: string }).name === name ? ({ kind: 'rejected', code: 'unknown-key' } as unknown as Outcome) : deps.submit(stream, job),
    });
  await town.report(desk, 'root');
  town.tick();
  const [reported] = (await town.log.readAll({ after: null, limit: 1000, types: ['key-compromise-reported'] })).events;
  for (const name of ['report-compromise', 'change-states', 'open-incident']) {
    const fault = await refusing(name)
      .handle(reported as Recorded)
      .catch((thrown: unknown) => thrown);
    assert.ok(fault instanceof LedgerFault && fault.code === 'internal', name);
  }
  await work();
  await isDone(town, 'root', TENANTS);
});

test('a key store that fails while the next secret is made fails the duty: it is tried again', async ({ town }) => {
  const { desk, deps, work } = town.process();
  const patientId = patientOf(town);
  await town.report(desk, 'patient', { patientId });
  const [reported] = (await town.log.readAll({ after: null, limit: 1000, types: ['key-compromise-reported'] })).events;
  const add = town.store.add.bind(town.store);
  town.store.add = async () => {
    throw new LedgerFault('keys-unavailable');
  };
  const fault = await compromise(deps)
    .handle(reported as Recorded)
    .catch((thrown: unknown) => thrown);
  assert.ok(fault instanceof LedgerFault && fault.code === 'keys-unavailable');
  town.store.add = add;
  await work();
  await isDone(town, 'patient', ['acme']);
});

test('a tenant’s own secret takes no search index along, a key above it does', async ({ town }) => {
  for (const [level, rebuilds] of [
    ['tenant-secret', 0],
    ['tenant', 1],
  ] as const) {
    const { desk, work } = town.process();
    await town.report(desk, level);
    town.tick();
    await work();
    assert.is(town.rebuilds, rebuilds, level);
  }
});

test('another process that holds the keys drops them when it reads the report', async ({ town }) => {
  const [here, there] = [town.process(), town.process()];
  const held = await there.vault.keys.usedBy(TESTER).patientRing('acme', patientOf(town));
  await town.report(here.desk, 'tenant');
  town.tick();
  await here.work();
  for (const recorded of (await town.log.readAll({ after: null, limit: 1000, types: ['key-compromise-reported'] })).events)
    for (const duty of there.duties) await duty.handle(recorded);
  await refused(held?.seal(PLACE, 'latex'));
  assert.is((await (await there.vault.vault.patientRing('acme', patientOf(town)))?.seal(PLACE, 'latex'))?.generation, 2);
});

async function refused(call: Promise<unknown> | undefined): Promise<void> {
  const said = await call?.then(
    () => 'done',
    () => 'refused',
  );
  assert.is(said, 'refused');
}

test.run();
