import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { VaultServer } from '../../support/vault-transit/server.js';

/** The double is only worth what it knows of the documented rules, so they are written down here. */
const test = suite<{ vault: VaultServer }>('double of Vault Transit');
const CONTEXT = Buffer.from('a context').toString('base64');
const PLAINTEXT = Buffer.from('a secret').toString('base64');

test.before.each(async (context) => {
  context.vault = await VaultServer.start();
  context.vault.engine.create('root', { derived: true });
});
test.after.each(({ vault }) => vault.stop());

async function call(
  vault: VaultServer,
  method: string,
  path: string,
  body?: object,
  token = vault.token,
): Promise<{ status: number; said: string; data: Record<string, unknown> }> {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(`${vault.url}/v1/transit/${path}`, { method, headers: { 'X-Vault-Token': token }, ...sent });
  const answer = JSON.parse((await response.text()) || '{}') as { errors?: string[]; data?: Record<string, unknown> };
  return { status: response.status, said: (answer.errors ?? []).join(), data: answer.data ?? {} };
}

const encrypted = async (vault: VaultServer) =>
  String((await call(vault, 'POST', 'encrypt/root', { plaintext: PLAINTEXT, context: CONTEXT })).data['ciphertext']);
const decrypted = (vault: VaultServer, ciphertext: string, context = CONTEXT) => call(vault, 'POST', 'decrypt/root', { ciphertext, context });

test('a ciphertext carries its version, and opens with its context alone', async ({ vault }) => {
  const ciphertext = await encrypted(vault);
  assert.match(ciphertext, /^vault:v1:/);
  assert.is((await decrypted(vault, ciphertext)).data['plaintext'], PLAINTEXT);
  const other = await decrypted(vault, ciphertext, Buffer.from('another').toString('base64'));
  assert.equal([other.status, other.said], [400, 'cipher: message authentication failed']);
});

test('what is no ciphertext is refused in the documented words', async ({ vault }) => {
  const box = 'A'.repeat(64);
  for (const [ciphertext, words] of [
    [box, /^invalid ciphertext: no prefix$/],
    ['vault:v1', /^invalid ciphertext: wrong number of fields$/],
    [`vault:vx:${box}`, /^invalid ciphertext: version number could not be decoded$/],
    [`vault:v2:${box}`, /^invalid ciphertext: version is too new$/],
    [`vault:v0:${box}`, /disallowed by policy \(too old\)$/],
    ['vault:v1:A!AA', /^illegal base64 data at input byte 1$/],
    ['vault:v1:AAAA', /^invalid ciphertext length$/],
  ] as const) {
    const { status, said } = await decrypted(vault, ciphertext);
    assert.is(status, 400);
    assert.match(said, words, ciphertext);
  }
});

test('to encrypt under an unknown name makes a key; to decrypt or rotate does not', async ({ vault }) => {
  assert.match((await call(vault, 'POST', 'decrypt/typo', { ciphertext: 'vault:v1:AAAA' })).said, /encryption key not found/);
  assert.match((await call(vault, 'POST', 'keys/typo/rotate')).said, /encryption key not found/);
  assert.is((await call(vault, 'GET', 'keys/typo')).status, 404);
  await call(vault, 'POST', 'encrypt/typo', { plaintext: PLAINTEXT, context: CONTEXT });
  assert.equal((await call(vault, 'GET', 'keys?list=true')).data, { keys: ['root', 'typo'] });
});

test('limits of versions stay in order, and trimming cannot be undone', async ({ vault }) => {
  const first = await encrypted(vault);
  await call(vault, 'POST', 'keys/root/rotate');
  assert.match((await call(vault, 'POST', 'keys/root/trim', { min_available_version: 2 })).said, /minimum encryption version is not set/);
  assert.match((await call(vault, 'POST', 'keys/root/config', { min_decryption_version: 3 })).said, /latest key version is 2/);
  assert.match((await call(vault, 'POST', 'keys/root/config', { min_encryption_version: 3 })).said, /latest key version is 2/);
  assert.match((await call(vault, 'POST', 'keys/root/config', { min_decryption_version: 2, min_encryption_version: 1 })).said, /must be greater than or equal/);
  await call(vault, 'POST', 'keys/root/config', { min_encryption_version: 2 });
  assert.match((await call(vault, 'POST', 'keys/root/trim', { min_available_version: 2 })).said, /greater than minimum decryption version/);
  assert.match((await call(vault, 'POST', 'keys/root/trim', { min_available_version: 3 })).said, /greater than minimum encryption version/);
  await call(vault, 'POST', 'keys/root/config', { min_decryption_version: 2 });
  assert.match((await decrypted(vault, first)).said, /too old/);
  assert.is((await call(vault, 'POST', 'keys/root/trim', { min_available_version: 2 })).data['min_available_version'], 2);
  assert.match((await call(vault, 'POST', 'keys/root/trim', { min_available_version: 1 })).said, /cannot be decremented/);
  assert.match(
    (await call(vault, 'POST', 'keys/root/config', { min_decryption_version: 1 })).said,
    /^min decryption version should not be less then min available version$/,
  );
  const old = await call(vault, 'POST', 'encrypt/root', { plaintext: PLAINTEXT, context: CONTEXT, key_version: 1 });
  assert.match(old.said, /less than the minimum encryption key version/);
});

test('a key is deleted only where that is allowed', async ({ vault }) => {
  assert.is((await call(vault, 'DELETE', 'keys/root')).said, 'error deleting policy root: deletion is not allowed for this key');
  await call(vault, 'POST', 'keys/root/config', { deletion_allowed: true });
  assert.is((await call(vault, 'DELETE', 'keys/root')).status, 204);
  assert.is((await call(vault, 'GET', 'keys/root')).status, 404);
});

test('a derived key asks for a context, and another token is denied', async ({ vault }) => {
  assert.match((await call(vault, 'POST', 'encrypt/root', { plaintext: PLAINTEXT })).said, /missing 'context'/);
  const denied = await call(vault, 'GET', 'keys/root', undefined, 'hvs.other');
  assert.equal([denied.status, denied.said], [403, 'permission denied']);
});

test('a body above 32 MiB is refused', async ({ vault }) => {
  assert.is((await call(vault, 'POST', 'encrypt/root', { plaintext: 'A'.repeat(33 * 1024 ** 2) })).status, 413);
});

test.run();
