import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { KeyFileRefused, openKeyFile } from '../../../adapters/webcrypto/key-file.js';

interface Context {
  readonly folder: string;
  readonly path: string;
}

const test = suite<Context>('key file');
const SECRET = new Uint8Array(32).fill(9);

test.before.each(async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'key-file-'));
  Object.assign(context, { folder, path: join(folder, 'keys', 'kek.json') });
});
test.after.each(({ folder }) => rm(folder, { recursive: true }));

async function refusal(path: string): Promise<string> {
  try {
    await openKeyFile(path);
    return 'opened';
  } catch (fault) {
    assert.instance(fault, KeyFileRefused);
    return (fault as Error).message;
  }
}

test('it is made at first start, readable by its owner alone, with nothing left beside it', async ({ folder, path }) => {
  await openKeyFile(path);
  assert.is((await stat(path)).mode & 0o777, 0o600);
  assert.is((await stat(join(folder, 'keys'))).mode & 0o777, 0o700);
  assert.equal(await readdir(join(folder, 'keys')), ['kek.json']);
});

test('the same file gives the same key, another file another', async ({ folder, path }) => {
  const [first, again, other] = [await openKeyFile(path), await openKeyFile(path), await openKeyFile(join(folder, 'other.json'))];
  assert.is(again.kekId, first.kekId);
  const wrapped = await first.wrap(SECRET, 'context');
  assert.equal(await again.unwrap(wrapped, first.kekId, 'context'), SECRET);
  assert.is(
    await other.unwrap(wrapped, other.kekId, 'context').then(
      () => 'opened',
      () => 'refused',
    ),
    'refused',
  );
});

test('of several processes that start at once, all get the key that is in the file', async ({ path }) => {
  const opened = await Promise.all(Array.from({ length: 8 }, () => openKeyFile(path)));
  const { keyId } = JSON.parse(await readFile(path, 'utf8')) as { keyId: string };
  assert.equal(new Set(opened.map(({ kekId }) => kekId)), new Set([keyId]));
});

test('a wrapped secret is bound to its context and its key, and any change of it is refused', async ({ path }) => {
  const kek = await openKeyFile(path);
  const wrapped = await kek.wrap(SECRET, 'context');
  assert.is.not(await kek.wrap(SECRET, 'context'), wrapped);
  const bytes = Buffer.from(wrapped, 'base64url');
  const changed = Array.from(bytes, (_, at) => Buffer.from(bytes.map((byte, index) => (index === at ? byte ^ 1 : byte))).toString('base64url'));
  const attempts = [
    [wrapped, kek.kekId, 'other'],
    [wrapped, 'other', 'context'],
    ...[...changed, '', 'AAAA', `${wrapped}!`].map((text) => [text, kek.kekId, 'context']),
  ] as [string, string, string][];
  for (const attempt of attempts)
    assert.is(
      await kek.unwrap(...attempt).then(
        () => 'opened',
        () => 'refused',
      ),
      'refused',
      attempt.join(' '),
    );
});

test('a file that others may read or write is refused', async ({ path }) => {
  await openKeyFile(path);
  for (const mode of [0o640, 0o604, 0o660, 0o602, 0o610, 0o601]) {
    await chmod(path, mode);
    assert.match(await refusal(path), /0600/, mode.toString(8));
  }
  await chmod(path, 0o400);
  await openKeyFile(path);
});

test('a symbolic link and a folder are refused', async ({ folder, path }) => {
  await openKeyFile(path);
  await symlink(path, join(folder, 'link.json'));
  assert.match(await refusal(join(folder, 'link.json')), /symbolic link/);
  await mkdir(join(folder, 'kek.json'));
  assert.match(await refusal(join(folder, 'kek.json')), /no regular file/);
});

test('a damaged file is refused in words that show nothing of it, and is left as it is', async ({ path }) => {
  await openKeyFile(path);
  const whole = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  const damaged = [
    '',
    '{',
    'null',
    '[]',
    '7',
    ...[{ v: 2 }, { key: 'short' }, { key: `${String(whole['key'])}=` }, { key: 7 }, { keyId: null }, { created: undefined }].map((change) =>
      JSON.stringify({ ...whole, ...change }),
    ),
  ];
  for (const text of damaged) {
    await writeFile(path, text);
    const message = await refusal(path);
    assert.match(message, /not JSON|damaged/, text);
    assert.not(message.includes(String(whole['key'])));
    assert.is(await readFile(path, 'utf8'), text);
  }
  await writeFile(path, JSON.stringify({ ...whole, more: 'x'.repeat(5000) }));
  assert.match(await refusal(path), /too large/);
});

test.run();
