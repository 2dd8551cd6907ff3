import { type FileHandle, open, stat, unlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { expecting } from './guarded-file.js';
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
export async function oneAtATime<T>(path: string, change: (stillMine: () => Promise<void>) => Promise<T>, waitAtMostMs = WAIT_AT_MOST_MS): Promise<T> {
  const lock = `${path}.lock`;
  // Held open all along, so that no other lock can get the same inode.
  const handle = await taken(lock, waitAtMostMs);
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

async function taken(lock: string, waitAtMostMs: number): Promise<FileHandle> {
  for (let waitedMs = 0; waitedMs < waitAtMostMs; waitedMs += LOOK_EVERY_MS) {
    const handle = await expecting('EEXIST', () => open(lock, 'wx', 0o600));
    if (handle !== undefined) return handle;
    // Its owner, or somebody who waits as we do, may be faster.
    await expecting('ENOENT', () => removeIfLeftBehind(lock));
    await sleep(LOOK_EVERY_MS);
  }
  throw new KeyFileRefused('busy');
}

async function removeIfLeftBehind(lock: string): Promise<void> {
  const { mtimeMs } = await stat(lock);
  if (Date.now() - mtimeMs > LEFT_BEHIND_AFTER_MS) await unlink(lock);
}

function inodeOf(lock: string): Promise<number | undefined> {
  return expecting('ENOENT', async () => (await stat(lock)).ino);
}
