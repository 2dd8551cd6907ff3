import { chmod, chown, mkdir, readdir, readFile, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { headOf } from '../../../adapters/keys/file/form.js';
import { replaceGuarded } from '../../../adapters/keys/file/guarded-file.js';
import { type Kdf, refuseWeak } from '../../../adapters/keys/file/kdf.js';
import { protectKeyFile, readPassphraseFile } from '../../../adapters/keys/file/key-file.js';
import { newProtection, openKeys, type Protection } from '../../../adapters/keys/file/protection.js';
import type { KeyFileRefused } from '../../../adapters/keys/file/refused.js';
import { openFileRoot } from '../../../adapters/keys/file-root.js';
import { sealCommitted } from '../../../adapters/webcrypto/committing.js';
import { FIRST_FILE, type KeyFolder, keyFolder, ONE, openQuick as open, parsed, QUICK, refusal, TWO } from '../../support/key-files.js';

const test = suite<KeyFolder>('key files that are refused');

test.before.each(async (context) => {
  Object.assign(context, await keyFolder());
});
test.after.each(({ folder }) => rm(folder, { recursive: true }));

test('wrong, missing, superfluous and exchanged passphrases are refused, each with its reason', async ({ path, folder }) => {
  const [one, two] = [path, join(folder, 'two.json')];
  await open(one, ONE);
  await open(two, ONE, TWO);
  assert.is(await refusal(open(one, TWO)), 'wrong-passphrase');
  assert.is(await refusal(open(one)), 'passphrases-wanted');
  assert.is(await refusal(open(one, ONE, TWO)), 'passphrases-wanted');
  assert.is(await refusal(open(two, ONE)), 'passphrases-wanted');
  assert.is(await refusal(open(two, TWO, ONE)), 'wrong-passphrase');
  assert.is(await refusal(open(two, ONE, ONE)), 'wrong-passphrase');
});

test('a file in clear is refused where a passphrase was given: it may have been put there', async ({ path }) => {
  await open(path);
  assert.is(await refusal(open(path, ONE)), 'unprotected');
});

test('without being told otherwise it costs scrypt at 2^18, and nothing cheaper is made or opened', async ({ path, folder }) => {
  const strict = { path, passphrases: [ONE], create: true };
  assert.is(await refusal(openFileRoot({ ...strict, kdf: QUICK.kdf })), 'too-weak');
  assert.is(await refusal(protectKeyFile(path, [], [ONE], { kdf: QUICK.kdf })), 'too-weak');
  await openFileRoot(strict);
  assert.equal((await parsed(path))['kdf'], { name: 'scrypt', N: 262_144, r: 8, p: 1 });
  const weak = join(folder, 'weak.json');
  await open(weak, ONE);
  assert.is(await refusal(openFileRoot({ ...strict, path: weak })), 'too-weak');
});

test('a hostile cost is refused before anything is computed', async ({ path }) => {
  await open(path, ONE);
  const whole = await parsed(path);
  const costs = [
    [{ name: 'scrypt', N: 2 ** 30, r: 8, p: 1 }, 'too-costly'],
    [{ name: 'scrypt', N: 2 ** 20, r: 64, p: 1 }, 'too-costly'],
    [{ name: 'scrypt', N: 1024, r: 8, p: 1000 }, 'too-costly'],
    [{ name: 'argon2id', memoryKib: 2 ** 26, passes: 1, lanes: 1 }, 'too-costly'],
    [{ name: 'argon2id', memoryKib: 1024, passes: 1e6, lanes: 1 }, 'too-costly'],
    [{ name: 'argon2id', memoryKib: 1024, passes: 1, lanes: 100 }, 'too-costly'],
    [{ name: 'argon2id', memoryKib: 7, passes: 1, lanes: 1 }, 'damaged'],
    [{ name: 'scrypt', N: 1000, r: 8, p: 1 }, 'damaged'],
    [{ name: 'scrypt', N: 1024, r: 0, p: 1 }, 'damaged'],
    [{ name: 'scrypt', N: 1024, r: 8.5, p: 1 }, 'damaged'],
    [{ name: 'scrypt', N: '1024', r: 8, p: 1 }, 'damaged'],
    [{ name: 'md5' }, 'damaged'],
    [null, 'damaged'],
  ] as const;
  for (const [kdf, reason] of costs) {
    await writeFile(path, JSON.stringify({ ...whole, kdf }));
    assert.is(await refusal(open(path, ONE)), reason, JSON.stringify(kdf));
  }
});

test('whatever is changed in a protected file, it does not open, and is left as it is', async ({ path }) => {
  await (await open(path, ONE)).rotate();
  const whole = await parsed(path);
  const keys = whole['keys'] as { keyId: string; created: string }[];
  const sealed = Buffer.from(String(whole['sealed']), 'base64url');
  const flipped = Array.from(sealed, (_, at) => Buffer.from(sealed.map((byte, index) => (index === at ? byte ^ 1 : byte))).toString('base64url'));
  const changes: [object, RegExp][] = [
    ...flipped.map((text): [object, RegExp] => [{ sealed: text }, /^(wrong-passphrase|changed)$/]),
    [{ sealed: sealed.subarray(0, -1).toString('base64url') }, /^changed$/],
    [{ sealed: sealed.subarray(0, 20).toString('base64url') }, /^changed$/],
    [{ salts: [Buffer.alloc(16).toString('base64url')] }, /^wrong-passphrase$/],
    [{ kdf: { name: 'scrypt', N: 32, r: 8, p: 1 } }, /^wrong-passphrase$/],
    [{ keys: keys.slice(0, 1) }, /^wrong-passphrase$/],
    [{ keys: keys.toReversed() }, /^wrong-passphrase$/],
    [{ keys: [keys[0], { ...keys[1], created: '2020-01-01T00:00:00Z' }] }, /^wrong-passphrase$/],
    [{ keys: [keys[0], keys[0]] }, /^damaged$/],
    [{ keys: [] }, /^damaged$/],
    [{ protection: 'none' }, /^damaged$/],
    [{ protection: 'other' }, /^damaged$/],
    [{ salts: [] }, /^damaged$/],
    [{ salts: ['AAAA'] }, /^damaged$/],
    [{ sealed: 7 }, /^damaged$/],
    [{ v: 3 }, /^damaged$/],
  ];
  for (const [change, expected] of changes) {
    const text = JSON.stringify({ ...whole, ...change });
    await writeFile(path, text);
    assert.match(await refusal(open(path, ONE)), expected, text);
    assert.is(await readFile(path, 'utf8'), text);
  }
});

test('a file that was cut anywhere does not open, and is not made anew', async ({ path }) => {
  await open(path, ONE);
  const whole = await readFile(path, 'utf8');
  for (let length = 0; length < whole.length - 1; length += 7) {
    await writeFile(path, whole.slice(0, length));
    assert.is(await refusal(open(path, ONE)), 'not-json');
  }
});

test('a damaged file of the first version is refused in words that show nothing of it', async ({ path, folder }) => {
  await mkdir(join(folder, 'keys'));
  for (const change of [{ key: 'short' }, { key: `${FIRST_FILE.key}=` }, { key: 7 }, { keyId: null }, { created: undefined }, { created: 'then' }]) {
    await writeFile(path, JSON.stringify({ ...FIRST_FILE, ...change }), { mode: 0o600 });
    assert.is(await refusal(open(path)), 'damaged', JSON.stringify(change));
  }
  for (const text of ['', '{', FIRST_FILE.key]) {
    await writeFile(path, text);
    assert.is(await refusal(open(path)), 'not-json');
  }
  for (const text of ['null', '[]', '7', '{"v":2,"protection":"none","keys":[null]}']) {
    await writeFile(path, text);
    assert.is(await refusal(open(path)), 'damaged', text);
  }
});

test('a file that others may touch, a link, a folder, a pipe and a large file are refused', async ({ path, folder }) => {
  await open(path);
  for (const mode of [0o640, 0o604, 0o660, 0o602, 0o610, 0o601]) {
    await chmod(path, mode);
    assert.is(await refusal(open(path)), 'open-to-others', mode.toString(8));
  }
  await chmod(path, 0o400);
  await open(path);
  await symlink(path, join(folder, 'link.json'));
  assert.is(await refusal(open(join(folder, 'link.json'))), 'symbolic-link');
  assert.is(await refusal(open(join(folder, 'keys'))), 'not-regular');
  await chmod(path, 0o600);
  await writeFile(path, JSON.stringify({ ...FIRST_FILE, more: 'x'.repeat(20_000) }));
  assert.is(await refusal(open(path)), 'too-large');
  await chmod(join(folder, 'keys'), 0o777);
  assert.is(await refusal(open(path)), 'open-folder');
});

test('protection cannot be taken off, nor be made of passphrases that are short or the same', async ({ path }) => {
  await open(path, ONE);
  for (const to of [[], [Buffer.from('short')], [ONE, ONE], [ONE, TWO, Buffer.from('the third passphrase')], [Buffer.alloc(2000, 65)]]) {
    assert.is(await refusal(protectKeyFile(path, [ONE], to, QUICK)), 'passphrase-unfit');
  }
  await open(path, ONE);
});

test('costs below what anybody should accept are weak in either function, and those at the limit are not', () => {
  const argon = { name: 'argon2id', memoryKib: 19 * 1024, passes: 2, lanes: 1 } as const;
  const weak = (kdf: Kdf) => {
    try {
      refuseWeak(kdf);
      return false;
    } catch (fault) {
      return (fault as KeyFileRefused).code === 'too-weak';
    }
  };
  assert.equal([argon, { ...argon, passes: 1 }, { ...argon, memoryKib: 19 * 1024 - 1 }].map(weak), [false, true, true]);
  const scrypt = { name: 'scrypt', N: 2 ** 17, r: 8, p: 1 } as const;
  assert.equal([scrypt, { ...scrypt, N: 2 ** 16 }, { ...scrypt, r: 4 }].map(weak), [false, true, true]);
});

test('a file in whose seal other keys lie than it names is damaged', async () => {
  const protection = (await newProtection([ONE], QUICK.kdf)) as Protection;
  const { kdf, salts } = protection;
  const keys = [{ keyId: 'k', created: '2026-01-02T03:04:05.678Z' }];
  const sealed = Buffer.from(sealCommitted(protection.key, headOf({ kdf, salts, keys }), Buffer.alloc(5))).toString('base64url');
  assert.is(await refusal(openKeys({ protection: 'passphrase', kdf, salts, keys, sealed }, protection)), 'damaged');
});

test('a key of another length in a clear file, and protection of a file that is not there, are refused', async ({ path }) => {
  await openFileRoot({ path, passphrases: [], create: true });
  const { keys, ...file } = (await parsed(path)) as { keys: { key: string }[] };
  await writeFile(path, JSON.stringify({ ...file, keys: keys.map((one) => ({ ...one, key: one.key.slice(0, 20) })) }));
  assert.is(await refusal(openFileRoot({ path, passphrases: [], create: false })), 'damaged');
  await unlink(path);
  assert.is(await refusal(protectKeyFile(path, [], [ONE], QUICK)), 'absent');
});

test('a file is replaced whole or not at all, with nothing left beside it', async ({ folder, path }) => {
  await openFileRoot({ path, passphrases: [], create: true });
  const before = await readFile(path, 'utf8');
  const replaced = replaceGuarded(path, 'other', () => Promise.reject(new RangeError('not now')));
  assert.is(await replaced.catch((fault: Error) => fault.name), 'RangeError');
  assert.is(await readFile(path, 'utf8'), before);
  assert.equal(await readdir(`${folder}/keys`), ['root.json']);
});

test('a key file that belongs to another user is refused, and so is a passphrase file', async ({ path, folder }) => {
  await open(path);
  const passphrase = join(folder, 'passphrase');
  await writeFile(passphrase, ONE, { mode: 0o600 });
  const isRoot = process.getuid?.() === 0;
  if (isRoot) for (const given of [path, passphrase]) await chown(given, 12_345, 12_345);
  // Who may give nothing away finds a file of root's in every system.
  assert.is(await refusal(open(isRoot ? path : '/etc/passwd')), 'foreign-owner');
  if (isRoot) assert.is(await refusal(readPassphraseFile(passphrase)), 'foreign-owner');
});

test('a path that leads through a file cannot be opened, and nothing is made there', async ({ path }) => {
  await open(path);
  assert.is(await refusal(open(join(path, 'below.json'))), 'unopenable');
});

test.run();
