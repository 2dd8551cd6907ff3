import { randomUUID } from 'node:crypto';
import * as assert from 'uvu/assert';
import { type EncodedEvent, encodeRecord } from '../../../adapters/eventstoredb/record.js';
import { faultOf, idsOf, readOn } from '../../contracts/event-store/helpers.js';
import { factsFor } from '../../support/events.js';
import { faultSuite, freshStream } from './faults.js';

const ALL = { limit: 100 };

const test = faultSuite('what is foreign and what is damaged on EventStoreDB');

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

test.run();
