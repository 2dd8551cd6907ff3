import { MemoryEventStore } from '../../adapters/memory/event-store.js';
import { eventStoreContract } from './event-store.js';

eventStoreContract('memory', async () => {
  const store = new MemoryEventStore();
  return { store, close: () => store.close() };
});
