import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { KekProvider } from '../../../adapters/keys/kek.js';
import type { WrappedSecret } from '../../../adapters/keys/key-store.js';
import { MemoryKeyStore } from '../../../adapters/memory/key-store.js';
import { openKeyFile } from '../../../adapters/webcrypto/key-file.js';
import { WrappedVault } from '../../../adapters/webcrypto/vault.js';
import type { KeyRing } from '../../../commands/ports.js';
import { LedgerFault } from '../../../domain/rejections.js';
import { faultCode } from '../../contracts/helpers.js';

interface Context {
  readonly folder: string;
  readonly store: WatchedKeyStore;
  readonly kek: KekProvider;
  readonly vault: WrappedVault;
}

class WatchedKeyStore extends MemoryKeyStore {
  gets = 0;
  failing = false;
  override async get(tenant: string, owner: string): Promise<WrappedSecret | undefined> {
    this.gets += 1;
    if (this.failing) throw new LedgerFault('keys-unavailable');
    return super.get(tenant, owner);
  }
}

const test = suite<Context>('vault of wrapped secrets');
const PLACE = { stream: 'north.patient-x', eventId: 'e', name: 'content', scope: 'allergy' };

test.before.each(async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'vault-'));
  const [store, kek] = [new WatchedKeyStore(), await openKeyFile(join(folder, 'kek.json'))];
  Object.assign(context, { folder, store, kek, vault: new WrappedVault(store, kek, Date.now) });
});
test.after.each(({ folder }) => rm(folder, { recursive: true }));

test('two claims at once give one patient, and that patient has one ring', async ({ vault, store, kek }) => {
  const other = new WrappedVault(store, kek, Date.now);
  const claimed = await Promise.all(Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? vault : other).claimPatient('north', 'token')));
  assert.is(new Set(claimed).size, 1);
  const [patientId] = claimed as [string];
  const [mine, yours] = [(await vault.patientRing('north', patientId)) as KeyRing, (await other.patientRing('north', patientId)) as KeyRing];
  assert.is(await yours.open(await mine.seal(PLACE, 'penicillin'), PLACE), 'penicillin');
});

test('a claim for a known patient binds to it and makes no keys', async ({ vault }) => {
  const patientId = await vault.claimPatient('north', 'one');
  assert.is(await vault.claimPatient('north', 'two', patientId), patientId);
  assert.is(await vault.claimPatient('north', 'one', 'somebody else'), patientId);
  assert.is(await vault.patientRing('north', 'somebody else'), undefined);
});

test('blind tokens differ by patient, by tenant and by purpose, and are the same when the vault is opened again', async ({ vault, store, kek }) => {
  const [p1, p2] = [await vault.claimPatient('north', 'one'), await vault.claimPatient('north', 'two')];
  const rings = [
    await vault.patientRing('north', p1),
    await vault.patientRing('north', p2),
    await vault.tenantRing('north'),
    await vault.tenantRing('south'),
  ] as KeyRing[];
  const tokens = rings.flatMap((ring) => [ring.blind('identity', 'a'), ring.blind('value', 'a')]);
  assert.is(new Set(tokens).size, 8);
  const again = new WrappedVault(store, kek, Date.now);
  assert.is(((await again.patientRing('north', p1)) as KeyRing).blind('identity', 'a'), tokens[0]);
  assert.is((await again.tenantRing('north')).blind('identity', 'a'), tokens[4]);
});

test('a patient of another tenant is no patient of this one', async ({ vault }) => {
  const patientId = await vault.claimPatient('north', 'one');
  assert.is(await vault.patientRing('south', patientId), undefined);
});

test('tenants that meet for the first time twice at once get one secret', async ({ vault, store, kek }) => {
  const rings = await Promise.all(
    [vault, new WrappedVault(store, kek, Date.now), new WrappedVault(store, kek, Date.now)].map((one) => one.tenantRing('north')),
  );
  assert.is(new Set(rings.map((ring) => ring.blind('claim', 'a'))).size, 1);
});

test('a wrapped secret opens only for its tenant, owner, key and generation', async ({ vault, store, kek }) => {
  const patientId = await vault.claimPatient('north', 'one');
  const secret = (await store.get('north', patientId)) as WrappedSecret;
  const stolen: Partial<WrappedSecret>[] = [
    { owner: 'p2' },
    { tenant: 'south' },
    { keyId: 'other' },
    { generation: 2 },
    { kekId: 'other' },
    { wrapped: secret.wrapped.slice(0, -4) },
    { wrapped: 'AAAA' },
    { wrapped: '' },
  ];
  for (const change of stolen) {
    const changed = { ...secret, ...change };
    const thief = new MemoryKeyStore();
    await thief.putIfAbsent(changed);
    assert.is(await faultCode(new WrappedVault(thief, kek, Date.now).patientRing(changed.tenant, changed.owner)), 'keys-unavailable', JSON.stringify(change));
  }
});

test('another key-encryption key does not open the secrets', async ({ vault, store, folder }) => {
  const patientId = await vault.claimPatient('north', 'one');
  const other = await openKeyFile(join(folder, 'other.json'));
  assert.is(await faultCode(new WrappedVault(store, other, Date.now).patientRing('north', patientId)), 'keys-unavailable');
});

test('a ring is looked up once in a while, an absence and a fault each time', async ({ store, kek }) => {
  let now = 0;
  const vault = new WrappedVault(store, kek, () => now);
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
});

test.run();
