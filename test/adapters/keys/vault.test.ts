import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { WrappedSecret } from '../../../adapters/keys/key-store.js';
import { MemoryKeyStore } from '../../../adapters/memory/key-store.js';
import type { KeyRing } from '../../../commands/ports.js';
import { LedgerFault } from '../../../domain/rejections.js';
import { faultCode } from '../../contracts/helpers.js';
import { MemoryRootKeys } from '../../support/root-keys.js';
import { TESTER, TestVault } from '../../support/vault.js';

interface Context {
  readonly store: WatchedKeyStore;
  readonly here: TestVault;
}

class WatchedKeyStore extends MemoryKeyStore {
  gets = 0;
  failing = false;
  beforeAdd: () => Promise<void> = async () => undefined;

  override async add(secret: WrappedSecret): Promise<WrappedSecret | undefined> {
    await this.beforeAdd();
    return super.add(secret);
  }

  override async secrets(tenant: string, owner: string): Promise<readonly WrappedSecret[]> {
    this.gets += 1;
    if (this.failing) throw new LedgerFault('keys-unavailable');
    return super.secrets(tenant, owner);
  }
}

const test = suite<Context>('vault of wrapped secrets');
const PLACE = { stream: 'north.patient-x', eventId: 'e', name: 'content', scope: 'allergies' };
const DAY_MS = 86_400_000;

const ringOf = async ({ vault }: TestVault, owner: string) => (await vault.patientRing('north', owner)) as KeyRing;

test.before.each((context) => {
  const store = new WatchedKeyStore();
  Object.assign(context, { store, here: new TestVault(store) });
});

test('two claims at once give one patient, and that patient has one ring', async ({ here }) => {
  const there = here.another();
  const claimed = await Promise.all(Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? here : there).vault.claimPatient('north', 'token')));
  assert.is(new Set(claimed).size, 1);
  const [patientId] = claimed as [string];
  const part = await (await ringOf(here, patientId)).seal(PLACE, 'penicillin');
  assert.is(await (await ringOf(there, patientId)).open(part, PLACE), 'penicillin');
});

test('a claim for a known patient binds to it and makes no keys', async ({ here: { vault } }) => {
  const patientId = await vault.claimPatient('north', 'one');
  assert.is(await vault.claimPatient('north', 'two', patientId), patientId);
  assert.is(await vault.claimPatient('north', 'one', 'somebody else'), patientId);
  assert.is(await vault.patientRing('north', 'somebody else'), undefined);
  assert.is(await vault.standing('north', patientId), 'known');
  assert.is(await vault.standing('north', 'somebody else'), 'unknown');
});

test('blind tokens differ by patient, by tenant and by purpose, and are the same when the vault is opened again', async ({ here }) => {
  const { vault } = here;
  const [p1, p2] = [await vault.claimPatient('north', 'one'), await vault.claimPatient('north', 'two')];
  const rings = [await ringOf(here, p1), await ringOf(here, p2), await vault.tenantRing('north'), await vault.tenantRing('south')];
  const tokens = rings.flatMap((ring) => [ring.blind('identity', 'a'), ring.blind('value', 'a')]);
  assert.is(new Set(tokens).size, 8);
  const again = here.another();
  assert.is((await ringOf(again, p1)).blind('identity', 'a'), tokens[0]);
  assert.is((await again.vault.tenantRing('north')).blind('identity', 'a'), tokens[4]);
});

test('a patient of another tenant is no patient of this one', async ({ here: { vault } }) => {
  const patientId = await vault.claimPatient('north', 'one');
  assert.is(await vault.patientRing('south', patientId), undefined);
});

test('processes that meet a tenant for the first time at once get one secret under one key', async ({ here, store }) => {
  const rings = await Promise.all([here, here.another(), here.another()].map((one) => one.vault.tenantRing('north')));
  assert.is(new Set(rings.map((ring) => ring.blind('claim', 'a'))).size, 1);
  assert.is((await store.keks('north')).length, 1);
});

test('a wrapped secret opens only for its tenant, owner, key and generation, and only whole', async ({ here, store }) => {
  const patientId = await here.vault.claimPatient('north', 'one');
  const [secret] = (await store.secrets('north', patientId)) as [WrappedSecret];
  const flipped = Buffer.from(secret.wrapped, 'base64url');
  flipped[40] = (flipped[40] as number) ^ 1;
  const stolen: Partial<WrappedSecret>[] = [
    { owner: 'p2' },
    { tenant: 'south' },
    { keyId: 'other' },
    { generation: 2 },
    { kekId: 'other' },
    { wrapped: secret.wrapped.slice(0, -4) },
    { wrapped: flipped.toString('base64url') },
    { wrapped: 'AAAA' },
    { wrapped: '' },
  ];
  for (const change of stolen) {
    const changed = { ...secret, ...change };
    const thief = new MemoryKeyStore();
    for (const kek of await store.allKeks()) await thief.addKek(kek);
    await thief.add(changed);
    assert.is(await faultCode(new TestVault(thief, here.root).vault.patientRing(changed.tenant, changed.owner)), 'key-unreadable', JSON.stringify(change));
  }
});

test('another root key does not open the secrets, and one that is away opens nothing', async ({ here, store }) => {
  const patientId = await here.vault.claimPatient('north', 'one');
  assert.is(await faultCode(new TestVault(store, new MemoryRootKeys()).vault.patientRing('north', patientId)), 'key-unreadable');
  (here.root as MemoryRootKeys).lost = true;
  assert.is(await faultCode(here.another().vault.patientRing('north', patientId)), 'keys-unavailable');
  assert.ok(await here.vault.patientRing('north', patientId), 'what is in memory goes on');
});

test('the root is asked once for a tenant, however many patients there are', async ({ here }) => {
  for (let n = 0; n < 50; n++) await here.vault.claimPatient('north', `claim ${n}`);
  assert.ok((here.root as MemoryRootKeys).calls <= 4, String((here.root as MemoryRootKeys).calls));
});

test('a ring is looked up once in a while, an absence and a fault each time', async ({ store }) => {
  let now = Date.parse('2026-11-23T12:00:00Z');
  const { vault, keys } = new TestVault(store, new MemoryRootKeys(), () => now);
  assert.is(await vault.patientRing('north', 'p1'), undefined);
  assert.is(await vault.patientRing('north', 'p1'), undefined);
  assert.is(store.gets, 2);
  const patientId = await vault.claimPatient('north', 'one');
  store.failing = true;
  assert.is(await faultCode(vault.patientRing('north', patientId)), 'keys-unavailable');
  store.failing = false;
  for (let turn = 0; turn < 5; turn++) assert.ok(await vault.patientRing('north', patientId));
  assert.is(store.gets, 4);
  now += 10 * 60 * 1000;
  await vault.patientRing('north', patientId);
  assert.is(store.gets, 5);
  assert.is(keys.cache.counts.hits, 4);
});

test('no more rings are kept than the bound, and what is given up is overwritten after those who hold it have finished', async () => {
  let now = Date.parse('2026-11-23T12:00:00Z');
  const here = new TestVault(new MemoryKeyStore(), new MemoryRootKeys(), () => now, { ringsAtMost: 3 });
  const patients = await Promise.all(Array.from({ length: 6 }, (_, n) => here.vault.claimPatient('north', `claim ${n}`)));
  const first = await ringOf(here, patients[0] as string);
  for (const patientId of patients) await ringOf(here, patientId);
  assert.is(here.keys.cache.counts.kept, 3);
  assert.ok(await first.seal(PLACE, 'still in time'));
  now += 60_000;
  await ringOf(here, patients[1] as string);
  await Promise.resolve();
  assert.is(await faultCode(first.seal(PLACE, 'too late')), 'keys-unavailable');
});

test('keys that are forgotten are refused at once to whoever holds them: nothing is sealed under an overwritten key', async ({ here }) => {
  const patientId = await here.vault.claimPatient('north', 'one');
  const ring = await ringOf(here, patientId);
  const part = await ring.seal(PLACE, 'penicillin');
  here.keys.forget('north', patientId);
  await Promise.resolve();
  assert.is(await faultCode(ring.seal(PLACE, 'more')), 'keys-unavailable');
  assert.is(await faultCode(ring.open(part, PLACE)), 'keys-unavailable');
  assert.throws(() => ring.blind('value', 'a'));
});

test('an erased patient has no ring and gets none again', async ({ here, store }) => {
  const patientId = await here.vault.claimPatient('north', 'one');
  await ringOf(here, patientId);
  await store.erase('north', patientId);
  here.keys.forget('north', patientId);
  assert.is(await here.vault.patientRing('north', patientId), undefined);
  assert.is(await here.vault.claimPatient('north', 'one'), patientId);
  assert.is(await here.vault.patientRing('north', patientId), undefined);
  assert.is(await here.vault.standing('north', patientId), 'erased');
});

test('after its cryptoperiod a generation seals nothing more, still opens, and names stay what they are', async () => {
  let now = Date.parse('2026-11-23T12:00:00Z');
  const store = new MemoryKeyStore();
  const here = new TestVault(store, new MemoryRootKeys(), () => now, { cryptoperiodDays: 30 });
  const patientId = await here.vault.claimPatient('north', 'one');
  const ring = await ringOf(here, patientId);
  const old = await ring.seal(PLACE, 'penicillin');
  now += 31 * DAY_MS;
  const later = await ringOf(here, patientId);
  const fresh = await later.seal(PLACE, 'latex');
  assert.equal([old.generation, fresh.generation], [1, 2]);
  assert.equal([await later.open(old, PLACE), await later.open(fresh, PLACE)], ['penicillin', 'latex']);
  assert.is(later.blind('identity', 'a'), ring.blind('identity', 'a'));
  assert.equal(
    (await store.secrets('north', patientId)).map(({ state }) => state),
    ['deactivated', 'active'],
  );
});

test('a suspended key opens and seals nothing; a compromised one is followed by a fresh one', async ({ here, store }) => {
  const patientId = await here.vault.claimPatient('north', 'one');
  const part = await (await ringOf(here, patientId)).seal(PLACE, 'penicillin');
  await store.setState('north', patientId, 1, 'suspended');
  here.keys.forget('north', patientId);
  const suspended = await ringOf(here, patientId);
  assert.is(await suspended.open(part, PLACE), 'penicillin');
  assert.is(await faultCode(suspended.seal(PLACE, 'latex')), 'key-suspended');
  await store.setState('north', patientId, 1, 'compromised');
  here.keys.forget('north', patientId);
  assert.is((await (await ringOf(here, patientId)).seal(PLACE, 'latex')).generation, 2);
});

test('every use is put down: who, why, what, whose, and the failures', async ({ here }) => {
  const patientId = await here.vault.claimPatient('north', 'one');
  const clinician = here.keys.usedBy({ subject: 'dr-1', purpose: 'TREAT', reason: 'read-record' });
  const ring = (await clinician.patientRing('north', patientId)) as KeyRing;
  const part = await ring.seal(PLACE, 'penicillin');
  await ring.open(part, PLACE);
  await faultCode(ring.open({ ...part, box: `${part.box.startsWith('A') ? 'B' : 'A'}${part.box.slice(1)}` }, PLACE));
  const said = here.uses.map(({ owner, user, operation, scope }) => [owner === patientId, user.subject, operation, scope]);
  assert.equal(said, [
    [true, TESTER.subject, 'generate', 'generation-1'],
    [true, 'dr-1', 'unwrap', 'generation-1'],
    [true, 'dr-1', 'seal', 'allergies'],
    [true, 'dr-1', 'open', 'allergies'],
    [true, 'dr-1', 'open', 'allergies'],
    [true, 'dr-1', 'failure', 'allergies'],
  ]);
});

test('an index key of a new generation is found by whoever has not heard of it, and the old one goes on', async ({ here }) => {
  const there = here.another();
  const [before] = await there.vault.indexKeys('north');
  assert.is((await here.vault.indexKeys('north'))[0]?.blind('x'), before?.blind('x'));
  await here.keys.renew(TESTER, 'north', 'index');
  const generationsOf = async (atLeast?: number) => (await there.vault.indexKeys('north', atLeast)).map(({ generation }) => generation);
  assert.equal(await generationsOf(), [1]);
  assert.equal(await generationsOf(2), [1, 2]);
  const [old, fresh] = await there.vault.indexKeys('north');
  assert.is(old?.blind('x'), before?.blind('x'));
  assert.is.not(fresh?.blind('x'), before?.blind('x'));
});

test('past its cryptoperiod a tenant’s key wraps nothing more and still unwraps, until its successor is there', async () => {
  let now = Date.parse('2026-11-23T12:00:00Z');
  const here = new TestVault(new MemoryKeyStore(), new MemoryRootKeys(), () => now, { cryptoperiodDays: 30 }, 30);
  const patientId = await here.vault.claimPatient('north', 'one');
  const part = await (await ringOf(here, patientId)).seal(PLACE, 'penicillin');
  now += 31 * DAY_MS;
  assert.is(await faultCode(here.vault.claimPatient('north', 'two')), 'key-expired');
  const late = await ringOf(here, patientId);
  assert.is(await late.open(part, PLACE), 'penicillin', 'reading goes on');
  assert.is(await faultCode(late.seal(PLACE, 'latex')), 'key-expired');
  now += 10 * 60_000;
  const [kek] = await here.store.keks('north');
  await here.keks.advance('north', kek as never);
  await here.store.setKekState('north', (kek as { kekId: string }).kekId, 'deactivated');
  assert.ok(await here.vault.claimPatient('north', 'two'));
  assert.is((await (await ringOf(here, patientId)).seal(PLACE, 'latex')).generation, 2);
});

test('a patient who is erased while the next generation is being made has no ring', async ({ here, store }) => {
  const patientId = await here.vault.claimPatient('north', 'one');
  await store.setState('north', patientId, 1, 'deactivated');
  store.beforeAdd = () => store.erase('north', patientId);
  assert.is(await here.vault.patientRing('north', patientId), undefined);
  assert.is(await here.vault.standing('north', patientId), 'erased');
});

test('a store that goes away while the next generation is being made is told of, and the ring is there when it is back', async ({ here, store }) => {
  const patientId = await here.vault.claimPatient('north', 'one');
  await store.setState('north', patientId, 1, 'deactivated');
  store.beforeAdd = () => Promise.reject(new LedgerFault('keys-unavailable'));
  assert.is(await faultCode(here.vault.patientRing('north', patientId)), 'keys-unavailable');
  store.beforeAdd = async () => undefined;
  assert.is((await (await ringOf(here, patientId)).seal(PLACE, 'latex')).generation, 2);
});

test('an index whose keys were erased has none, whichever generation is asked for', async ({ here, store }) => {
  await here.vault.indexKeys('north');
  await store.erase('north', 'index');
  here.keys.forget('north', 'index');
  assert.equal([await here.vault.indexKeys('north'), await here.vault.indexKeys('north', 2)], [[], []]);
});

test.run();
