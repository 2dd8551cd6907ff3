import { chmodSync, chownSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Pkcs11Refused } from '../../../adapters/pkcs11/cryptoki.js';
import { readPin } from '../../../adapters/pkcs11/pin-file.js';

const test = suite<{ folder: string; path: string }>('PIN file');

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'clinical-ledger-pin-'));
  context.path = join(context.folder, 'pin');
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true }));

async function refusal(path: string, us = process.getuid?.()): Promise<string> {
  try {
    return `taken: ${await readPin(path, us)}`;
  } catch (fault) {
    return fault instanceof Pkcs11Refused ? fault.message : `no refusal: ${String(fault)}`;
  }
}

test('holds the PIN, with or without the end of its line', async ({ path }) => {
  for (const text of ['12 34', '12 34\n', '12 34\r\n']) {
    writeFileSync(path, text);
    chmodSync(path, 0o600);
    assert.is(await readPin(path), '12 34');
  }
});

test('may be readable by its group, as service managers hand it over', async ({ path }) => {
  writeFileSync(path, '1234');
  chmodSync(path, 0o440);
  assert.is(await readPin(path), '1234');
});

test('is refused when it belongs to another user', async ({ path }) => {
  const us = process.getuid?.() ?? 0;
  // Only root can give a file away, and root's own file is one that a service manager hands over.
  const owner = us === 0 ? 65_534 : us;
  writeFileSync(path, '1234', { mode: 0o400 });
  chownSync(path, owner, process.getgid?.() ?? 0);
  assert.is(await readPin(path, owner), '1234');
  assert.match(await refusal(path, owner + 1), 'belongs to another user');
});

test('is refused when others may read or write it', async ({ path }) => {
  writeFileSync(path, '1234');
  for (const mode of [0o604, 0o602, 0o620, 0o644, 0o666]) {
    chmodSync(path, mode);
    assert.match(await refusal(path), 'set its mode to 0400', mode.toString(8));
  }
});

test('is refused when absent, a link, a folder, empty, too large or more than a line', async ({ folder, path }) => {
  assert.match(await refusal(path), 'ENOENT');
  symlinkSync('/dev/null', path);
  assert.match(await refusal(path), 'symbolic link');
  rmSync(path);
  assert.match(await refusal(folder), /no regular file|EISDIR/);
  for (const text of ['', '\n', '12\n34', '12\n\n', '12\0']) {
    writeFileSync(path, text, { mode: 0o600 });
    assert.match(await refusal(path), 'on one line', JSON.stringify(text));
  }
  writeFileSync(path, '1'.repeat(300));
  assert.match(await refusal(path), 'too large');
});

test.run();
