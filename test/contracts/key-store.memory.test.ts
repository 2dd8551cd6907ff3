import { MemoryKeyStore } from '../../adapters/memory/key-store.js';
import { keyStoreContract } from './key-store.js';

keyStoreContract('memory', async () => {
  const keys = new MemoryKeyStore();
  return { keys, reopen: async () => keys, close: () => keys.close() };
});
