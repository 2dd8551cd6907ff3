import type { EventStore } from '../../commands/ports.js';

/**
 * The log as whoever uses keys sees it: before anything is appended, the uses of keys that led to it are put down. An append is what
 * makes a sealed part durable and an answer allowed, and another thread may have it on the disk before this one's turn is over.
 * Appends of one turn of the event loop go at its end, after one writing of what all of them used.
 */
export function notingStore(store: EventStore, putDown: () => void): EventStore {
  let waiting: Waiting[] = [];
  const endOfTurn = () => {
    const turn = waiting;
    waiting = [];
    try {
      putDown();
    } catch (fault) {
      for (const { refuse } of turn) refuse(fault);
      return;
    }
    for (const { append } of turn) append();
  };
  return {
    append: (stream, expected, events) =>
      new Promise((resolve, refuse) => {
        if (waiting.length === 0) setImmediate(endOfTurn);
        waiting.push({ append: () => store.append(stream, expected, events).then(resolve, refuse), refuse });
      }),
    readStream: (stream, options) => store.readStream(stream, options),
    readAll: (options) => store.readAll(options),
    subscribe: (options) => store.subscribe(options),
    head: () => store.head(),
    compare: (left, right) => store.compare(left, right),
    logIndex: (position) => store.logIndex(position),
    close: () => store.close(),
  };
}

interface Waiting {
  readonly append: () => void;
  readonly refuse: (fault: unknown) => void;
}
