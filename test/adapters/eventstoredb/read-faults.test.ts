import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { EventStoreDbEventStore, type EventStoreDbLimits } from '../../../adapters/eventstoredb/event-store.js';
import { type EncodedEvent, encodeRecord } from '../../../adapters/eventstoredb/record.js';
import { faultOf, idsOf, readOn, within } from '../../contracts/event-store/helpers.js';
import { eventOf, factsFor } from '../../support/events.js';
import { FakeServer, urlOf } from './fake-server.js';
import { TcpProxy } from './tcp-proxy.js';

interface Context {
  server: FakeServer;
  proxy: TcpProxy;
  store: EventStoreDbEventStore;
}

const QUICK: Partial<EventStoreDbLimits> = { connectTimeoutMs: 400, attemptTimeoutMs: 200, deadlineMs: 1500, pollMs: 100 };
const PATIENCE_MS = 10_000;
const ALL = { limit: 100 };

const test = suite<Context>('reads from EventStoreDB when something is in the way');

test.before.each(async (context) => {
  context.server = await FakeServer.start();
  context.proxy = await TcpProxy.to(context.server.port);
  context.store = await EventStoreDbEventStore.connect(urlOf(context.proxy.port), QUICK);
});

test.after.each(async (context) => {
  await context.store.close();
  await context.proxy.close();
  context.server.stop();
});

function freshStream(): string {
  return `test.patient-${randomUUID()}`;
}

function foreign(type: string, data: unknown = { any: 'thing' }, metadata: unknown = {}): EncodedEvent {
  return { id: randomUUID(), type, data: Buffer.from(JSON.stringify(data)), metadata: Buffer.from(JSON.stringify(metadata)) };
}

test("the server's own events and those of other programs are passed over, and still looked at", async ({ server, store }) => {
  const stream = freshStream();
  server.log.put('$settings', foreign('$settings'));
  server.log.put('orders-1', foreign('OrderPlaced'));
  const [event] = factsFor(stream, 1);
  server.log.putEvent(event as never);
  server.log.put('orders-1', foreign('OrderPaid', [1, 2]));
  const last = server.log.put('$stats', foreign('$statsCollected'));
  const page = await store.readAll({ after: null, limit: 10 });
  assert.equal(idsOf(page.events), [event?.id]);
  assert.equal({ through: page.through, end: page.end }, { through: `${last.position}-${last.position}`, end: true });
});

test('whoever reads to the end has come as far as the head, though only system events follow', async ({ server, store }) => {
  assert.is(await store.head(), null);
  const [first] = factsFor(freshStream(), 1);
  const own = server.log.putEvent(first as never);
  for (let count = 0; count < 10; count++) server.log.put('$stats', foreign('$statsCollected'));
  assert.is(await store.head(), `${own.position}-${own.position}`);
  for (let count = 0; count < 40; count++) server.log.put('$stats', foreign('$statsCollected'));
  const head = await store.head();
  const { through } = await readOn(store, null, 3);
  assert.ok(head !== null && through !== null && store.compare(through, head) >= 0);
});

test('a type of the catalogue that breaks its schema is damage', async ({ server, store }) => {
  const stream = freshStream();
  server.log.put(stream, foreign('fact-recorded'));
  assert.is(await faultOf(store.readStream(stream, ALL)), 'event-unreadable');
  assert.is(await faultOf(store.readAll({ after: null, limit: 10 })), 'event-unreadable');
  assert.equal((await store.readAll({ after: null, limit: 10, types: ['source-registered'] })).events, []);
});

test('an event whose bytes were blanked out is damage', async ({ server, store }) => {
  const stream = freshStream();
  const [event] = factsFor(stream, 1);
  const encoded = encodeRecord(stream, event as never);
  server.log.put(stream, { ...encoded, data: new Uint8Array(encoded.data.length).fill(0xff) });
  assert.is(await faultOf(store.readStream(stream, ALL)), 'event-unreadable');
});

test('an event that was copied to another stream, or given another id, is damage', async ({ server, store }) => {
  const [from, to] = [freshStream(), freshStream()];
  const [event] = factsFor(from, 1);
  const encoded = encodeRecord(from, event as never);
  server.log.put(to, encoded);
  assert.is(await faultOf(store.readStream(to, ALL)), 'event-unreadable');
  server.log.put(from, { ...encoded, id: randomUUID() });
  assert.is(await faultOf(store.readStream(from, ALL)), 'event-unreadable');
});

test('an event that a newer program wrote stops an older one instead of being passed over', async ({ server, store }) => {
  const stream = freshStream();
  const [event] = factsFor(stream, 1);
  server.log.put(stream, { ...encodeRecord(stream, event as never), type: 'fact-of-the-future' });
  assert.is(await faultOf(store.readAll({ after: null, limit: 10 })), 'event-unreadable');
});

test('a stream whose beginning was taken away is damage, from whichever side it is read', async ({ server, store }) => {
  const stream = freshStream();
  for (const [index, event] of factsFor(stream, 4).entries()) server.log.put(stream, encodeRecord(stream, event), 5 + index);
  assert.is(await faultOf(store.readStream(stream, ALL)), 'event-unreadable');
  assert.is(await faultOf(store.readStream(stream, { ...ALL, direction: 'backwards' })), 'event-unreadable');
  assert.is((await store.readStream(stream, { limit: 2, from: 6 })).length, 2);
  assert.is((await store.readStream(stream, { limit: 4, direction: 'backwards' })).length, 4);
});

test('a stream with a hole is damage', async ({ server, store }) => {
  const stream = freshStream();
  for (const [index, event] of factsFor(stream, 4).entries()) server.log.put(stream, encodeRecord(stream, event), index < 2 ? index : index + 1);
  assert.is(await faultOf(store.readStream(stream, ALL)), 'event-unreadable');
  assert.is(await faultOf(store.readStream(stream, { ...ALL, direction: 'backwards' })), 'event-unreadable');
});

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

test('a read that nobody answers ends in bounded time', async ({ server, store }) => {
  server.onRead = () => undefined;
  const startedMs = performance.now();
  assert.is(await faultOf(store.head()), 'store-unavailable');
  assert.ok(performance.now() - startedMs < 2 * (QUICK.deadlineMs ?? 0));
});

test('a read that is refused is not asked again', async ({ server, store }) => {
  const before = server.reads;
  server.onRead = (call) => call.emit('error', { code: status.PERMISSION_DENIED, details: 'no' });
  assert.is(await faultOf(store.head()), 'store-unavailable');
  assert.is(server.reads, before + 1);
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
  await sleep(600);
  assert.ok(server.subscriptions > 1);
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
