import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedEventStore } from '../../adapters/embedded/event-store.js';
import { eventStoreContract } from './event-store.js';

eventStoreContract('the embedded log', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'event-store-'));
  const path = join(folder, 'events.db');
  let store = await EmbeddedEventStore.open(path);
  return {
    store,
    reopen: async () => {
      await store.close();
      store = await EmbeddedEventStore.open(path);
      return store;
    },
    close: async () => {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
});
