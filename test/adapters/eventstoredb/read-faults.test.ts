import { setTimeout as sleep } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import * as assert from 'uvu/assert';
import { EventStoreDbEventStore } from '../../../adapters/eventstoredb/event-store.js';
import { faultOf, within } from '../../contracts/event-store/helpers.js';
import { eventOf, factsFor } from '../../support/events.js';
import { BOUND_MS, faultSuite, freshStream, HASTY, PATIENCE_MS } from './faults.js';

const ALL = { limit: 100 };

const test = faultSuite('reads from EventStoreDB when something is in the way');

test('reading on from a position that was scavenged away skips no event', async ({ server, store }) => {
  const stream = freshStream();
  for (const event of factsFor(stream, 4)) server.log.putEvent(event);
  const [first, second, third] = await store.readStream(stream, ALL);
  server.log.records = server.log.records.filter(({ id }) => id !== second?.event.id);
  assert.is((await store.readAll({ after: second?.position ?? '', limit: 1 })).events[0]?.event.id, third?.event.id);
  assert.is((await store.readAll({ after: first?.position ?? '', limit: 1 })).events[0]?.event.id, third?.event.id);
});

test('a read that is never answered is asked again on a fresh connection', async ({ server, proxy, store }) => {
  const stream = freshStream();
  for (const event of factsFor(stream, 3)) server.log.putEvent(event);
  let asked = 0;
  server.onRead = (_, answer) => {
    asked += 1;
    if (asked > 1) answer();
  };
  assert.is((await within(PATIENCE_MS, 'the read', store.readStream(stream, ALL))).length, 3);
  proxy.freeze();
  assert.is((await within(PATIENCE_MS, 'the read', store.readStream(stream, ALL))).length, 3);
});

test('a read that breaks off is asked again, and shows each event once', async ({ server, store }) => {
  const stream = freshStream();
  for (const event of factsFor(stream, 3)) server.log.putEvent(event);
  let asked = 0;
  server.onRead = (call, answer) => {
    asked += 1;
    if (asked > 1) return answer();
    for (const response of server.log.read(call.request).slice(0, 2)) call.write(response);
    call.emit('error', { code: status.UNAVAILABLE, details: 'going away' });
  };
  assert.is((await store.readStream(stream, ALL)).length, 3);
  assert.is(asked, 2);
});

test('a read that nobody answers ends in bounded time', async ({ server }) => {
  const store = await EventStoreDbEventStore.connect(server.url, HASTY);
  server.onRead = () => undefined;
  const startedMs = performance.now();
  assert.is(await faultOf(store.head()), 'store-unavailable');
  assert.ok(performance.now() - startedMs < BOUND_MS);
  await store.close();
});

test('a read that is refused is not asked again', async ({ server, store }) => {
  const before = server.reads;
  server.onRead = (call) => call.emit('error', { code: status.PERMISSION_DENIED, details: 'no' });
  assert.is(await faultOf(store.head()), 'store-unavailable');
  assert.is(server.reads, before + 1);
});

test('a subscriber is told by the server of what others append', async ({ server }) => {
  const store = await EventStoreDbEventStore.connect(server.url, { pollMs: 60_000 });
  const abort = new AbortController();
  const pages = store.subscribe({ after: null, limit: 10, signal: abort.signal })[Symbol.asyncIterator]();
  for (let count = 0; count < 3; count++) {
    const next = pages.next();
    await sleep(100);
    server.log.putEvent(eventOf('source-suspended'));
    server.announce();
    assert.is((await within(5000, 'the page', next)).value?.events.length, 1);
  }
  abort.abort();
  await store.close();
});

test('nothing is read ahead of a subscriber that stops asking', async ({ server, store }) => {
  const stream = freshStream();
  for (const event of factsFor(stream, 30)) server.log.putEvent(event);
  const abort = new AbortController();
  const pages = store.subscribe({ after: null, limit: 10, signal: abort.signal })[Symbol.asyncIterator]();
  await pages.next();
  const { reads } = server;
  server.announce();
  await sleep(300);
  assert.is(server.reads, reads);
  assert.is((await pages.next()).value?.events.length, 10);
  abort.abort();
});

test('a subscriber finds what nobody announced', async ({ server, store }) => {
  const abort = new AbortController();
  const pages = store.subscribe({ after: null, limit: 10, signal: abort.signal })[Symbol.asyncIterator]();
  const next = pages.next();
  await sleep(150);
  server.log.putEvent(eventOf('source-suspended'));
  const { value } = await within(PATIENCE_MS, 'the page', next);
  assert.is(value?.events.length, 1);
  abort.abort();
  assert.ok((await within(PATIENCE_MS, 'the end', pages.next())).done);
});

test('a subscriber that waits outlives the loss of its connection, and listens again', async ({ server, proxy, store }) => {
  const abort = new AbortController();
  const pages = store.subscribe({ after: null, limit: 10, signal: abort.signal })[Symbol.asyncIterator]();
  const next = pages.next();
  while (server.subscriptions === 0) await sleep(5);
  proxy.reset();
  while (server.subscriptions === 1) await sleep(5);
  server.log.putEvent(eventOf('source-suspended'));
  const { value } = await within(PATIENCE_MS, 'the page', next);
  assert.is(value?.events.length, 1);
  abort.abort();
});

test('a subscription that is aborted while the server is away ends instead of failing', async ({ server, proxy, store }) => {
  const abort = new AbortController();
  const pages = store.subscribe({ after: null, limit: 10, signal: abort.signal })[Symbol.asyncIterator]();
  const next = pages.next();
  await sleep(50);
  server.stop();
  await proxy.close();
  await sleep(200);
  abort.abort();
  assert.ok((await within(PATIENCE_MS, 'the end', next)).done);
});

test('positions are compared as whole numbers of any size, commit before prepare', ({ store }) => {
  assert.ok(store.compare('9-9', '10-10') < 0);
  assert.ok(store.compare('9007199254740993-1', '9007199254740992-1') > 0);
  assert.ok(store.compare('5-3', '5-4') < 0);
  assert.is(store.compare('5-4', '5-4'), 0);
  assert.throws(() => store.compare('5', '5-4'));
  assert.is(store.logIndex(), null);
});

test.run();
