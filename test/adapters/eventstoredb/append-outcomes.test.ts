import * as assert from 'uvu/assert';
import { EventStoreDbEventStore } from '../../../adapters/eventstoredb/event-store.js';
import { faultOf, within } from '../../contracts/event-store/helpers.js';
import { factsFor } from '../../support/events.js';
import { refusal, wrongVersion } from './fake-log.js';
import { type Behaviour, urlOf } from './fake-server.js';
import { BOUND_MS, faultSuite, freshStream, HASTY, identical, PATIENCE_MS, PATIENT, silent, writtenButSilent } from './faults.js';

const test = faultSuite('appends to EventStoreDB whose outcome is in doubt');

test('an append whose answer never comes is repeated to the letter, and happens once', async ({ server, store }) => {
  const stream = freshStream();
  server.script = [writtenButSilent];
  const result = await store.append(stream, 'none', factsFor(stream, 2));
  assert.is(result.kind === 'appended' && result.revision, 1);
  assert.is(server.arrivals.length, 2);
  assert.ok(identical(server));
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
  assert.ok(identical(server));
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

test('when it cannot be looked into, the outcome stays unknown', async ({ server }) => {
  const store = await EventStoreDbEventStore.connect(server.url, HASTY);
  const stream = freshStream();
  server.script = [writtenButSilent, (arrival) => arrival.answer(wrongVersion(0))];
  server.onRead = () => undefined;
  assert.is(await faultOf(store.append(stream, 'none', factsFor(stream, 1))), 'outcome-unknown');
  await store.close();
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
  const store = await EventStoreDbEventStore.connect(`${server.url}&throwOnAppendFailure=false`, PATIENT);
  const stream = freshStream();
  for (const event of factsFor(stream, 6)) server.log.putEvent(event);
  assert.equal(await store.append(stream, 2, factsFor(stream, 1)), { kind: 'conflict', actual: 5 });
  await store.close();
});

test('an append that the server never answers is an unknown outcome after a bounded time', async ({ server }) => {
  const store = await EventStoreDbEventStore.connect(server.url, HASTY);
  const stream = freshStream();
  server.behaviour = silent;
  const startedMs = performance.now();
  assert.is(await faultOf(store.append(stream, 'none', factsFor(stream, 1))), 'outcome-unknown');
  assert.ok(performance.now() - startedMs < BOUND_MS);
  assert.ok(server.arrivals.length > 2);
  assert.ok(identical(server));
  await store.close();
});

test('an append that could not even be sent did not happen: the store is unavailable, after a bounded time', async ({ server, proxy }) => {
  const store = await EventStoreDbEventStore.connect(urlOf(proxy.port), HASTY);
  const stream = freshStream();
  await proxy.close();
  const startedMs = performance.now();
  assert.is(await faultOf(store.append(stream, 'none', factsFor(stream, 1))), 'store-unavailable');
  assert.ok(performance.now() - startedMs < BOUND_MS);
  assert.is(server.arrivals.length, 0);
  await store.close();
});

test.run();
