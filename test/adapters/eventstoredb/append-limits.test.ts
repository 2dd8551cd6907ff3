import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { EventStoreDbEventStore, MAX_APPEND_BYTES } from '../../../adapters/eventstoredb/event-store.js';
import { faultOf } from '../../contracts/event-store/helpers.js';
import { factsFor, sealedPart } from '../../support/events.js';
import { refusal, success } from './fake-log.js';
import { obliging } from './fake-server.js';
import { faultSuite, freshStream, PATIENT, writtenButSilent } from './faults.js';

const test = faultSuite('appends to EventStoreDB that are refused');

test('appends beyond the limit are refused at once, and those on their way are not disturbed', async ({ server }) => {
  const store = await EventStoreDbEventStore.connect(server.url, { ...PATIENT, inFlightAtMost: 4 });
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
  const store = await EventStoreDbEventStore.connect(server.url, { ...PATIENT, inFlightBytesAtMost: 5000 });
  const [first, second] = [freshStream(), freshStream()];
  const pending = store.append(first, 'none', factsFor(first, 3));
  assert.is(await faultOf(store.append(second, 'none', factsFor(second, 3))), 'overloaded');
  await pending;
  await store.close();
});

test('an append over the byte limit is never sent', async ({ server }) => {
  const store = await EventStoreDbEventStore.connect(server.url, { ...PATIENT, maxAppendBytes: MAX_APPEND_BYTES });
  const stream = freshStream();
  const sealed = [sealedPart({ box: 'x'.repeat(MAX_APPEND_BYTES) })];
  assert.is(
    await faultOf(
      store.append(
        stream,
        'none',
        factsFor(stream, 1).map((event) => ({ ...event, sealed })),
      ),
    ),
    'internal',
  );
  assert.is(server.arrivals.length, 0);
  await store.close();
});

test('an append of several megabytes, where the server allows it, goes in several messages and arrives whole', async ({ store }) => {
  const stream = freshStream();
  const sealed = [sealedPart({ box: 'x'.repeat(400_000) })];
  const events = factsFor(stream, 10).map((event) => ({ ...event, sealed }));
  assert.is((await store.append(stream, 'none', events)).kind, 'appended');
  assert.equal(
    (await store.readStream(stream, { limit: 20 })).map(({ event }) => event),
    events,
  );
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

test.run();
