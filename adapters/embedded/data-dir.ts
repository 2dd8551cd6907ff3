import { mkdirSync } from 'node:fs';
import { layout } from '../stores.js';
import { Sqlite } from './sqlite.js';

/** Another process has the folder open. */
export class DataDirInUse extends Error {
  constructor(dataDir: string) {
    super(`Another process is using the data folder ${dataDir}. Stop it first, or set DATA_DIR to another folder.`);
    this.name = 'DataDirInUse';
  }
}

/**
 * Makes the folder and takes it for this process, for as long as the process lives: the lock is the operating system's,
 * held through an open transaction, and goes with the process however it ends. The folder is for its owner alone.
 */
export function takeDataDir(dataDir: string): { release: () => void } {
  for (const folder of [dataDir, layout.readModels(dataDir)]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  mkdirSync(`${dataDir}/keys`, { recursive: true, mode: 0o700 });
  const lock = new Sqlite(layout.lock(dataDir), { locks: true });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    lock.exec('CREATE TABLE IF NOT EXISTS held (by INTEGER)');
  } catch {
    lock.close();
    throw new DataDirInUse(dataDir);
  }
  return {
    release: () => {
      lock.exec('ROLLBACK');
      lock.close();
    },
  };
}
