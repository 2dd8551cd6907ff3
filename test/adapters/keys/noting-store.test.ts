import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { notingStore } from '../../../adapters/keys/noting-store.js';
import { MemoryEventStore } from '../../../adapters/memory/event-store.js';
import { eventOf } from '../../support/events.js';

const streamOf = (source: number) => `north.source-lis-${source}`;
const registered = (source: number) => [eventOf('source-registered', { stream: streamOf(source) })];

test('appends of one turn go in their order, after one writing of what all of them used', async () => {
  const happened: string[] = [];
  const store = new MemoryEventStore();
  const append = store.append.bind(store);
  store.append = (stream, expected, events) => {
    happened.push(stream);
    return append(stream, expected, events);
  };
  const noting = notingStore(store, () => happened.push('put down'));
  await Promise.all([1, 2, 3].map((source) => noting.append(streamOf(source), 'none', registered(source))));
  await noting.append(streamOf(4), 'none', registered(4));
  assert.equal(happened, ['put down', streamOf(1), streamOf(2), streamOf(3), 'put down', streamOf(4)]);
});

test('when uses cannot be put down nothing that they made possible is appended, and what comes later goes on', async () => {
  const store = new MemoryEventStore();
  const full = new Error('no space left');
  let isFull = true;
  const noting = notingStore(store, () => {
    if (isFull) throw full;
  });
  const refused = await Promise.allSettled([1, 2].map((source) => noting.append(streamOf(source), 'none', registered(source))));
  assert.equal([refused.map((one) => one.status === 'rejected' && one.reason), await store.head()], [[full, full], null]);
  isFull = false;
  assert.is((await noting.append(streamOf(1), 'none', registered(1))).kind, 'appended');
});

test('a conflict and a fault of the log are told as they are', async () => {
  const noting = notingStore(new MemoryEventStore(), () => undefined);
  await noting.append(streamOf(1), 'none', registered(1));
  assert.equal(await noting.append(streamOf(1), 'none', registered(1)), { kind: 'conflict', actual: 0 });
  await noting.close();
});

test.run();
