import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { EventStoreDbEventStore, type EventStoreDbLimits } from '../../../adapters/eventstoredb/event-store.js';
import { factsFor, sealedPart } from '../../support/events.js';
import { faultOf, within } from '../../contracts/event-store/helpers.js';
import { refusal, success, wrongVersion } from './fake-log.js';
import { type Behaviour, FakeServer, obliging, urlOf } from './fake-server.js';
import { TcpProxy } from './tcp-proxy.js';

interface Context {
  server: FakeServer;
  proxy: TcpProxy;
  store: EventStoreDbEventStore;
}

const QUICK: Partial<EventStoreDbLimits> = { connectTimeoutMs: 400, attemptTimeoutMs: 200, deadlineMs: 1500 };
const PATIENCE_MS = 10_000;

const writtenButSilent: Behaviour = (arrival) => void arrival.write();
const silent: Behaviour = () => undefined;

const test = suite<Context>('appends to EventStoreDB when something goes wrong');

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

/** Every attempt must be the first one again, to the letter. */
function assertIdentical({ arrivals }: FakeServer): void {
  const seen = arrivals.map(({ stream, expected, events }) => JSON.stringify({ stream, expected, events }));
  assert.is(new Set(seen).size, 1);
}

test('an append whose answer never comes is repeated to the letter, and happens once', async ({ server, store }) => {
  const stream = freshStream();
  server.script = [writtenButSilent];
  const result = await store.append(stream, 'none', factsFor(stream, 2));
  assert.is(result.kind === 'appended' && result.revision, 1);
  assert.is(server.arrivals.length, 2);
  assertIdentical(server);
  assert.is(server.log.streamOf(stream).length, 2);
});

test('an append whose answer is lost with the connection is repeated on a fresh one, and happens once', async ({ server, proxy, store }) => {
  const stream = freshStream();
  server.script = [
    (arrival) => {
      arrival.write();
      proxy.reset();
    },
  ];
  const result = await within(PATIENCE_MS, 'the append', store.append(stream, 'none', factsFor(stream, 1)));
  assert.is(result.kind, 'appended');
  assertIdentical(server);
  assert.is(server.log.streamOf(stream).length, 1);
});

test('an append that was lost on the way, unwritten, is repeated and happens', async ({ server, proxy, store }) => {
  const stream = freshStream();
  server.script = [() => proxy.reset(), silent];
  assert.is((await store.append(stream, 'none', factsFor(stream, 1))).kind, 'appended');
  assert.is(server.log.streamOf(stream).length, 1);
});

test("the server's own write timeout is an unknown outcome: the append is repeated", async ({ server, store }) => {
  const stream = freshStream();
  const timedOut: Behaviour = (arrival) => {
    arrival.write();
    arrival.answer(refusal('Timeout'));
  };
  server.script = [timedOut, timedOut];
  assert.is((await store.append(stream, 'none', factsFor(stream, 1))).kind, 'appended');
  assert.is(server.arrivals.length, 3);
  assert.is(server.log.streamOf(stream).length, 1);
});

test('a wrong expected version after an unknown outcome is looked into, and was our own append', async ({ server, store }) => {
  const stream = freshStream();
  server.script = [writtenButSilent, (arrival) => arrival.answer(wrongVersion(1))];
  const result = await store.append(stream, 'none', factsFor(stream, 2));
  const position = server.log.streamOf(stream).at(-1)?.position;
  assert.equal(result, { kind: 'appended', revision: 1, positions: [`${position}-${position}`, `${position}-${position}`] });
});

test("a wrong expected version after an unknown outcome is looked into, and was another's append", async ({ server, store }) => {
  const stream = freshStream();
  server.script = [silent];
  const appending = store.append(stream, 'none', factsFor(stream, 2));
  for (const event of factsFor(stream, 2)) server.log.putEvent(event);
  assert.equal(await appending, { kind: 'conflict', actual: 1 });
});

test('when it cannot be looked into, the outcome stays unknown', async ({ server, store }) => {
  const stream = freshStream();
  server.script = [writtenButSilent, (arrival) => arrival.answer(wrongVersion(0))];
  server.onRead = () => undefined;
  assert.is(await faultOf(store.append(stream, 'none', factsFor(stream, 1))), 'outcome-unknown');
});

test('a wrong expected version at once is believed at once, with the revision that is there', async ({ server, store }) => {
  const stream = freshStream();
  const before = server.reads;
  assert.equal(await store.append(stream, 4, factsFor(stream, 1)), { kind: 'conflict', actual: 'none' });
  for (const event of factsFor(stream, 3)) server.log.putEvent(event);
  assert.equal(await store.append(stream, 'none', factsFor(stream, 1)), { kind: 'conflict', actual: 2 });
  assert.is(server.arrivals.length, 2);
  assert.is(server.reads, before);
});

test('a connection string with throwOnAppendFailure=false changes nothing about a conflict', async ({ server }) => {
  const store = await EventStoreDbEventStore.connect(`${server.url}&throwOnAppendFailure=false`, QUICK);
  const stream = freshStream();
  for (const event of factsFor(stream, 6)) server.log.putEvent(event);
  assert.equal(await store.append(stream, 2, factsFor(stream, 1)), { kind: 'conflict', actual: 5 });
  await store.close();
});

test('a batch stream that the server ends politely leaves no append waiting', async ({ server, store }) => {
  const stream = freshStream();
  server.script = [
    (arrival) => {
      arrival.write();
      arrival.call.end();
    },
  ];
  const startedMs = performance.now();
  assert.is((await store.append(stream, 'none', factsFor(stream, 1))).kind, 'appended');
  assert.ok(performance.now() - startedMs < (QUICK.attemptTimeoutMs ?? 0), 'the end of the stream was not noticed, only the time-out');
  assert.is(server.log.streamOf(stream).length, 1);
});

test("an error on one store's batch stream leaves the appends of another store alone", async ({ server, store }) => {
  const otherServer = await FakeServer.start();
  const other = await EventStoreDbEventStore.connect(otherServer.url, QUICK);
  const [mine, theirs] = [freshStream(), freshStream()];
  let release: () => void = () => undefined;
  otherServer.script = [(arrival) => (release = () => obliging(arrival))];
  const pending = other.append(theirs, 'none', factsFor(theirs, 1));
  while (otherServer.arrivals.length === 0) await sleep(5);
  server.script = [(arrival) => arrival.call.emit('error', { code: status.UNAVAILABLE, details: 'going away' })];
  assert.is((await store.append(mine, 'none', factsFor(mine, 1))).kind, 'appended');
  release();
  assert.is((await pending).kind, 'appended');
  assert.is(otherServer.arrivals.length, 1, 'the other append was repeated, so it must have been rejected');
  await other.close();
  otherServer.stop();
});

test('an error on the batch stream is an unknown outcome for every append on it: each is repeated and happens once', async ({ server, store }) => {
  const streams = Array.from({ length: 20 }, freshStream);
  let count = 0;
  server.behaviour = (arrival) => {
    count += 1;
    if (count % 2 === 0) arrival.write();
    if (count === 20) {
      server.behaviour = obliging;
      arrival.call.emit('error', { code: status.UNAVAILABLE, details: 'going away' });
    }
  };
  const results = await Promise.all(streams.map((stream) => store.append(stream, 'none', factsFor(stream, 1))));
  for (const result of results) assert.is(result.kind, 'appended');
  for (const stream of streams) assert.is(server.log.streamOf(stream).length, 1);
});

test('a connection that breaks while much is queued on it rejects nothing behind our back', async ({ server, proxy, store }) => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', note);
  const sealed = [sealedPart({ box: 'x'.repeat(200_000) })];
  const streams = Array.from({ length: 60 }, freshStream);
  server.behaviour = silent;
  const appending = Promise.all(streams.map((stream) => store.append(stream, 'none', factsFor(stream, 1).map((event) => ({ ...event, sealed })))));
  await sleep(30);
  server.behaviour = obliging;
  proxy.reset();
  for (const result of await appending) assert.is(result.kind, 'appended');
  for (const stream of streams) assert.is(server.log.streamOf(stream).length, 1);
  await sleep(20);
  process.off('unhandledRejection', note);
  assert.equal(unhandled, []);
});

test('a connection that is open and carries nothing any more is left for a fresh one', async ({ server, proxy, store }) => {
  const stream = freshStream();
  await store.append(stream, 'none', factsFor(stream, 1));
  proxy.freeze();
  assert.is((await within(PATIENCE_MS, 'the append', store.append(stream, 0, factsFor(stream, 1)))).kind, 'appended');
  assert.is(server.log.streamOf(stream).length, 2);
});

test('an append that the server never answers is an unknown outcome after a bounded time', async ({ server, store }) => {
  const stream = freshStream();
  server.behaviour = silent;
  const startedMs = performance.now();
  assert.is(await faultOf(store.append(stream, 'none', factsFor(stream, 1))), 'outcome-unknown');
  assert.ok(performance.now() - startedMs < 2 * (QUICK.deadlineMs ?? 0));
  assert.ok(server.arrivals.length > 2);
  assertIdentical(server);
});

test('an append that could not even be sent did not happen: the store is unavailable, after a bounded time', async ({ server, proxy, store }) => {
  const stream = freshStream();
  await proxy.close();
  const startedMs = performance.now();
  assert.is(await faultOf(store.append(stream, 'none', factsFor(stream, 1))), 'store-unavailable');
  assert.ok(performance.now() - startedMs < 2 * (QUICK.deadlineMs ?? 0));
  assert.is(server.arrivals.length, 0);
});

test('a server that is not there cannot be connected to, and says so in bounded time', async () => {
  const nobody = await TcpProxy.to(1);
  await nobody.close();
  const startedMs = performance.now();
  assert.is(await faultOf(EventStoreDbEventStore.connect(urlOf(nobody.port), QUICK)), 'store-unavailable');
  assert.ok(performance.now() - startedMs < 2 * (QUICK.deadlineMs ?? 0));
});

test('a connection string that makes no sense is refused without being quoted', async () => {
  try {
    await EventStoreDbEventStore.connect('esdb://admin:secret@@host:port');
    assert.unreachable();
  } catch (fault) {
    assert.not.match(String((fault as Error).cause), 'secret');
  }
});

test('a server that comes back in time is found again', async ({ server, store, proxy }) => {
  const stream = freshStream();
  server.stop();
  proxy.reset();
  const appending = store.append(stream, 'none', factsFor(stream, 1));
  await sleep(500);
  const again = await FakeServer.start(server.port);
  assert.is((await appending).kind, 'appended');
  assert.is(again.log.streamOf(stream).length, 1);
  again.stop();
});

test('appends beyond the limit are refused at once, and those on their way are not disturbed', async ({ server }) => {
  const store = await EventStoreDbEventStore.connect(server.url, { ...QUICK, inFlightAtMost: 4 });
  const held: (() => void)[] = [];
  server.behaviour = (arrival) => held.push(() => obliging(arrival));
  const streams = Array.from({ length: 4 }, freshStream);
  const pending = streams.map((stream) => store.append(stream, 'none', factsFor(stream, 1)));
  const late = freshStream();
  assert.is(await faultOf(store.append(late, 'none', factsFor(late, 1))), 'overloaded');
  while (held.length < 4) await sleep(5);
  server.behaviour = obliging;
  for (const answer of held) answer();
  for (const result of await Promise.all(pending)) assert.is(result.kind, 'appended');
  assert.is((await store.append(late, 'none', factsFor(late, 1))).kind, 'appended');
  await store.close();
});

test('bytes on their way are limited too', async ({ server }) => {
  const store = await EventStoreDbEventStore.connect(server.url, { ...QUICK, inFlightBytesAtMost: 5000 });
  const [first, second] = [freshStream(), freshStream()];
  const pending = store.append(first, 'none', factsFor(first, 3));
  assert.is(await faultOf(store.append(second, 'none', factsFor(second, 3))), 'overloaded');
  await pending;
  await store.close();
});

test('an append over the byte limit is never sent', async ({ server, store }) => {
  const stream = freshStream();
  const sealed = [sealedPart({ box: 'x'.repeat(1024 * 1024) })];
  assert.is(await faultOf(store.append(stream, 'none', factsFor(stream, 1).map((event) => ({ ...event, sealed })))), 'internal');
  assert.is(server.arrivals.length, 0);
});

test('an append of several megabytes, where the server allows it, goes in several messages and arrives whole', async ({ server }) => {
  const store = await EventStoreDbEventStore.connect(server.url, { ...QUICK, maxAppendBytes: 8 * 1024 * 1024 });
  const stream = freshStream();
  const sealed = [sealedPart({ box: 'x'.repeat(400_000) })];
  const events = factsFor(stream, 10).map((event) => ({ ...event, sealed }));
  assert.is((await store.append(stream, 'none', events)).kind, 'appended');
  assert.equal((await store.readStream(stream, { limit: 20 })).map(({ event }) => event), events);
  await store.close();
});

test('a refusal that a repeat would not change is not repeated', async ({ server, store }) => {
  const codes = { AccessDenied: 'store-unavailable', MaximumAppendSizeExceeded: 'internal', StreamDeleted: 'event-unreadable', BadRequest: 'internal' };
  for (const [name, code] of Object.entries(codes)) {
    const stream = freshStream();
    server.arrivals.length = 0;
    server.script = [(arrival) => arrival.answer(refusal(name))];
    assert.is(await faultOf(store.append(stream, 'none', factsFor(stream, 1))), code);
    assert.is(server.arrivals.length, 1);
  }
});

test('a refusal after an unknown outcome does not make it known', async ({ server, store }) => {
  const stream = freshStream();
  server.script = [writtenButSilent, (arrival) => arrival.answer(refusal('AccessDenied'))];
  assert.is(await faultOf(store.append(stream, 'none', factsFor(stream, 1))), 'outcome-unknown');
});

test('a stream that was deleted softly and begun again is damage, not a new stream', async ({ server, store }) => {
  const stream = freshStream();
  server.script = [(arrival) => arrival.answer(success(8, 4711))];
  assert.is(await faultOf(store.append(stream, 'none', factsFor(stream, 1))), 'event-unreadable');
});

test('an answer without a position is completed by reading', async ({ server, store }) => {
  const stream = freshStream();
  server.script = [
    (arrival) => {
      arrival.write();
      arrival.answer(success(1, null));
    },
  ];
  const result = await store.append(stream, 'none', factsFor(stream, 2));
  const position = server.log.streamOf(stream).at(-1)?.position;
  assert.equal(result, { kind: 'appended', revision: 1, positions: [`${position}-${position}`, `${position}-${position}`] });
});

test('no time of day is sent, so a clock that is behind makes no append time out', async ({ server, store }) => {
  const stream = freshStream();
  await store.append(stream, 'none', factsFor(stream, 1));
  assert.not(server.arrivals[0]?.hasDeadline);
});

test('an event that names another stream than its append is never sent', async ({ server, store }) => {
  assert.is(await faultOf(store.append(freshStream(), 'none', factsFor(freshStream(), 1))), 'internal');
  assert.is(server.arrivals.length, 0);
});

test('a store that is closed lets what is on its way finish and takes nothing new', async ({ server, store }) => {
  const stream = freshStream();
  let answer: () => void = () => undefined;
  server.script = [(arrival) => (answer = () => obliging(arrival))];
  const pending = store.append(stream, 'none', factsFor(stream, 1));
  while (server.arrivals.length === 0) await sleep(5);
  const closing = store.close();
  assert.is(await faultOf(store.append(stream, 0, factsFor(stream, 1))), 'store-unavailable');
  assert.is(await faultOf(store.readStream(stream, { limit: 1 })), 'store-unavailable');
  answer();
  assert.is((await pending).kind, 'appended');
  await closing;
});

test.run();
