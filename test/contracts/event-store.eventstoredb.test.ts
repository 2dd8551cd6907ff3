import { EventStoreDbEventStore } from '../../adapters/eventstoredb/event-store.js';
import { eventStoreContract } from './event-store.js';

const url = process.env['EVENTSTORE_URL'];

if (url === undefined || url === '') {
  console.log('SKIP 1 event store contract on EventStoreDB: EVENTSTORE_URL is not set');
} else {
  eventStoreContract('EventStoreDB', async () => {
    let store = await EventStoreDbEventStore.connect(url);
    return {
      store,
      reopen: async () => {
        await store.close();
        store = await EventStoreDbEventStore.connect(url);
        return store;
      },
      close: () => store.close(),
    };
  });
}
