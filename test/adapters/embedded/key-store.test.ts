import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { EmbeddedKeyStore } from '../../../adapters/embedded/key-store.js';
import type { WrappedSecret } from '../../../adapters/keys/key-store.js';
import { faultCode } from '../../contracts/helpers.js';

const test = suite<{ folder: string; path: string }>('embedded key store');
const secretOf = (owner: string): WrappedSecret => ({ tenant: 'north', owner, keyId: `key of ${owner}`, generation: 1, kekId: 'kek', wrapped: 'AAAA' });

test.before.each(async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'keys-'));
  Object.assign(context, { folder, path: join(folder, 'keys.db') });
});
test.after.each(({ folder }) => rm(folder, { recursive: true }));

test('a thousand claims in flight are stored in few commits, each with its secret', async ({ path }) => {
  const keys = new EmbeddedKeyStore(path);
  const patients = Array.from({ length: 1000 }, (_, n) => `p${n}`);
  assert.equal(await Promise.all(patients.map((patient) => keys.claim('north', `token of ${patient}`, patient, secretOf(patient)))), patients);
  for (const patient of patients) assert.is((await keys.get('north', patient))?.keyId, `key of ${patient}`);
  await keys.close();
});

test('what was taken before closing is stored; afterwards each call is a fault of the key store', async ({ path }) => {
  const keys = new EmbeddedKeyStore(path);
  const taken = keys.putIfAbsent(secretOf('p1'));
  await keys.close();
  assert.equal(await taken, secretOf('p1'));
  const calls = [keys.get('north', 'p1'), keys.putIfAbsent(secretOf('p2')), keys.claim('north', 'token', 'p2', null)];
  assert.equal(await Promise.all(calls.map(faultCode)), Array(3).fill('keys-unavailable'));
  const again = new EmbeddedKeyStore(path);
  assert.equal(await again.get('north', 'p1'), secretOf('p1'));
  await again.close();
});

test.run();
