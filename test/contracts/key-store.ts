import { randomUUID } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type KeyStore, TENANT_OWNER, type WrappedSecret } from '../../adapters/keys/key-store.js';

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
  ...change,
});

/** Everything that the prose of `KeyStore` promises, run on each implementation alike. */
export function keyStoreContract(name: string, open: () => Promise<OpenKeyStore>): void {
  const test = suite<OpenKeyStore>(`key store: ${name}`);
  test.before.each(async (context) => {
    Object.assign(context, await open());
  });
  test.after.each((context) => context.close());
  secretPromises(test);
  claimPromises(test);
  test.run();
}

type Test = ReturnType<typeof suite<OpenKeyStore>>;

function secretPromises(test: Test): void {
  test('a stored secret comes back as it was; an unknown one is undefined', async ({ keys }) => {
    const secret = secretFor('north', 'p1', { generation: 3 });
    assert.equal(await keys.putIfAbsent(secret), secret);
    assert.equal(await keys.get('north', 'p1'), secret);
    assert.is(await keys.get('north', 'p2'), undefined);
    assert.is(await keys.get('south', 'p1'), undefined);
  });

  test('the first secret of an owner stays, and who comes later gets it', async ({ keys }) => {
    const first = await keys.putIfAbsent(secretFor('north', TENANT_OWNER));
    assert.equal(await keys.putIfAbsent(secretFor('north', TENANT_OWNER)), first);
    assert.equal(await keys.get('north', TENANT_OWNER), first);
    assert.equal(await keys.putIfAbsent(first), first);
  });

  test('of many at once, all get what the first stored', async ({ keys, reopen }) => {
    const other = await reopen();
    const put = Array.from({ length: 12 }, (_, n) => (n % 2 === 0 ? keys : other).putIfAbsent(secretFor('north', 'p1')));
    const answers = await Promise.all(put);
    assert.is(new Set(answers.map(({ keyId }) => keyId)).size, 1);
    assert.equal(await keys.get('north', 'p1'), answers[0]);
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
    for (const secret of stored) assert.equal(await keys.putIfAbsent(secret), secret);
    for (const secret of stored) assert.equal(await keys.get(secret.tenant, secret.owner), secret);
  });

  test('what was stored is there when the store is opened anew', async ({ keys, reopen }) => {
    const secret = await keys.putIfAbsent(secretFor('north', 'p1'));
    await keys.claim('north', 'token', 'p1', null);
    const again = await reopen();
    assert.equal(await again.get('north', 'p1'), secret);
    assert.is(await again.claim('north', 'token', 'p2', null), 'p1');
  });
}

function claimPromises(test: Test): void {
  test('the first claim binds for ever, and stores the secret that came with it', async ({ keys }) => {
    const secret = secretFor('north', 'p1');
    assert.is(await keys.claim('north', 'token', 'p1', secret), 'p1');
    assert.equal(await keys.get('north', 'p1'), secret);
    assert.is(await keys.claim('north', 'token', 'p2', secretFor('north', 'p2')), 'p1');
    assert.is(await keys.get('north', 'p2'), undefined);
    assert.is(await keys.claim('north', 'token', 'p3', null), 'p1');
  });

  test('a claim without a secret binds and stores none', async ({ keys }) => {
    assert.is(await keys.claim('north', 'token', 'p1', null), 'p1');
    assert.is(await keys.get('north', 'p1'), undefined);
    assert.is(await keys.claim('north', 'token', 'p2', secretFor('north', 'p2')), 'p1');
  });

  test('a claim does not replace a secret that the patient has', async ({ keys }) => {
    const secret = await keys.putIfAbsent(secretFor('north', 'p1'));
    assert.is(await keys.claim('north', 'token', 'p1', secretFor('north', 'p1')), 'p1');
    assert.equal(await keys.get('north', 'p1'), secret);
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
    assert.equal(await keys.get('north', 'p1'), secret);
  });

  test('of many claims at once one wins each, and only winners have secrets', async ({ keys, reopen }) => {
    const other = await reopen();
    const asked = Array.from({ length: 60 }, (_, n) => ({ claim: `token ${n % 6}`, patientId: `p${n}`, store: n % 2 === 0 ? keys : other }));
    const answers = await Promise.all(asked.map(({ claim, patientId, store }) => store.claim('north', claim, patientId, secretFor('north', patientId))));
    const winners = new Set(answers);
    assert.is(winners.size, 6);
    for (const [n, { claim }] of asked.entries()) assert.is(answers[n], answers[asked.findIndex((one) => one.claim === claim)]);
    for (const { patientId } of asked) assert.is((await keys.get('north', patientId)) !== undefined, winners.has(patientId), patientId);
  });
}
