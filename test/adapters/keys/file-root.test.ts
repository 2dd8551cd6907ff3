import { createCipheriv } from 'node:crypto';
import { appendFile, mkdir, readdir, rename, rm, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { protectKeyFile } from '../../../adapters/keys/file/key-file.js';
import { keyFileFault, openFileRoot } from '../../../adapters/keys/file-root.js';
import { faultCode } from '../../contracts/helpers.js';
import { FIRST_FILE, type KeyFolder, keyFolder, ONE, openQuick as open, parsed, QUICK, refusal, TWO } from '../../support/key-files.js';

const test = suite<KeyFolder>('root keys in a file');
const SECRET = new Uint8Array(32).fill(9);

test.before.each(async (context) => {
  Object.assign(context, await keyFolder());
});
test.after.each(({ folder }) => rm(folder, { recursive: true }));

/** As the first version wrapped: nonce ‖ AES-256-GCM box, with the context as associated data. */
function wrappedByFirstVersion(context: string): string {
  const nonce = Buffer.alloc(12, 2);
  const cipher = createCipheriv('aes-256-gcm', Buffer.alloc(32, 5), nonce).setAAD(Buffer.from(context));
  return Buffer.concat([nonce, cipher.update(SECRET), cipher.final(), cipher.getAuthTag()]).toString('base64url');
}

test('it is made at first start, readable by its owner alone, with nothing left beside it', async ({ folder, path }) => {
  await open(path);
  assert.is((await stat(path)).mode & 0o777, 0o600);
  assert.is((await stat(join(folder, 'keys'))).mode & 0o777, 0o700);
  await (await open(path)).rotate();
  assert.equal(await readdir(join(folder, 'keys')), ['root.json']);
});

test('it is not made when it was not asked for', async ({ path }) => {
  assert.is(await refusal(openFileRoot({ path, passphrases: [], create: false })), 'absent');
});

test('of several processes that start at once, all get the key that is in the file', async ({ path }) => {
  const opened = await Promise.all(Array.from({ length: 8 }, () => open(path, ONE)));
  const ids = await Promise.all(opened.map((root) => root.currentId()));
  const { keys } = (await parsed(path)) as { keys: { keyId: string }[] };
  assert.equal(new Set(ids), new Set(keys.map(({ keyId }) => keyId)));
});

test('a file of the first version opens, keeps its key id, and what it wrapped still unwraps after a rotation', async ({ path, folder }) => {
  await mkdir(join(folder, 'keys'));
  await writeFile(path, JSON.stringify(FIRST_FILE), { mode: 0o600 });
  const root = await open(path);
  assert.equal(await root.list(), [{ rootId: FIRST_FILE.keyId, createdAt: FIRST_FILE.created }]);
  const wrapped = { rootId: FIRST_FILE.keyId, wrapped: wrappedByFirstVersion('["north","p1"]') };
  assert.equal(await root.unwrap(wrapped, '["north","p1"]'), SECRET);
  assert.is(await faultCode(root.unwrap(wrapped, '["north","p2"]')), 'key-unreadable');
  await root.rotate();
  await protectKeyFile(path, [], [ONE], QUICK);
  const again = await open(path, ONE);
  assert.equal(await again.unwrap(wrapped, '["north","p1"]'), SECRET);
  assert.is((await again.list()).length, 2);
});

test('any bit flipped in a wrapped form of the first version is refused', async ({ path, folder }) => {
  await mkdir(join(folder, 'keys'));
  await writeFile(path, JSON.stringify(FIRST_FILE), { mode: 0o600 });
  const root = await open(path);
  const bytes = Buffer.from(wrappedByFirstVersion('place'), 'base64url');
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const changed = Buffer.from(bytes.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))).toString('base64url');
    assert.is(await faultCode(root.unwrap({ rootId: FIRST_FILE.keyId, wrapped: changed }, 'place')), 'key-unreadable', `bit ${bit}`);
  }
});

test('with a passphrase no key stands in the file', async ({ path }) => {
  await open(path, ONE);
  const file = await parsed(path);
  assert.equal(Object.keys(file), ['v', 'protection', 'kdf', 'salts', 'keys', 'sealed']);
  for (const key of file['keys'] as object[]) assert.equal(Object.keys(key), ['keyId', 'created']);
});

test('Argon2id serves as well, and the file says so', async ({ path }) => {
  const kdf = { name: 'argon2id', memoryKib: 64, passes: 1, lanes: 1 } as const;
  const root = await openFileRoot({ path, passphrases: [ONE], create: true, kdf, weakAllowed: true });
  const wrapped = await root.wrap(SECRET, 'place');
  assert.equal((await parsed(path))['kdf'], kdf);
  assert.equal(await (await open(path, ONE)).unwrap(wrapped, 'place'), SECRET);
  assert.is(await refusal(open(path, TWO)), 'wrong-passphrase');
});

test('a new passphrase takes the place of the former one, and the keys stay', async ({ path }) => {
  const root = await open(path, ONE);
  const wrapped = await root.wrap(SECRET, 'place');
  assert.is(await refusal(protectKeyFile(path, [TWO], [TWO], QUICK)), 'wrong-passphrase');
  await protectKeyFile(path, [ONE], [TWO, ONE], QUICK);
  assert.is(await refusal(open(path, ONE)), 'passphrases-wanted');
  assert.equal(await (await open(path, TWO, ONE)).unwrap(wrapped, 'place'), SECRET);
  assert.is(await refusal(protectKeyFile(path, [ONE], [ONE], QUICK)), 'passphrases-wanted');
});

test('a process that runs while the file is protected anew goes on, and rotates after a new start', async ({ path }) => {
  const root = await open(path, ONE);
  const wrapped = await root.wrap(SECRET, 'place');
  await protectKeyFile(path, [ONE], [TWO], QUICK);
  assert.equal(await root.unwrap(await root.wrap(SECRET, 'there'), 'there'), SECRET);
  assert.is(await faultCode(root.rotate()), 'keys-unavailable');
  const again = await open(path, TWO);
  await again.rotate();
  assert.equal(await root.unwrap(wrapped, 'place'), SECRET);
  assert.is(await faultCode(root.wrap(SECRET, 'place')), 'keys-unavailable');
});

test('while the file is away nothing is wrapped, and what was wrapped still unwraps', async ({ path }) => {
  const root = await open(path, ONE);
  const wrapped = await root.wrap(SECRET, 'place');
  await rename(path, `${path}.away`);
  assert.is(await faultCode(root.wrap(SECRET, 'place')), 'keys-unavailable');
  assert.is(await faultCode(root.rotate()), 'keys-unavailable');
  assert.is(await faultCode(root.currentId()), 'keys-unavailable');
  assert.equal(await root.unwrap(wrapped, 'place'), SECRET);
  await writeFile(path, 'rubbish', { mode: 0o600 });
  assert.is(await faultCode(root.wrap(SECRET, 'place')), 'keys-unavailable');
  assert.equal(await root.unwrap(wrapped, 'place'), SECRET);
  await rename(`${path}.away`, path);
  assert.equal(await root.unwrap(await root.wrap(SECRET, 'place'), 'place'), SECRET);
});

test('a file that was exchanged while it was open is not taken up, whether in clear or sealed', async ({ path, folder }) => {
  const [clear, sealed] = [join(folder, 'clear.json'), join(folder, 'sealed.json')];
  const root = await open(path, ONE);
  const other = await open(clear);
  await open(sealed, TWO);
  const [wrapped, otherWrapped] = [await root.wrap(SECRET, 'place'), await other.wrap(SECRET, 'place')];
  await rename(clear, path);
  await rename(sealed, clear);
  for (const [keys, held] of [
    [root, wrapped],
    [other, otherWrapped],
  ] as const) {
    assert.is(await faultCode(keys.wrap(SECRET, 'place')), 'keys-unavailable');
    assert.is(await faultCode(keys.rotate()), 'keys-unavailable');
    assert.equal(await keys.unwrap(held, 'place'), SECRET);
  }
  assert.is(await faultCode(root.unwrap(otherWrapped, 'place')), 'keys-unavailable');
});

test('twenty rotations by four processes at once all stay in the file', async ({ path }) => {
  const roots = await Promise.all(Array.from({ length: 4 }, () => open(path, ONE)));
  const rotated = await Promise.all(Array.from({ length: 20 }, (_, n) => roots[n % 4]?.rotate()));
  const ids = (await (await open(path, ONE)).list()).map(({ rootId }) => rootId);
  assert.is(ids.length, 21);
  for (const id of rotated) assert.ok(ids.includes(String(id)));
});

test('a lock and a half file that a dead process left do not stand in the way, and the half file goes', async ({ path, folder }) => {
  const root = await open(path, ONE);
  await writeFile(`${path}.lock`, '');
  await writeFile(`${path}.d0.new`, 'half');
  const longAgo = new Date(Date.now() - 120_000);
  await utimes(`${path}.lock`, longAgo, longAgo);
  await root.rotate();
  assert.equal(await readdir(join(folder, 'keys')), ['root.json']);
});

test('a rotation waits for the process that changes the file', async ({ path }) => {
  const root = await open(path, ONE);
  await writeFile(`${path}.lock`, '');
  const rotating = root.rotate();
  setTimeout(() => void unlink(`${path}.lock`), 60);
  const rotated = await rotating;
  assert.is(await root.currentId(), rotated);
});

test('a file holds fifty keys and no more', async ({ path }) => {
  const root = await open(path);
  for (let n = 1; n < 50; n += 1) await root.rotate();
  assert.is(await faultCode(root.rotate()), 'keys-unavailable');
  assert.is((await (await open(path)).list()).length, 50);
});

test('a secret that is empty or too large is refused', async ({ path }) => {
  const root = await open(path);
  for (const length of [0, 1025]) assert.match(await faultCode(root.wrap(new Uint8Array(length), 'place')), /TypeError/);
});

test('after closing nothing is wrapped or unwrapped', async ({ path }) => {
  const root = await open(path);
  const wrapped = await root.wrap(SECRET, 'place');
  await root.close();
  for (const call of [() => root.wrap(SECRET, 'place'), () => root.unwrap(wrapped, 'place'), () => root.list(), () => root.rotate()])
    assert.is(await faultCode(call()), 'stopping');
});

test('what was begun before closing is refused as everything after it: nothing is wrapped under a key that was given up', async ({ path }) => {
  const root = await open(path);
  const wrapping = faultCode(root.wrap(SECRET, 'place'));
  await root.close();
  assert.is(await wrapping, 'stopping');
});

test('a disk that is full is told apart from keys that cannot be reached', async () => {
  const full = await appendFile('/dev/full', 'a key file').catch((fault: unknown) => fault);
  assert.is(keyFileFault(full).code, 'store-full');
  assert.is(keyFileFault(Object.assign(new Error('over quota'), { code: 'EDQUOT' })).code, 'store-full');
  assert.is(keyFileFault(Object.assign(new Error('a read-only disk'), { code: 'EROFS' })).code, 'keys-unavailable');
});

test.run();
