import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, rm, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openFileRoot } from '../../../adapters/keys/file-root.js';
import { type KeyFolder, keyFolder, ONE, QUICK } from '../../support/key-files.js';

const test = suite<KeyFolder>('root keys in a file, with processes that are killed');
const PROGRAM = fileURLToPath(new URL('../../support/rotating-process.js', import.meta.url));
const KILLED_AFTER_ACKNOWLEDGEMENTS = [1, 4, 9];

test.before.each(async (context) => {
  Object.assign(context, await keyFolder());
});
test.after.each(({ folder }) => rm(folder, { recursive: true }));

interface Rotating {
  readonly child: ChildProcess;
  readonly acknowledged: string[];
  readonly ended: Promise<void>;
}

function rotating(path: string, hear: () => void): Rotating {
  const child = spawn(process.execPath, [PROGRAM, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const acknowledged: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => {
    acknowledged.push(...chunk.toString('utf8').split('\n').filter(Boolean));
    hear();
  });
  return { child, acknowledged, ended: new Promise((resolve) => child.on('close', () => resolve())) };
}

async function agedLock(path: string): Promise<void> {
  const longAgo = new Date(Date.now() - 120_000);
  const names = await readdir(dirname(path));
  for (const name of names) if (name.endsWith('.lock')) await utimes(`${path}.lock`, longAgo, longAgo);
}

for (const count of KILLED_AFTER_ACKNOWLEDGEMENTS) {
  test(`killed after ${count} rotations of three processes, every acknowledged key is in the file`, async ({ path }) => {
    const all: Rotating[] = [];
    const killAtCount = () => {
      if (all.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0) >= count) for (const { child } of all) child.kill('SIGKILL');
    };
    for (let n = 0; n < 3; n += 1) all.push(rotating(path, killAtCount));
    await Promise.all(all.map(({ ended }) => ended));
    await agedLock(path);
    const root = await openFileRoot({ path, passphrases: [ONE], create: false, ...QUICK });
    const rotated = await root.rotate();
    const ids = (await root.list()).map(({ rootId }) => rootId);
    const acknowledged = all.flatMap((one) => one.acknowledged);
    assert.ok(acknowledged.length >= count);
    for (const id of acknowledged) assert.ok(ids.includes(id));
    assert.is(ids.at(-1), rotated);
    assert.equal(await readdir(dirname(path)), ['root.json']);
  });
}

test.run();
