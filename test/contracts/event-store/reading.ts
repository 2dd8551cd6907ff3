import type { Test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EventPage, EventStore } from '../../../commands/ports.js';
import { sortablePosition } from '../../../projections/positions.js';
import type { LedgerEvent } from '../../../schemas/catalogue.js';
import { eventOf, factsFor } from '../../support/events.js';
import type { ContractContext } from '../event-store.js';
import { appended, filled, freshStream, freshTenant, idsOf, ofTenant, readOn } from './helpers.js';

export function readingContract(test: Test<ContractContext>): void {
  streams(test);
  pages(test);
  filters(test);
  positions(test);
}

function streams(test: Test<ContractContext>): void {
  test('a stream that nobody has written to has no events, from whichever side', async ({ store }) => {
    const stream = freshStream();
    assert.equal(await store.readStream(stream, { limit: 10 }), []);
    assert.equal(await store.readStream(stream, { limit: 10, from: 3 }), []);
    assert.equal(await store.readStream(stream, { limit: 10, direction: 'backwards' }), []);
  });

  test('a stream is read forwards and backwards from a revision on, as far as the limit', async ({ store }) => {
    const stream = freshStream();
    await filled(store, stream, 10, 4);
    const revisions = async (options: Parameters<EventStore['readStream']>[1]) => (await store.readStream(stream, options)).map(({ revision }) => revision);
    assert.equal(await revisions({ limit: 3 }), [0, 1, 2]);
    assert.equal(await revisions({ limit: 3, from: 6 }), [6, 7, 8]);
    assert.equal(await revisions({ limit: 10, from: 8 }), [8, 9]);
    assert.equal(await revisions({ limit: 10, from: 10 }), []);
    assert.equal(await revisions({ limit: 3, direction: 'backwards' }), [9, 8, 7]);
    assert.equal(await revisions({ limit: 3, from: 5, direction: 'backwards' }), [5, 4, 3]);
    assert.equal(await revisions({ limit: 10, from: 1, direction: 'backwards' }), [1, 0]);
    assert.equal(await revisions({ limit: 2, from: 99, direction: 'backwards' }), [9, 8]);
  });

  test('a stream is read by types without counting the others', async ({ store }) => {
    const tenant = freshTenant();
    const stream = freshStream(tenant);
    const events: LedgerEvent[] = Array.from({ length: 30 }, (_, index) => eventOf(index % 10 === 9 ? 'fact-retracted' : 'fact-recorded', { stream, tenant }));
    await appended(store, stream, 'none', events);
    const revisions = async (options: Parameters<EventStore['readStream']>[1]) => (await store.readStream(stream, options)).map(({ revision }) => revision);
    assert.equal(await revisions({ limit: 2, types: ['fact-retracted'] }), [9, 19]);
    assert.equal(await revisions({ limit: 5, types: ['fact-retracted'], from: 10 }), [19, 29]);
    assert.equal(await revisions({ limit: 1, types: ['fact-retracted'], direction: 'backwards' }), [29]);
    assert.equal(await revisions({ limit: 5, types: ['patient-registered'] }), []);
  });

  test('a stream of more than a thousand events is read whole', async ({ store }) => {
    const stream = freshStream();
    const events = await filled(store, stream, 1250, 125);
    assert.equal(
      idsOf(await store.readStream(stream, { limit: 5000 })),
      events.map(({ id }) => id),
    );
    const backwards = await store.readStream(stream, { limit: 5000, direction: 'backwards' });
    assert.equal(idsOf(backwards), events.map(({ id }) => id).reverse());
  });
}

function pages(test: Test<ContractContext>): void {
  test('pages of any size show the same events in the same order, with none missing or twice, while writers write', async ({ store }) => {
    const tenant = freshTenant();
    const start = await store.head();
    let writing = true;
    const writers = Array.from({ length: 8 }, async () => {
      const stream = freshStream(tenant);
      for (let next = 0, round = 0; writing && round < 12; round++) {
        const size = 1 + (round % 5);
        await appended(store, stream, next === 0 ? 'none' : next - 1, factsFor(stream, size));
        next += size;
      }
    });
    const during = await Promise.all([1, 2, 3, 7, 500].map(async (size) => idsOf(ofTenant((await readOn(store, start, size)).events, tenant))));
    writing = false;
    await Promise.all(writers);
    const whole = idsOf(ofTenant((await readOn(store, start, 500)).events, tenant));
    assert.is(new Set(whole).size, whole.length);
    // What a reader saw while others wrote is where the log begins, not a selection of it.
    for (const seen of during) assert.equal(seen, whole.slice(0, seen.length));
    for (const size of [1, 2, 3, 7]) assert.equal(idsOf(ofTenant((await readOn(store, start, size)).events, tenant)), whole);
  });

  test('reading on from any event of an append shows exactly the rest of it', async ({ store }) => {
    const stream = freshStream();
    const events = await filled(store, stream, 6, 6);
    const stored = await store.readStream(stream, { limit: 10 });
    for (const [index, { position }] of stored.entries()) {
      const rest = await store.readAll({ after: position, limit: 5 - index + 1 });
      assert.equal(
        idsOf(rest.events).slice(0, 5 - index),
        events.slice(index + 1).map(({ id }) => id),
      );
    }
  });

  test('an event can be read as soon as its append has resolved', async ({ store }) => {
    const stream = freshStream();
    for (let revision = -1; revision < 20; revision++) {
      const start = await store.head();
      const [event] = factsFor(stream, 1) as [LedgerEvent];
      await appended(store, stream, revision === -1 ? 'none' : revision, [event]);
      assert.ok(idsOf((await readOn(store, start, 10)).events).includes(event.id));
      assert.equal(idsOf(await store.readStream(stream, { limit: 1, direction: 'backwards' })), [event.id]);
    }
  });

  test('the end of the log is an empty page that leads nowhere', async ({ store }) => {
    await filled(store, freshStream(), 1);
    const { through } = await readOn(store, await store.head(), 100);
    assert.equal(await store.readAll({ after: through, limit: 10 }), { events: [], through: null, end: true });
  });

  test('the page that reaches the end says so, even when it is full', async ({ store }) => {
    const stream = freshStream();
    await filled(store, stream, 4, 4);
    const [first, second] = await store.readStream(stream, { limit: 2 });
    assert.not((await store.readAll({ after: first?.position ?? '', limit: 2 })).end);
    assert.ok((await store.readAll({ after: second?.position ?? '', limit: 2 })).end);
  });

  test('null is the beginning of the log', async ({ store }) => {
    await filled(store, freshStream(), 3, 3);
    const fromNull = await readUntil(store, null);
    const [event] = fromNull.events;
    assert.ok(event !== undefined);
    const fromIt = await readUntil(store, event.position);
    assert.ok(fromIt.events.every(({ position }) => store.compare(position, event.position) > 0));
  });
}

/** The first page after a position that holds an event: a shared log may begin with much that is not ours. */
async function readUntil(store: EventStore, after: string | null): Promise<EventPage> {
  for (let from = after; ; ) {
    const page = await store.readAll({ after: from, limit: 2 });
    if (page.events.length > 0 || page.end) return page;
    from = page.through;
  }
}

function filters(test: Test<ContractContext>): void {
  test('a page by types says how far it has looked, so that skipped events are not looked at again', async ({ store }) => {
    const tenant = freshTenant();
    const stream = freshStream(tenant);
    const start = await store.head();
    await appended(store, stream, 'none', [...factsFor(stream, 20), eventOf('fact-retracted', { stream, tenant }), ...factsFor(stream, 20)]);
    const last = (await store.readStream(stream, { limit: 1, direction: 'backwards' }))[0];
    const { events, through } = await readOn(store, start, 5, ['fact-retracted']);
    assert.equal(
      ofTenant(events, tenant).map(({ revision }) => revision),
      [20],
    );
    assert.ok(through !== null && store.compare(through, last?.position ?? '') >= 0);
    const none = await store.readAll({ after: start, limit: 5, types: ['source-suspended'] });
    assert.ok(none.through !== null && store.compare(none.through, last?.position ?? '') >= 0 && none.end);
  });

  test('pages by types, however small, show what one large page shows', async ({ store }) => {
    const tenant = freshTenant();
    const start = await store.head();
    for (let count = 0; count < 5; count++) {
      const stream = freshStream(tenant);
      const events = Array.from({ length: 13 }, (_, index) => eventOf(index % 3 === 0 ? 'fact-retracted' : 'fact-recorded', { stream, tenant }));
      await appended(store, stream, 'none', events);
    }
    const types = ['fact-retracted'] as const;
    const whole = idsOf(ofTenant((await readOn(store, start, 500, types)).events, tenant));
    assert.is(whole.length, 25);
    for (const size of [1, 2, 7]) assert.equal(idsOf(ofTenant((await readOn(store, start, size, types)).events, tenant)), whole);
  });
}

function positions(test: Test<ContractContext>): void {
  test('positions order the log as it is read, and a stream as it was written', async ({ store }) => {
    const tenant = freshTenant();
    const start = await store.head();
    await Promise.all(Array.from({ length: 4 }, () => filled(store, freshStream(tenant), 10, 3)));
    const { events } = await readOn(store, start, 100);
    for (const [index, { position }] of events.entries()) {
      assert.is(store.compare(position, position), 0);
      const next = events[index + 1];
      if (next === undefined) continue;
      assert.ok(store.compare(position, next.position) < 0);
      assert.ok(store.compare(next.position, position) > 0);
      assert.ok(sortablePosition(position) < sortablePosition(next.position), 'as text too: feeds lie in this order');
    }
    for (const { event, revision, position } of ofTenant(events, tenant)) {
      const [same] = await store.readStream(event.stream, { limit: 1, from: revision });
      assert.is(same?.position, position);
    }
  });

  test('whoever has read to the end has come as far as the head, and the head moves with every append', async ({ store }) => {
    const stream = freshStream();
    const { positions: first } = await appended(store, stream, 'none', factsFor(stream, 2));
    const before = await store.head();
    assert.ok(before !== null && store.compare(before, first.at(-1) as string) >= 0);
    const { through } = await readOn(store, before, 10);
    assert.ok(through !== null && store.compare(through, before) >= 0);
    await appended(store, stream, 1, factsFor(stream, 1));
    const after = await store.head();
    assert.ok(after !== null && store.compare(after, before) > 0);
  });

  test('where the store numbers its events, the numbers follow one another', async ({ store }) => {
    const stream = freshStream();
    await filled(store, stream, 3, 3);
    const numbers = (await store.readStream(stream, { limit: 3 })).map(({ position }) => store.logIndex(position));
    if (numbers[0] === null || numbers[0] === undefined) assert.equal(numbers, [null, null, null]);
    else assert.equal(numbers, [numbers[0], numbers[0] + 1, numbers[0] + 2]);
  });
}
