import { parentPort, workerData } from 'node:worker_threads';
import type { BatchReply } from './group-commit.js';
import { type KeyChange, type KeyChanged, keyChanges } from './key-changes.js';
import { createKeySchema } from './key-schema.js';
import { isDiskFull, Sqlite } from './sqlite.js';

/** Entry of the thread that owns the key store. */
const db = new Sqlite((workerData as { path: string }).path, { synchronous: 'FULL', cacheKib: 8192 });
createKeySchema(db);
const make = keyChanges(db);

let waits = true;

/**
 * Wrapping anew alone need not wait for the disk: lost with the power, it leaves each row under the former key, as a kill does. Whatever
 * comes after (the removal of that key, above all, or how far the log was carried out) goes to the disk with all that was before it.
 */
function waitForDisk(needed: boolean): void {
  if (needed !== waits) db.exec(`PRAGMA synchronous = ${needed ? 'FULL' : 'NORMAL'}`);
  waits = needed;
}

function commit(changes: readonly KeyChange[]): BatchReply<KeyChanged> {
  try {
    waitForDisk(changes.some(({ kind }) => kind !== 'rewrap'));
    const results = db.transaction(() => changes.map(make));
    // Pages from before the erasure stand in the write-ahead log until it is folded in and cut.
    if (changes.some(({ kind }) => kind === 'erase' || kind === 'remove-kek')) db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    return { results };
  } catch (fault) {
    return { fault: isDiskFull(fault) ? 'store-full' : 'keys-unavailable', why: String(fault) };
  }
}

parentPort?.on('message', (changes: readonly KeyChange[] | null) => {
  if (changes !== null) {
    parentPort?.postMessage(commit(changes));
    return;
  }
  db.close();
  parentPort?.close();
});
