import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { WrappedSecret } from '../../../adapters/keys/key-store.js';
import { MongoKeyStore } from '../../../adapters/mongodb/key-store.js';
import { faultCode } from '../../contracts/helpers.js';
import { MongoWire } from '../../support/mongo-wire/server.js';

interface Opened {
  wire: MongoWire;
  keys: MongoKeyStore;
  other: MongoKeyStore;
}

const test = suite<Opened>('key store on MongoDB: what the adapter asks of the server');
test.before.each(async (context) => {
  const wire = await MongoWire.start();
  const [keys, other] = [await MongoKeyStore.connect(wire.url('ledger')), await MongoKeyStore.connect(wire.url('ledger'))];
  wire.log.length = 0;
  Object.assign(context, { wire, keys, other });
});
test.after.each(async ({ wire, keys, other }) => {
  await keys.close();
  await other.close();
  await wire.stop();
});

const secret = (owner: string, change: Partial<WrappedSecret> = {}): WrappedSecret => ({
  tenant: 'north',
  owner,
  generation: 1,
  keyId: `key of ${owner}`,
  kekId: 'kek-1',
  wrapped: 'wrapped',
  state: 'active',
  createdAt: '2026-05-01T00:00:00.000Z',
  ...change,
});

/** A row as the release before generations wrote it. */
function putOldRow(wire: MongoWire, owner: string): void {
  const transaction = wire.store.begin();
  const _id = `north/${owner}`;
  transaction.write('ledger-keys.secrets', _id, { _id, tenant: 'north', owner, keyId: 'old key', generation: 1, kekId: 'root', wrapped: 'old' });
  transaction.commit();
}

test('a row from before keys had states is active, of unknown age, and stays the first generation', async ({ wire, keys }) => {
  putOldRow(wire, 'p1');
  const old = secret('p1', { keyId: 'old key', kekId: 'root', wrapped: 'old', createdAt: '' });
  assert.equal(await keys.secrets('north', 'p1'), [old]);
  assert.equal(await keys.add(secret('p1')), old);
  const second = secret('p1', { generation: 2, keyId: 'second' });
  assert.equal(await keys.add(second), second);
  assert.equal(await keys.secretsUnder('north', 'root', { after: null, limit: 10 }), [old]);
  assert.is(await keys.rewrap([{ tenant: 'north', owner: 'p1', generation: 1, fromKekId: 'root', kekId: 'kek-1', wrapped: 'new', state: null }]), 1);
  await keys.setState('north', 'p1', 1, 'deactivated');
  assert.equal(await keys.secrets('north', 'p1'), [{ ...old, kekId: 'kek-1', wrapped: 'new', state: 'deactivated' }, second]);
});

test('rows without a state count as active ones', async ({ wire, keys }) => {
  putOldRow(wire, 'p1');
  putOldRow(wire, 'p2');
  await keys.add(secret('p3', { kekId: 'root' }));
  await keys.add(secret('p4', { kekId: 'root', state: 'compromised' }));
  const counted = await keys.countSecrets('north');
  assert.equal(
    [...counted].sort((left, right) => right.secrets - left.secrets),
    [
      { kekId: 'root', state: 'active', secrets: 3 },
      { kekId: 'root', state: 'compromised', secrets: 1 },
    ],
  );
});

test('a secret on its way while its owner is erased is not stored, whichever of the two commits first', async ({ wire, keys, other }) => {
  for (let turn = 0; turn < 8; turn++) {
    const owner = `p${turn}`;
    await keys.add(secret(owner));
    const adding: Promise<unknown>[] = [];
    const meanwhile = async () => void adding.push(other.add(secret(owner, { generation: 2 })), other.claim('north', `claim ${turn}`, owner, secret(owner)));
    wire.mishap({ command: turn % 2 === 0 ? 'delete' : 'commitTransaction', times: 1, meanwhile });
    await keys.erase('north', owner);
    await Promise.all(adding);
    assert.is(adding.length, 2);
    assert.equal(await keys.secrets('north', owner), []);
    assert.ok(await other.isErased('north', owner));
    assert.is(await other.add(secret(owner, { generation: 3 })), undefined);
  }
});

test('an erasure that comes between a secret and its commit finds it', async ({ wire, keys, other }) => {
  const erasing: Promise<void>[] = [];
  wire.mishap({ command: 'commitTransaction', times: 1, meanwhile: async () => void erasing.push(other.erase('north', 'p1')) });
  await keys.add(secret('p1'));
  await Promise.all(erasing);
  assert.is(erasing.length, 1);
  assert.equal(await keys.secrets('north', 'p1'), []);
});

test('no secret comes under a key-encryption key that is being removed', async ({ wire, keys, other }) => {
  await keys.addKek({ tenant: 'north', kekId: 'kek-1', generation: 1, rootId: 'root', wrapped: 'w', state: 'active', createdAt: '' });
  await keys.add(secret('p9', { kekId: 'kek-2' }));
  const late: Promise<string>[] = [];
  const rewrap = { tenant: 'north', owner: 'p9', generation: 1, fromKekId: 'kek-2', kekId: 'kek-1', wrapped: 'w', state: null };
  const meanwhile = async () => void late.push(faultCode(other.add(secret('p1'))), faultCode(other.rewrap([rewrap])));
  wire.mishap({ command: 'commitTransaction', times: 1, meanwhile });
  await keys.removeKek('north', 'kek-1');
  assert.equal(await Promise.all(late), ['keys-unavailable', 'keys-unavailable']);
  assert.equal(await keys.keks('north'), []);
  assert.equal(await keys.secrets('north', 'p1'), []);
});

test('a removal that comes between a secret and its commit is refused', async ({ wire, keys, other }) => {
  await keys.addKek({ tenant: 'north', kekId: 'kek-1', generation: 1, rootId: 'root', wrapped: 'w', state: 'active', createdAt: '' });
  const removing: Promise<unknown>[] = [];
  const meanwhile = async () =>
    void removing.push(
      other.removeKek('north', 'kek-1').then(
        () => 'removed',
        (fault: unknown) => fault instanceof TypeError,
      ),
    );
  wire.mishap({ command: 'commitTransaction', times: 1, meanwhile });
  await keys.add(secret('p1'));
  assert.equal(await Promise.all(removing), [true]);
  assert.is((await keys.keks('north')).length, 1);
});

test('of rewraps whose commit is lost all or none are done', async ({ wire, keys }) => {
  for (const owner of ['p1', 'p2', 'p3']) await keys.add(secret(owner));
  const changes = ['p1', 'p2', 'p3'].map((owner) => ({
    tenant: 'north',
    owner,
    generation: 1,
    fromKekId: 'kek-1',
    kekId: 'kek-2',
    wrapped: 'again',
    state: null,
  }));
  wire.mishap({ command: 'commitTransaction', times: 1, error: { code: 8 } });
  assert.is(await faultCode(keys.rewrap(changes)), 'keys-unavailable');
  assert.is((await keys.secretsUnder('north', 'kek-1', { after: null, limit: 10 })).length, 3);
  wire.mishap({ command: 'commitTransaction', times: 1, hangUp: 'after' });
  assert.is(await keys.rewrap(changes), 3);
  assert.is(await keys.rewrap(changes), 0);
});

test('nothing asked for is nothing done', async ({ wire, keys }) => {
  assert.is(await keys.rewrap([]), 0);
  assert.equal(await keys.secretsUnder('north', 'kek-1', { after: null, limit: 0 }), []);
  assert.equal(wire.log, []);
});

test('a store whose indexes cannot be made is not opened', async ({ wire }) => {
  wire.mishap({ command: 'createIndexes', times: 1, error: { code: 8 } });
  assert.is(await faultCode(MongoKeyStore.connect(wire.url('ledger'))), 'keys-unavailable');
});

test('keys of all tenants come by tenant, each oldest first', async ({ keys }) => {
  for (const [tenant, generation] of [
    ['south', 1],
    ['north', 2],
    ['north', 10],
    ['west', 1],
    ['north', 1],
  ] as const)
    await keys.addKek({ tenant, kekId: `${tenant}-${generation}`, generation, rootId: 'root', wrapped: 'w', state: 'active', createdAt: '' });
  assert.equal(
    (await keys.allKeks()).map(({ kekId }) => kekId),
    ['north-1', 'north-2', 'north-10', 'south-1', 'west-1'],
  );
});

test('lists are read along the indexes that the code declares', async ({ wire, keys }) => {
  await keys.secrets('north', 'p1');
  await keys.secretsUnder('north', 'kek-1', { after: { owner: 'p1', generation: 1 }, limit: 5 });
  const hints = wire.log.filter(({ find }) => find === 'secrets').map(({ hint }) => Object.keys(hint as object).join());
  assert.equal(hints, ['tenant,owner,generation', 'tenant,kekId,owner,generation']);
});

test.run();
