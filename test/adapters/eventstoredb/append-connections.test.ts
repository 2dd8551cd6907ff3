import { setTimeout as sleep } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import * as assert from 'uvu/assert';
import { EventStoreDbEventStore } from '../../../adapters/eventstoredb/event-store.js';
import { faultOf, within } from '../../contracts/event-store/helpers.js';
import { factsFor, sealedPart } from '../../support/events.js';
import { FakeServer, obliging, urlOf } from './fake-server.js';
import { BOUND_MS, faultSuite, freshStream, HASTY, PATIENCE_MS, PATIENT, silent } from './faults.js';
import { TcpProxy } from './tcp-proxy.js';

const test = faultSuite('appends to EventStoreDB over connections that fail');

test('a batch stream that the server ends politely leaves no append waiting', async ({ server }) => {
  const store = await EventStoreDbEventStore.connect(server.url, { ...PATIENT, attemptTimeoutMs: 2 * BOUND_MS });
  const stream = freshStream();
  server.script = [
    (arrival) => {
      arrival.write();
      arrival.call.end();
    },
  ];
  const startedMs = performance.now();
  assert.is((await store.append(stream, 'none', factsFor(stream, 1))).kind, 'appended');
  assert.ok(performance.now() - startedMs < BOUND_MS, 'the end of the stream was not noticed, only the time-out');
  assert.is(server.log.streamOf(stream).length, 1);
  await store.close();
});

test("an error on one store's batch stream leaves the appends of another store alone", async ({ server, store }) => {
  const otherServer = await FakeServer.start();
  const other = await EventStoreDbEventStore.connect(otherServer.url, PATIENT);
  const [mine, theirs] = [freshStream(), freshStream()];
  let release: () => void = () => undefined;
  otherServer.script = [(arrival) => (release = () => obliging(arrival))];
  const pending = other.append(theirs, 'none', factsFor(theirs, 1));
  while (otherServer.arrivals.length === 0) await sleep(2);
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
  const appending = Promise.all(
    streams.map((stream) =>
      store.append(
        stream,
        'none',
        factsFor(stream, 1).map((event) => ({ ...event, sealed })),
      ),
    ),
  );
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

test('a server that is not there cannot be connected to, and says so in bounded time', async () => {
  const nobody = await TcpProxy.to(1);
  await nobody.close();
  const startedMs = performance.now();
  assert.is(await faultOf(EventStoreDbEventStore.connect(urlOf(nobody.port), HASTY)), 'store-unavailable');
  assert.ok(performance.now() - startedMs < BOUND_MS);
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
