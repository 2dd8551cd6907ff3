import { randomUUID } from 'node:crypto';
import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, link, lstat, mkdir, open, readdir, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { KeyFileRefused } from './refused.js';

const TEMPORARY = '.new';

type What = 'key file' | 'passphrase file';

/** What a file with a secret held, and a mark that changes when the file is replaced or written. */
export interface GuardedFile {
  readonly bytes: Buffer<ArrayBuffer>;
  readonly mark: string;
}

/** Reads a small file that only its owner may touch; undefined when it is not there. Checks what it opened, not what the path names by then. */
export async function readGuarded(path: string, what: What, atMostBytes: number): Promise<GuardedFile | undefined> {
  let handle: FileHandle;
  try {
    // Without O_NONBLOCK, opening a pipe would wait for ever for somebody to write to it.
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw new KeyFileRefused(codeOf(cause) === 'ELOOP' ? 'symbolic-link' : 'unopenable', what, { cause });
  }
  try {
    const found = await handle.stat({ bigint: true });
    refuseUnsafe(found, what);
    await refuseOpenFolder(path, what);
    const room = Buffer.alloc(atMostBytes + 1);
    const { bytesRead } = await handle.read(room, 0, room.length, 0);
    if (bytesRead > atMostBytes) throw new KeyFileRefused('too-large', what);
    return { bytes: room.subarray(0, bytesRead), mark: markOf(found) };
  } finally {
    await handle.close();
  }
}

/** The mark of the file as it is now; throws what the file system says when it is not there. */
export async function currentMark(path: string): Promise<string> {
  return markOf(await lstat(path, { bigint: true }));
}

/**
 * Written beside its place, synced, then linked to it: a crash leaves no half file, and of two processes that start at
 * once one makes the file. The other leaves it: to replace the file would lose what was wrapped under it already.
 */
export async function createGuarded(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writtenBeside(path, text, (temporary) => expecting('EEXIST', () => link(temporary, path)));
}

/** Replaces the file in one step: whoever opens it finds the former text or the new one, whole. `check` runs just before. */
export async function replaceGuarded(path: string, text: string, check: () => Promise<void>): Promise<void> {
  await writtenBeside(path, text, async (temporary) => {
    await check();
    await rename(temporary, path);
  });
}

/** Removes what a process that died left beside the file: it may hold a key that is to be destroyed. For whoever holds the lock. */
export async function removeLeftovers(path: string): Promise<void> {
  const isLeftover = (name: string) => name.startsWith(`${basename(path)}.`) && name.endsWith(TEMPORARY);
  for (const name of (await readdir(dirname(path))).filter(isLeftover)) await unlink(join(dirname(path), name));
}

/** The text goes to a file beside the path, and to the disk, before `place` puts it there. However that ends, nothing is left beside. */
async function writtenBeside(path: string, text: string, place: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${path}.${randomUUID()}${TEMPORARY}`;
  try {
    await writeFile(temporary, text, { flag: 'wx', mode: 0o600, flush: true });
    await place(temporary);
  } finally {
    await rm(temporary, { force: true });
  }
  await syncFolder(path);
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function refuseUnsafe(found: BigIntStats, what: What): void {
  if (!found.isFile()) throw new KeyFileRefused('not-regular', what);
  const us = process.getuid?.();
  // A service manager hands a passphrase over as root's file, which our group may read (0440).
  const isHandedOver = what === 'passphrase file' && found.uid === 0n;
  if (us !== undefined && found.uid !== BigInt(us) && !isHandedOver) throw new KeyFileRefused('foreign-owner', what);
  if ((found.mode & (isHandedOver ? 0o037n : 0o077n)) !== 0n) throw new KeyFileRefused('open-to-others', what);
}

/** In such a folder anybody could put another file in its place; the sticky bit (as on /tmp) prevents that. */
async function refuseOpenFolder(path: string, what: What): Promise<void> {
  const { mode } = await stat(dirname(path));
  if ((mode & 0o002) !== 0 && (mode & 0o1000) === 0) throw new KeyFileRefused('open-folder', what);
}

function markOf(found: BigIntStats): string {
  return `${found.ino}.${found.mtimeNs}.${found.size}`;
}

/** What the file system is asked for, or undefined where it answers `code`: it may have to say so. */
export async function expecting<T>(code: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (fault) {
    if (codeOf(fault) !== code) throw fault;
    return undefined;
  }
}

export function codeOf(fault: unknown): string | undefined {
  return (fault as NodeJS.ErrnoException | undefined)?.code;
}
