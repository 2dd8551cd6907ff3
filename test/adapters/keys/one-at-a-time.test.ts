import { readdir, readFile, rm, rmdir, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { oneAtATime } from '../../../adapters/keys/file/one-at-a-time.js';
import { sleep } from '../../contracts/helpers.js';
import { type KeyFolder, keyFolder, refusal } from '../../support/key-files.js';

const test = suite<KeyFolder>('changes of a key file, one at a time');

test.before.each(async (context) => {
  const { folder } = await keyFolder();
  Object.assign(context, { folder, path: `${folder}/root.json` });
});
test.after.each(({ folder }) => rm(folder, { recursive: true }));

test('no two changes overlap, and the lock is gone afterwards', async ({ folder, path }) => {
  let running = 0;
  const change = async (stillMine: () => Promise<void>) => {
    running += 1;
    assert.is(running, 1);
    await sleep(5);
    await stillMine();
    running -= 1;
    return 'changed';
  };
  const changed = await Promise.all(Array.from({ length: 6 }, () => oneAtATime(path, change)));
  assert.equal(new Set(changed), new Set(['changed']));
  assert.equal(await readdir(folder), []);
});

test('a change that fails frees the lock, and its fault is told', async ({ folder, path }) => {
  const failing = oneAtATime(path, async () => {
    throw new RangeError('this change');
  });
  assert.match(await refusal(failing), /RangeError: this change/);
  assert.equal(await readdir(folder), []);
});

test('who was stopped so long that another took the lock changes nothing, and leaves the lock of the other', async ({ path }) => {
  const stopped = oneAtATime(path, async (stillMine) => {
    await unlink(`${path}.lock`);
    await writeFile(`${path}.lock`, 'of another');
    await stillMine();
    return 'changed';
  });
  assert.is(await refusal(stopped), 'busy');
  assert.is(await readFile(`${path}.lock`, 'utf8'), 'of another');
});

test('a lock that vanished counts as taken by another, too', async ({ folder, path }) => {
  const stopped = oneAtATime(path, async (stillMine) => {
    await unlink(`${path}.lock`);
    await stillMine();
  });
  assert.is(await refusal(stopped), 'busy');
  assert.equal(await readdir(folder), []);
});

const codeOf = (changing: Promise<unknown>) =>
  changing.then(
    () => 'changed',
    (fault: NodeJS.ErrnoException) => fault.code,
  );

test('what the file system says of a lock is told, where it is no answer to who has it', async ({ folder, path }) => {
  assert.is(await codeOf(oneAtATime(`${folder}/none/root.json`, async () => 'changed')), 'ENOENT');
  await symlink(`${path}.lock`, `${path}.lock`);
  assert.is(await codeOf(oneAtATime(path, async () => 'changed')), 'ELOOP');
  await unlink(`${path}.lock`);
  const moved = oneAtATime(path, async (stillMine) => {
    await unlink(`${path}.lock`);
    await rmdir(folder);
    await writeFile(folder, 'no folder any more');
    await stillMine();
  });
  assert.is(await codeOf(moved), 'ENOTDIR');
});

test('a young lock is waited for, one of twenty seconds is removed', async ({ path }) => {
  await writeFile(`${path}.lock`, '');
  let isDone = false;
  const waiting = oneAtATime(path, async () => {
    isDone = true;
  });
  await sleep(80);
  assert.is(isDone, false);
  const longAgo = new Date(Date.now() - 21_000);
  await utimes(`${path}.lock`, longAgo, longAgo);
  await waiting;
  assert.is(isDone, true);
});

test('who waited for as long as one may gives up, and the lock stays with who has it', async ({ path }) => {
  await writeFile(`${path}.lock`, 'of another');
  assert.is(await refusal(oneAtATime(path, async () => 'changed', 60)), 'busy');
  assert.is(await readFile(`${path}.lock`, 'utf8'), 'of another');
});

test.run();
