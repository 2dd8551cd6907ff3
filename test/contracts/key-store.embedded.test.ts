import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedKeyStore } from '../../adapters/embedded/key-store.js';
import { keyStoreContract } from './key-store.js';

keyStoreContract('embedded', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'key-store-'));
  const opened: EmbeddedKeyStore[] = [];
  const reopen = async () => {
    const keys = new EmbeddedKeyStore(join(folder, 'keys.db'));
    opened.push(keys);
    return keys;
  };
  const close = async () => {
    for (const keys of opened) await keys.close();
    await rm(folder, { recursive: true });
  };
  return { keys: await reopen(), reopen, close };
});
