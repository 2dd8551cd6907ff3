import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readPassphraseFile } from '../../../adapters/keys/file/key-file.js';
import { KeyFileRefused } from '../../../adapters/keys/file/refused.js';

const test = suite<{ folder: string; path: string }>('passphrase file');

test.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'passphrase-'));
  context.path = join(context.folder, 'passphrase');
});
test.after.each(({ folder }) => rm(folder, { recursive: true }));

async function read(path: string): Promise<string> {
  try {
    return `read: ${Buffer.from(await readPassphraseFile(path)).toString('utf8')}`;
  } catch (fault) {
    return fault instanceof KeyFileRefused ? `${fault.code}, ${fault.message}` : `not a refusal: ${String(fault)}`;
  }
}

test('one line end at its end is cut, and nothing else', async ({ path }) => {
  for (const [text, expected] of [
    ['drei Äpfel', 'drei Äpfel'],
    ['drei Äpfel\n', 'drei Äpfel'],
    ['drei Äpfel\r\n', 'drei Äpfel'],
    ['drei Äpfel\n\n', 'drei Äpfel\n'],
    [' drei Äpfel ', ' drei Äpfel '],
    ['\ndrei Äpfel', '\ndrei Äpfel'],
  ] as const) {
    await writeFile(path, text, { mode: 0o600 });
    assert.is(await read(path), `read: ${expected}`);
  }
});

test('an empty, absent or large one, one that others may read, a link and a pipe are refused', async ({ path, folder }) => {
  assert.match(await read(path), /^absent, the passphrase file is not there/);
  for (const text of ['', '\n', '\r\n']) {
    await writeFile(path, text, { mode: 0o600 });
    assert.match(await read(path), /^passphrase-unfit/);
  }
  await writeFile(path, 'x'.repeat(5000));
  assert.match(await read(path), /^too-large/);
  await chmod(path, 0o644);
  assert.match(await read(path), /^open-to-others/);
  await symlink(path, join(folder, 'link'));
  assert.match(await read(join(folder, 'link')), /^symbolic-link/);
  await promisify(execFile)('mkfifo', ['-m', '600', join(folder, 'pipe')]);
  assert.match(await read(join(folder, 'pipe')), /^not-regular/);
});

test.run();
