import { existsSync } from 'node:fs';
import type { Config } from '../../config.js';
import { takeDataDir } from '../../embedded/data-dir.js';
import { readPassphraseFile } from '../../keys/file/key-file.js';
import { openFileRoot } from '../../keys/file-root.js';
import type { KeyStore } from '../../keys/key-store.js';
import { openRootKeys } from '../../keys/open-root.js';
import type { RootKeys } from '../../keys/root.js';
import { layout, openKeyStore } from '../../stores.js';
import { CliProblem } from '../problem.js';

/** The root keys as they are: a key file that is not there is not made. */
export async function withRoot<T>(config: Config, work: (root: RootKeys) => Promise<T>): Promise<T> {
  const root = await openRoot(config);
  try {
    return await work(root);
  } finally {
    await root.close();
  }
}

async function openRoot({ root }: Config): Promise<RootKeys> {
  if (root.provider !== 'file') return openRootKeys(root);
  return openFileRoot({ path: root.path, passphrases: await Promise.all(root.passphraseFiles.map(readPassphraseFile)), create: false });
}

/** The key store, with the data folder taken for us. Throws `DataDirInUse` while a ledger runs on it; makes no store where none is. */
export async function withKeyStore<T>(config: Config, work: (store: KeyStore) => Promise<T>): Promise<T> {
  if (config.mongodbUrl === null && !existsSync(layout.keys(config.dataDir))) throw new CliProblem(`There is no key store in ${config.dataDir}.`);
  const folder = takeDataDir(config.dataDir);
  try {
    const store = await openKeyStore(config);
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  } finally {
    folder.release();
  }
}
