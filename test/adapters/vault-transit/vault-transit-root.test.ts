import { chmod, writeFile } from 'node:fs/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { vaultUrlProblem } from '../../../adapters/vault-transit/client.js';
import { TransitKeyRefused } from '../../../adapters/vault-transit/known-errors.js';
import { transitKeyOf } from '../../../adapters/vault-transit/transit-key.js';
import { VaultTransitRoot } from '../../../adapters/vault-transit/vault-transit-root.js';
import { LedgerFault } from '../../../domain/rejections.js';
import { faultCode, sleep } from '../../contracts/helpers.js';
import { KEY_NAME, type VaultSetting, vaultSetting } from '../../support/vault-transit/setting.js';

const test = suite<VaultSetting>('root keys in Vault Transit');
const SECRET = new Uint8Array(32).fill(9);

test.before.each(async (context) => {
  Object.assign(context, await vaultSetting());
});
test.after.each(({ close }) => close());

/** The code of the fault and all that its causes say, for whoever reads the log. */
async function told(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'no fault';
  } catch (fault) {
    const texts: string[] = [fault instanceof LedgerFault ? fault.code : 'not a ledger fault'];
    for (let at: unknown = fault; at instanceof Error; at = at.cause) texts.push(at.message);
    return texts.join(' | ');
  }
}

test('a sealed, throttling or absent Vault is unavailable, and serves again when it is back', async ({ root, vault }) => {
  const wrapped = await root.wrap(SECRET, 'place');
  vault.isSealed = true;
  assert.match(await told(root.unwrap(wrapped, 'place')), /^keys-unavailable .* 503: Vault is sealed/);
  assert.match(await told(root.wrap(SECRET, 'place')), /^keys-unavailable/);
  vault.isSealed = false;
  vault.isRateLimited = true;
  assert.match(await told(root.unwrap(wrapped, 'place')), /^keys-unavailable .* 429: rate limit/);
  vault.isRateLimited = false;
  assert.equal(await root.unwrap(wrapped, 'place'), SECRET);
  await vault.stop();
  assert.match(await told(root.unwrap(wrapped, 'place')), /^keys-unavailable .* cannot be reached/);
});

test('a start while Vault is sealed is fine: the first use after it is opened works', async ({ another, vault }) => {
  vault.isSealed = true;
  const root = another();
  assert.is(await faultCode(root.currentId()), 'keys-unavailable');
  vault.isSealed = false;
  assert.is(await root.currentId(), `vault:${KEY_NAME}:v1`);
});

test('a Vault that takes too long is unavailable', async ({ another, vault }) => {
  const root = another({ timeoutMs: 50 });
  vault.delayMs = 400;
  const beganMs = Date.now();
  assert.match(await told(root.currentId()), /^keys-unavailable .* in time/);
  assert.ok(Date.now() - beganMs < 350);
});

test('a connection that breaks is made again, once', async ({ root, vault }) => {
  const wrapped = await root.wrap(SECRET, 'place');
  vault.dropConnections();
  assert.equal(await root.unwrap(wrapped, 'place'), SECRET);
  vault.dropsBefore = 1;
  assert.equal(await root.unwrap(wrapped, 'place'), SECRET);
  vault.dropsAfter = 1;
  assert.equal(await root.unwrap(wrapped, 'place'), SECRET);
  vault.dropsBefore = 2;
  assert.is(await faultCode(root.unwrap(wrapped, 'place')), 'keys-unavailable');
});

test('a rotation whose answer is lost is not made twice by itself', async ({ root, vault }) => {
  const wrapped = await root.wrap(SECRET, 'place');
  vault.dropsAfter = 1;
  assert.is(await faultCode(root.rotate()), 'keys-unavailable');
  assert.is(vault.seen.filter(({ path }) => path.endsWith('/rotate')).length, 1);
  assert.is(await root.currentId(), `vault:${KEY_NAME}:v2`);
  assert.equal(await root.unwrap(wrapped, 'place'), SECRET);
});

test('a renewed token is read from its file when the former one is refused', async ({ root, vault, tokenFile }) => {
  await root.currentId();
  vault.token = 'hvs.second';
  const refused = await told(root.currentId());
  assert.match(refused, /^keys-unavailable .* 403: permission denied.* expired or revoked/);
  assert.not.match(refused, /hvs/);
  await writeFile(tokenFile, 'hvs.second');
  assert.is(await root.currentId(), `vault:${KEY_NAME}:v1`);
});

test('a token file that is absent, empty, large or open to everybody is not used', async ({ another, tokenFile }) => {
  const attempts = async () => told(another().currentId());
  await writeFile(tokenFile, '\n');
  assert.match(await attempts(), /^keys-unavailable .* holds no token/);
  await writeFile(tokenFile, 'x'.repeat(5000));
  assert.match(await attempts(), /too large/);
  await writeFile(tokenFile, 'hvs.first');
  await chmod(tokenFile, 0o604);
  assert.match(await attempts(), /everybody may read/);
  assert.match(await told(another({ tokenFile: `${tokenFile}.none` }).currentId()), /^keys-unavailable/);
});

test('an unknown key name is refused, and no key is made of it', async ({ another, vault }) => {
  const root = another({ keyName: 'typo' });
  for (const call of [() => root.currentId(), () => root.wrap(SECRET, 'place'), () => root.rotate()])
    assert.match(await told(call()), /^keys-unavailable .* 404.*no such key/);
  assert.equal(vault.engine.names(), { keys: [KEY_NAME] });
});

test('a key that was deleted is not made anew by wrapping', async ({ root, vault }) => {
  await root.wrap(SECRET, 'place');
  vault.engine.config(KEY_NAME, { deletion_allowed: true });
  vault.engine.delete(KEY_NAME);
  assert.is(await faultCode(root.wrap(SECRET, 'place')), 'keys-unavailable');
  assert.equal(vault.engine.names(), { keys: [] });
});

test('a key that is not derived, may be exported or only signs is refused', async ({ another, vault }) => {
  vault.engine.create('plain', {});
  vault.engine.create('open', { derived: true, exportable: true });
  vault.engine.create('signing', { type: 'ed25519', derived: true });
  for (const [keyName, words] of [
    ['plain', /not `derived`/],
    ['open', /`exportable`/],
    ['signing', /aes256-gcm96/],
  ] as const) {
    assert.match(await told(another({ keyName }).wrap(SECRET, 'place')), words);
    assert.match(await told(another({ keyName }).unwrap({ rootId: `vault:${keyName}:v1`, wrapped: `vault:v1:${'A'.repeat(80)}` }, 'place')), words);
  }
  assert.not(vault.seen.some(({ path }) => path.includes('/encrypt/')));
});

test('the context leaves as a hash, in a namespace when one is given', async ({ another, vault }) => {
  const root = another({ namespace: 'clinic/north' });
  await root.unwrap(await root.wrap(SECRET, 'north|kek-1'), 'north|kek-1');
  const sent = JSON.stringify(vault.seen);
  assert.not.match(sent, /kek-1/);
  assert.not(sent.includes(Buffer.from('north|kek-1').toString('base64')));
  for (const { body, namespace } of vault.seen) {
    assert.is(namespace, 'clinic/north');
    if (body['context'] !== undefined) assert.is(Buffer.from(String(body['context']), 'base64').length, 32);
  }
});

test('an older server, which answers a rotation with nothing, serves as well', async ({ root, vault }) => {
  vault.isOld = true;
  assert.is(await root.rotate(), `vault:${KEY_NAME}:v2`);
});

test('a version that Vault rotated to by itself is the current key', async ({ root, vault }) => {
  await root.wrap(SECRET, 'place');
  vault.engine.rotate(KEY_NAME);
  assert.is(await root.currentId(), `vault:${KEY_NAME}:v2`);
  assert.is((await root.wrap(SECRET, 'place')).rootId, `vault:${KEY_NAME}:v2`);
});

test('a retired version cannot be brought back, also when retiring was cut in the middle', async ({ root, vault }) => {
  const wrapped = await root.wrap(SECRET, 'place');
  await root.rotate();
  vault.engine.config(KEY_NAME, { min_decryption_version: 2 });
  assert.is(await faultCode(root.unwrap(wrapped, 'place')), 'key-unreadable');
  await root.retire(wrapped.rootId);
  assert.throws(() => vault.engine.config(KEY_NAME, { min_decryption_version: 1 }), /min decryption version should not be less/);
});

test('retiring that fails at either step is told, and goes on where it was cut', async ({ root, vault }) => {
  const former = await root.currentId();
  await root.rotate();
  for (const failsAt of ['/config', '/trim']) {
    vault.failsAt = failsAt;
    assert.match(await told(root.retire(former)), /^keys-unavailable .* 500$/);
  }
  vault.failsAt = undefined;
  await root.retire(former);
  assert.throws(() => vault.engine.config(KEY_NAME, { min_decryption_version: 1 }), /min decryption version should not be less/);
});

test('versions are retired from the oldest on, by two processes at once too', async ({ root, another }) => {
  const [one, two] = [await root.currentId(), await root.rotate()];
  await root.rotate();
  assert.match(await told(root.retire(two)), /older root key still unwraps/);
  assert.match(await told(root.retire('vault:other:v1')), /not a root key of this/);
  await Promise.all([root.retire(one), another().retire(one)]);
  await root.retire(two);
  assert.equal(
    (await root.list()).map(({ rootId }) => rootId),
    [`vault:${KEY_NAME}:v3`],
  );
});

test('an answer that is not understood is unavailable, never a secret', async ({ root, vault }) => {
  const wrapped = await root.wrap(SECRET, 'place');
  for (const garbled of [
    '',
    '<html>',
    'null',
    '[]',
    '{}',
    '{"data":null}',
    '{"data":{}}',
    '{"data":{"plaintext":7}}',
    '{"data":{"plaintext":""}}',
    `"${'x'.repeat(2 ** 21)}"`,
  ]) {
    vault.garbled = garbled;
    for (const call of [() => root.unwrap(wrapped, 'place'), () => root.wrap(SECRET, 'place'), () => root.list(), () => root.rotate()]) {
      assert.is(await faultCode(call()), 'keys-unavailable', garbled.slice(0, 40));
    }
  }
});

const FIT = {
  ...{ type: 'aes256-gcm96', derived: true, exportable: false, allow_plaintext_backup: false },
  ...{ latest_version: 1, min_decryption_version: 1, min_encryption_version: 0, keys: { '1': 1442851412 } },
};

test('a description of a key that leaves out what counts, or says the impossible, is refused', () => {
  assert.is(transitKeyOf(FIT).minAvailable, 0);
  const odd = [
    undefined,
    ...[{ latest_version: 0 }, { latest_version: '1' }, { latest_version: 1.5 }, { latest_version: 1e12 }].map((more) => ({ ...FIT, ...more })),
  ];
  for (const data of [...odd, { ...FIT, min_decryption_version: -1 }, { ...FIT, keys: null }, { ...FIT, keys: 'one' }, { ...FIT, keys: { '1': 'then' } }])
    assert.throws(
      () => transitKeyOf(data),
      (fault: unknown) => fault instanceof TransitKeyRefused,
    );
});

test('a wrapping without a ciphertext, or with one of no known form, is not taken for one', async ({ root, vault }) => {
  for (const ciphertext of [undefined, 7, 'nonsense']) {
    vault.garbled = JSON.stringify({ data: { ...FIT, ciphertext } });
    assert.match(await told(root.wrap(SECRET, 'place')), /^keys-unavailable/);
  }
  vault.isSealed = true;
  vault.garbled = '{}';
  assert.match(await told(root.wrap(SECRET, 'place')), /^keys-unavailable/);
});

test('an address may end with a slash', async ({ another, vault }) => {
  assert.is(await another({ url: `${vault.url}/` }).currentId(), `vault:${KEY_NAME}:v1`);
});

test('few calls are made at once, many wait, and too many are refused', async ({ root, vault }) => {
  await root.currentId();
  const calls = Array.from({ length: 1100 }, () => faultCode(root.currentId()));
  const codes = await Promise.all(calls);
  assert.ok(vault.mostAtOnce <= 8, String(vault.mostAtOnce));
  assert.is(codes.filter((code) => code === 'no fault').length, 1008);
  assert.is(codes.filter((code) => code === 'overloaded').length, 92);
});

test('calls that fail free their place', async ({ another, vault }) => {
  const root = another({ timeoutMs: 20 });
  vault.delayMs = 60;
  await Promise.all(Array.from({ length: 20 }, () => faultCode(root.currentId())));
  vault.delayMs = 0;
  await sleep(80);
  assert.is(await root.currentId(), `vault:${KEY_NAME}:v1`);
});

test('an address in clear to another machine, or with a secret in it, is refused', () => {
  for (const url of ['https://vault.example:8200', 'https://vault.example/prefix/', 'http://127.0.0.1:8200', 'http://localhost:8200', 'http://[::1]:8200']) {
    assert.is(vaultUrlProblem(url), null, url);
  }
  for (const url of [
    '',
    'vault',
    'http://vault.example:8200',
    'ftp://vault.example',
    'https://a:b@vault.example',
    'https://vault.example?x=1',
    'https://vault.example/#x',
  ]) {
    assert.type(vaultUrlProblem(url), 'string', url);
  }
  const options = { url: 'https://vault.example', tokenFile: 'none', keyName: 'root' };
  for (const wrong of [{ url: 'http://vault.example' }, { keyName: '../sys' }, { keyName: '' }, { mount: 'a//b' }, { mount: '../sys' }]) {
    assert.throws(
      () => new VaultTransitRoot({ ...options, ...wrong }),
      (fault: unknown) => fault instanceof TypeError,
    );
  }
});

test('a secret that is empty or too large is refused, and after closing nothing is done', async ({ root }) => {
  for (const length of [0, 1025]) assert.match(await faultCode(root.wrap(new Uint8Array(length), 'place')), /TypeError/);
  const wrapped = await root.wrap(SECRET, 'place');
  await root.close();
  for (const call of [() => root.wrap(SECRET, 'place'), () => root.unwrap(wrapped, 'place'), () => root.list(), () => root.rotate()])
    assert.is(await faultCode(call()), 'stopping');
});

test.run();
