import type { EventStore } from '../../commands/ports.js';

/**
 * The log as whoever uses keys sees it: before anything is appended, the uses of keys that led to it are put down. An append is what
 * makes a sealed part durable and an answer allowed, and another thread may have it on the disk before this one's turn is over.
 */
export function notingStore(store: EventStore, putDown: () => void): EventStore {
  return {
    append: (stream, expected, events) => {
      putDown();
      return store.append(stream, expected, events);
    },
    readStream: (stream, options) => store.readStream(stream, options),
    readAll: (options) => store.readAll(options),
    subscribe: (options) => store.subscribe(options),
    head: () => store.head(),
    compare: (left, right) => store.compare(left, right),
    logIndex: (position) => store.logIndex(position),
    close: () => store.close(),
  };
}
