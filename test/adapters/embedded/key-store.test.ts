import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { EmbeddedKeyStore } from '../../../adapters/embedded/key-store.js';
import { Sqlite } from '../../../adapters/embedded/sqlite.js';
import type { WrappedSecret } from '../../../adapters/keys/key-store.js';
import { faultCode } from '../../contracts/helpers.js';

const test = suite<{ folder: string; path: string }>('embedded key store');
const secretOf = (owner: string): WrappedSecret => ({
  tenant: 'north',
  owner,
  keyId: `key of ${owner}`,
  generation: 1,
  kekId: 'kek',
  wrapped: 'AAAA',
  state: 'active',
  createdAt: '',
});

/** Somebody else's hand in the file, while it is open. */
function damaged(path: string, ...statements: string[]): void {
  const other = new Sqlite(path);
  for (const statement of statements) other.exec(statement);
  other.close();
}

test.before.each(async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'keys-'));
  Object.assign(context, { folder, path: join(folder, 'keys.db') });
});
test.after.each(({ folder }) => rm(folder, { recursive: true }));

test('a thousand claims in flight are stored in few commits, each with its secret', async ({ path }) => {
  const keys = new EmbeddedKeyStore(path);
  const patients = Array.from({ length: 1000 }, (_, n) => `p${n}`);
  assert.equal(await Promise.all(patients.map((patient) => keys.claim('north', `token of ${patient}`, patient, secretOf(patient)))), patients);
  for (const patient of patients) assert.is((await keys.secrets('north', patient))[0]?.keyId, `key of ${patient}`);
  await keys.close();
});

test('what was taken before closing is stored; afterwards each call is a fault of the key store', async ({ path }) => {
  const keys = new EmbeddedKeyStore(path);
  const taken = keys.add(secretOf('p1'));
  await keys.close();
  assert.equal(await taken, secretOf('p1'));
  const calls = [keys.secrets('north', 'p1'), keys.add(secretOf('p2')), keys.claim('north', 'token', 'p2', null)];
  assert.equal(await Promise.all(calls.map(faultCode)), Array(3).fill('keys-unavailable'));
  const again = new EmbeddedKeyStore(path);
  assert.equal(await again.secrets('north', 'p1'), [secretOf('p1')]);
  await again.close();
});

test('a file from before tenants had keys of their own is read on, its rows under the root key', async ({ path }) => {
  const old = new Sqlite(path);
  old.exec(
    `CREATE TABLE secret (tenant TEXT NOT NULL, owner TEXT NOT NULL, key_id TEXT NOT NULL, generation INTEGER NOT NULL, kek_id TEXT NOT NULL, wrapped TEXT NOT NULL, PRIMARY KEY (tenant, owner)) WITHOUT ROWID`,
  );
  old.exec(`INSERT INTO secret VALUES ('north', 'p1', 'key of p1', 1, 'kek', 'AAAA')`);
  old.close();
  for (let turn = 0; turn < 2; turn++) {
    const keys = new EmbeddedKeyStore(path);
    assert.equal(await keys.secrets('north', 'p1'), [secretOf('p1')]);
    await keys.close();
  }
});

test('of an erased secret no byte is left in the files, while the store is open', async ({ path, folder }) => {
  const keys = new EmbeddedKeyStore(path);
  const wrapped = 'uniqueWrappedMarker0123456789abcdef';
  await keys.add({ ...secretOf('p1'), wrapped });
  const found = () => readdirSync(folder).filter((file) => readFileSync(join(folder, file)).includes(wrapped));
  assert.is.not(found().length, 0);
  await keys.erase('north', 'p1');
  assert.equal(found(), []);
  await keys.close();
});

test('what cannot be read or written in a damaged file is a fault of the key store, and the rest goes on', async ({ path }) => {
  const keys = new EmbeddedKeyStore(path);
  await keys.add(secretOf('p1'));
  damaged(path, 'DROP TABLE claim', 'DROP TABLE erased');
  const calls = [keys.claim('north', 'token', 'p1', null), keys.isErased('north', 'p1')];
  assert.equal(await Promise.all(calls.map(faultCode)), ['keys-unavailable', 'keys-unavailable']);
  assert.equal(await keys.secrets('north', 'p1'), [secretOf('p1')]);
  await keys.setState('north', 'p1', 1, 'suspended');
  assert.is((await keys.secrets('north', 'p1'))[0]?.state, 'suspended');
  await keys.close();
});

test('a disk that is full is told as such, and nothing of the batch was stored', async ({ path }) => {
  const keys = new EmbeddedKeyStore(path);
  await keys.add(secretOf('p1'));
  // In the words of SQLite, at a change that a test can choose.
  damaged(path, "CREATE TRIGGER full BEFORE UPDATE ON key_secret BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END");
  const both = [keys.keepCursor('orders', '7'), keys.setState('north', 'p1', 1, 'suspended')];
  assert.equal(await Promise.all(both.map(faultCode)), ['store-full', 'store-full']);
  assert.is(await keys.cursor('orders'), null);
  await keys.close();
});

test.run();
