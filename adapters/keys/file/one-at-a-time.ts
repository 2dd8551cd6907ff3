import { type FileHandle, open, stat, unlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from './guarded-file.js';
import { KeyFileRefused } from './refused.js';

/** Long enough that a change which follows a kill waits for the lock that was left, and then goes through. */
const WAIT_AT_MOST_MS = 30_000;
const LOOK_EVERY_MS = 25;
/** A change takes a second at most. A lock of this age was left by a process that died. */
const LEFT_BEHIND_AFTER_MS = 20_000;

/**
 * Runs `change` while no other process changes the file at `path`. The lock is a file beside it, made with O_EXCL; readers
 * need none, since the file is replaced in one step. `stillMine` must be called just before that step: it refuses when this
 * process was stopped so long that another one took its lock for left behind.
 */
export async function oneAtATime<T>(path: string, change: (stillMine: () => Promise<void>) => Promise<T>): Promise<T> {
  const lock = `${path}.lock`;
  // Held open all along, so that no other lock can get the same inode.
  const handle = await taken(lock);
  try {
    const { ino } = await handle.stat();
    const isMine = async () => (await inodeOf(lock)) === ino;
    try {
      return await change(async () => {
        if (!(await isMine())) throw new KeyFileRefused('busy');
      });
    } finally {
      if (await isMine()) await unlink(lock);
    }
  } finally {
    await handle.close();
  }
}

async function taken(lock: string): Promise<FileHandle> {
  for (let waitedMs = 0; waitedMs < WAIT_AT_MOST_MS; waitedMs += LOOK_EVERY_MS) {
    try {
      return await open(lock, 'wx', 0o600);
    } catch (fault) {
      if (codeOf(fault) !== 'EEXIST') throw fault;
    }
    await removeIfLeftBehind(lock);
    await sleep(LOOK_EVERY_MS);
  }
  throw new KeyFileRefused('busy');
}

async function removeIfLeftBehind(lock: string): Promise<void> {
  try {
    const { mtimeMs } = await stat(lock);
    if (Date.now() - mtimeMs > LEFT_BEHIND_AFTER_MS) await unlink(lock);
  } catch (fault) {
    // Its owner, or somebody who waits as we do, was faster.
    if (codeOf(fault) !== 'ENOENT') throw fault;
  }
}

async function inodeOf(lock: string): Promise<number | undefined> {
  try {
    return (await stat(lock)).ino;
  } catch (fault) {
    if (codeOf(fault) === 'ENOENT') return undefined;
    throw fault;
  }
}
