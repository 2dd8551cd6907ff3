import { randomUUID } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type KeyStore, TENANT_OWNER, type WrappedKek, type WrappedSecret } from '../../adapters/keys/key-store.js';

export interface OpenKeyStore {
  readonly keys: KeyStore;
  /** The same store as another process sees it, or as one that was started anew does. */
  readonly reopen: () => Promise<KeyStore>;
  readonly close: () => Promise<void>;
}

const secretFor = (tenant: string, owner: string, change: Partial<WrappedSecret> = {}): WrappedSecret => ({
  tenant,
  owner,
  keyId: randomUUID(),
  generation: 1,
  kekId: randomUUID(),
  wrapped: Buffer.from(randomUUID()).toString('base64url'),
  state: 'active',
  createdAt: '2026-11-23T12:00:00.000Z',
  ...change,
});

const kekFor = (tenant: string, generation: number, change: Partial<WrappedKek> = {}): WrappedKek => ({
  tenant,
  kekId: randomUUID(),
  generation,
  rootId: 'root-1',
  wrapped: Buffer.from(randomUUID()).toString('base64url'),
  state: 'active',
  createdAt: '2026-11-23T12:00:00.000Z',
  ...change,
});

const newest = async (keys: KeyStore, tenant: string, owner: string) => (await keys.secrets(tenant, owner)).at(-1);

/** Everything that the prose of `KeyStore` promises, run on each implementation alike. */
export function keyStoreContract(name: string, open: () => Promise<OpenKeyStore>): void {
  const test = suite<OpenKeyStore>(`key store: ${name}`);
  test.before.each(async (context) => {
    Object.assign(context, await open());
  });
  test.after.each((context) => context.close());
  secretPromises(test);
  claimPromises(test);
  generationPromises(test);
  erasurePromises(test);
  kekPromises(test);
  test.run();
}

type Test = ReturnType<typeof suite<OpenKeyStore>>;

function secretPromises(test: Test): void {
  test('a stored secret comes back as it was; an unknown one is undefined', async ({ keys }) => {
    const secret = secretFor('north', 'p1', { generation: 3 });
    assert.equal(await keys.add(secret), secret);
    assert.equal(await newest(keys, 'north', 'p1'), secret);
    assert.is(await newest(keys, 'north', 'p2'), undefined);
    assert.is(await newest(keys, 'south', 'p1'), undefined);
  });

  test('the first secret of an owner stays, and who comes later gets it', async ({ keys }) => {
    const first = (await keys.add(secretFor('north', TENANT_OWNER))) as WrappedSecret;
    assert.equal(await keys.add(secretFor('north', TENANT_OWNER)), first);
    assert.equal(await newest(keys, 'north', TENANT_OWNER), first);
    assert.equal(await keys.add(first), first);
  });

  test('of many at once, all get what the first stored', async ({ keys, reopen }) => {
    const other = await reopen();
    const put = Array.from({ length: 12 }, (_, n) => (n % 2 === 0 ? keys : other).add(secretFor('north', 'p1')));
    const answers = await Promise.all(put);
    assert.is(new Set(answers.map((answer) => answer?.keyId)).size, 1);
    assert.equal(await newest(keys, 'north', 'p1'), answers[0]);
  });

  test('tenants and owners do not get into each other', async ({ keys }) => {
    const owners = [
      ['a', 'b-c'],
      ['a-b', 'c'],
      ['A', 'b-c'],
      ['a.', 'b'],
      ['a', '.b'],
      ['a_b', 'c'],
      ['a%', 'c'],
    ] as const;
    const stored = owners.map(([tenant, owner]) => secretFor(tenant, owner));
    for (const secret of stored) assert.equal(await keys.add(secret), secret);
    for (const secret of stored) assert.equal(await newest(keys, secret.tenant, secret.owner), secret);
  });

  test('what was stored is there when the store is opened anew', async ({ keys, reopen }) => {
    const secret = await keys.add(secretFor('north', 'p1'));
    await keys.claim('north', 'token', 'p1', null);
    const again = await reopen();
    assert.equal(await newest(again, 'north', 'p1'), secret);
    assert.is(await again.claim('north', 'token', 'p2', null), 'p1');
  });
}

function claimPromises(test: Test): void {
  test('the first claim binds for ever, and stores the secret that came with it', async ({ keys }) => {
    const secret = secretFor('north', 'p1');
    assert.is(await keys.claim('north', 'token', 'p1', secret), 'p1');
    assert.equal(await newest(keys, 'north', 'p1'), secret);
    assert.is(await keys.claim('north', 'token', 'p2', secretFor('north', 'p2')), 'p1');
    assert.is(await newest(keys, 'north', 'p2'), undefined);
    assert.is(await keys.claim('north', 'token', 'p3', null), 'p1');
  });

  test('a claim without a secret binds and stores none', async ({ keys }) => {
    assert.is(await keys.claim('north', 'token', 'p1', null), 'p1');
    assert.is(await newest(keys, 'north', 'p1'), undefined);
    assert.is(await keys.claim('north', 'token', 'p2', secretFor('north', 'p2')), 'p1');
  });

  test('a claim does not replace a secret that the patient has', async ({ keys }) => {
    const secret = await keys.add(secretFor('north', 'p1'));
    assert.is(await keys.claim('north', 'token', 'p1', secretFor('north', 'p1')), 'p1');
    assert.equal(await newest(keys, 'north', 'p1'), secret);
  });

  test('claims are by tenant, and several may name one patient', async ({ keys }) => {
    assert.is(await keys.claim('north', 'token', 'p1', null), 'p1');
    assert.is(await keys.claim('south', 'token', 'p2', null), 'p2');
    assert.is(await keys.claim('north', 'other token', 'p1', null), 'p1');
    assert.is(await keys.claim('north', 'token', 'p9', null), 'p1');
    assert.is(await keys.claim('south', 'token', 'p9', null), 'p2');
  });

  test('repeating a claim with the same secret gives the same answer and changes nothing', async ({ keys }) => {
    const secret = secretFor('north', 'p1');
    for (let turn = 0; turn < 3; turn++) assert.is(await keys.claim('north', 'token', 'p1', secret), 'p1');
    assert.equal(await newest(keys, 'north', 'p1'), secret);
  });

  test('of many claims at once one wins each, and only winners have secrets', async ({ keys, reopen }) => {
    const other = await reopen();
    const asked = Array.from({ length: 60 }, (_, n) => ({ claim: `token ${n % 6}`, patientId: `p${n}`, store: n % 2 === 0 ? keys : other }));
    const answers = await Promise.all(asked.map(({ claim, patientId, store }) => store.claim('north', claim, patientId, secretFor('north', patientId))));
    const winners = new Set(answers);
    assert.is(winners.size, 6);
    for (const [n, { claim }] of asked.entries()) assert.is(answers[n], answers[asked.findIndex((one) => one.claim === claim)]);
    for (const { patientId } of asked) assert.is((await newest(keys, 'north', patientId)) !== undefined, winners.has(patientId), patientId);
  });
}

function generationPromises(test: Test): void {
  test('generations of an owner come oldest first, each in its own state', async ({ keys, reopen }) => {
    const [second, first] = [secretFor('north', 'p1', { generation: 2 }), secretFor('north', 'p1', { generation: 1 })];
    await keys.add(second);
    await keys.add(first);
    await keys.setState('north', 'p1', 1, 'deactivated');
    await keys.setState('north', 'p9', 1, 'compromised');
    assert.equal(await (await reopen()).secrets('north', 'p1'), [{ ...first, state: 'deactivated' }, second]);
    assert.equal(await keys.secrets('north', 'p9'), []);
  });

  test('of two that make the next generation at once, both get the same', async ({ keys, reopen }) => {
    const stores = [keys, await reopen()];
    const made = await Promise.all(stores.map((store) => store.add(secretFor('north', 'p1', { generation: 2 }))));
    assert.equal(made[0], made[1]);
  });

  test('secrets under a key are listed after the row where the last page ended', async ({ keys }) => {
    const kekId = randomUUID();
    for (const owner of ['p3', 'p1', 'p2']) await keys.add(secretFor('north', owner, { kekId }));
    await keys.add(secretFor('north', 'p2', { kekId, generation: 2 }));
    await keys.add(secretFor('north', 'p4'));
    await keys.add(secretFor('south', 'p5', { kekId }));
    const seen: string[] = [];
    let after: { owner: string; generation: number } | null = null;
    for (
      let page = await keys.secretsUnder('north', kekId, { after, limit: 2 });
      page.length > 0;
      page = await keys.secretsUnder('north', kekId, { after, limit: 2 })
    ) {
      for (const { owner, generation } of page) seen.push(`${owner}/${generation}`);
      after = page.at(-1) as WrappedSecret;
    }
    assert.equal(seen, ['p1/1', 'p2/1', 'p2/2', 'p3/1']);
  });

  test('a secret is wrapped anew only while it is under the key that it was read under', async ({ keys, reopen }) => {
    const secret = secretFor('north', 'p1', { kekId: 'old' });
    await keys.add(secret);
    const change = { tenant: 'north', owner: 'p1', generation: 1, fromKekId: 'old', kekId: 'new', wrapped: 'bmV3', state: null };
    const other = await reopen();
    const counts = await Promise.all([keys.rewrap([change]), other.rewrap([{ ...change, wrapped: 'b3RoZXI' }])]);
    assert.is(counts[0] + counts[1], 1);
    assert.equal(await newest(keys, 'north', 'p1'), { ...secret, kekId: 'new', wrapped: counts[0] === 1 ? 'bmV3' : 'b3RoZXI' });
    assert.is(await keys.rewrap([{ ...change, fromKekId: 'new', kekId: 'newer', state: 'compromised' }]), 1);
    assert.is((await newest(keys, 'north', 'p1'))?.state, 'compromised');
  });

  test('secrets are counted by key and state', async ({ keys }) => {
    for (const owner of ['p1', 'p2']) await keys.add(secretFor('north', owner, { kekId: 'k1' }));
    await keys.add(secretFor('north', 'p3', { kekId: 'k1', state: 'deactivated' }));
    await keys.add(secretFor('south', 'p1', { kekId: 'k1' }));
    const counts = [...(await keys.countSecrets('north'))].sort((left, right) => (left.state < right.state ? -1 : 1));
    assert.equal(counts, [
      { kekId: 'k1', state: 'active', secrets: 2 },
      { kekId: 'k1', state: 'deactivated', secrets: 1 },
    ]);
    assert.equal(await keys.countSecrets('west'), []);
    assert.equal([...(await keys.tenants())].sort(), ['north', 'south']);
  });
}

function erasurePromises(test: Test): void {
  test('what was erased is gone in all its generations, and stays gone', async ({ keys, reopen }) => {
    await keys.claim('north', 'token', 'p1', secretFor('north', 'p1'));
    await keys.add(secretFor('north', 'p1', { generation: 2 }));
    const other = await keys.add(secretFor('north', 'p2'));
    assert.is(await keys.isErased('north', 'p1'), false);
    await keys.erase('north', 'p1');
    await keys.erase('north', 'p1');
    for (const store of [keys, await reopen()]) {
      assert.equal(await store.secrets('north', 'p1'), []);
      assert.is(await store.isErased('north', 'p1'), true);
      assert.is(await store.isErased('south', 'p1'), false);
      assert.is(await store.add(secretFor('north', 'p1')), undefined);
      assert.is(await store.claim('north', 'another token', 'p1', secretFor('north', 'p1')), 'p1');
      assert.equal(await store.secrets('north', 'p1'), []);
      assert.equal(await newest(store, 'north', 'p2'), other);
    }
  });
}

function kekPromises(test: Test): void {
  test('a tenant has one key of each generation, the first to come', async ({ keys, reopen }) => {
    const other = await reopen();
    const made = await Promise.all([keys.addKek(kekFor('north', 1)), other.addKek(kekFor('north', 1))]);
    assert.equal(made[0], made[1]);
    const second = await keys.addKek(kekFor('north', 2));
    await keys.addKek(kekFor('south', 1));
    assert.equal(await other.keks('north'), [made[0], second]);
    assert.is((await other.allKeks()).length, 3);
  });

  test('a key is wrapped under another root only while it is under the one it was read under', async ({ keys }) => {
    const kek = await keys.addKek(kekFor('north', 1));
    const change = { tenant: 'north', kekId: kek.kekId, rootId: 'root-2', wrapped: 'bmV3' };
    assert.is(await keys.rewrapKek(change, 'root-9'), false);
    assert.is(await keys.rewrapKek(change, 'root-1'), true);
    assert.is(await keys.rewrapKek(change, 'root-1'), false);
    await keys.setKekState('north', kek.kekId, 'deactivated');
    assert.equal(await keys.keks('north'), [{ ...kek, ...change, state: 'deactivated' }]);
  });

  test('a key goes only when no secret is under it', async ({ keys }) => {
    const kek = await keys.addKek(kekFor('north', 1));
    const secret = (await keys.add(secretFor('north', 'p1', { kekId: kek.kekId }))) as WrappedSecret;
    const refused = await keys.removeKek('north', kek.kekId).then(
      () => 'removed',
      (fault: unknown) => (fault instanceof TypeError ? 'refused' : fault),
    );
    assert.is(refused, 'refused');
    await keys.rewrap([{ tenant: 'north', owner: 'p1', generation: 1, fromKekId: secret.kekId, kekId: 'other', wrapped: 'bmV3', state: null }]);
    await keys.removeKek('north', kek.kekId);
    assert.equal(await keys.keks('north'), []);
  });

  test('how far the log was carried out is kept by name', async ({ keys, reopen }) => {
    assert.is(await keys.cursor('keeper'), null);
    await keys.keepCursor('keeper', '12');
    await keys.keepCursor('keeper', '14');
    const again = await reopen();
    assert.is(await again.cursor('keeper'), '14');
    assert.is(await again.cursor('other'), null);
  });
}
