import type { Test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EventPage, EventStore } from '../../../commands/ports.js';
import { eventOf, factsFor } from '../../support/events.js';
import type { ContractContext } from '../event-store.js';
import { appended, filled, freshStream, freshTenant, idsOf, ofTenant, readOn, within } from './helpers.js';

const PATIENCE_MS = 30_000;

/** Takes pages until `enough` says so, then ends the subscription. */
async function follow(
  store: EventStore,
  options: Omit<Parameters<EventStore['subscribe']>[0], 'signal'>,
  enough: (pages: readonly EventPage[]) => boolean,
  onPage: (page: EventPage) => Promise<void> = async () => undefined,
): Promise<EventPage[]> {
  const abort = new AbortController();
  const pages: EventPage[] = [];
  const run = async () => {
    for await (const page of store.subscribe({ ...options, signal: abort.signal })) {
      pages.push(page);
      await onPage(page);
      if (enough(pages)) abort.abort();
    }
  };
  await within(PATIENCE_MS, 'the subscription', run());
  return pages;
}

function seen(pages: readonly EventPage[], tenant: string): string[] {
  return idsOf(
    ofTenant(
      pages.flatMap(({ events }) => events),
      tenant,
    ),
  );
}

/** Writers that go on for a while, and what they have written. */
function writersOf(store: EventStore, tenant: string, writers: number, rounds: number): Promise<unknown> {
  const writer = async () => {
    const stream = freshStream(tenant);
    for (let round = 0; round < rounds; round++) await appended(store, stream, round === 0 ? 'none' : round * 2 - 1, factsFor(stream, 2));
  };
  return Promise.all(Array.from({ length: writers }, writer));
}

export function subscribingContract(test: Test<ContractContext>): void {
  catchUpAndLive(test);
  backPressureAndEnd(test);
}

function catchUpAndLive(test: Test<ContractContext>): void {
  test('a subscription shows what was there and then what comes, each event once and in order, while writers write', async ({ store }) => {
    const tenant = freshTenant();
    const start = await store.head();
    await writersOf(store, tenant, 4, 10);
    const writing = writersOf(store, tenant, 6, 25);
    const total = 4 * 10 * 2 + 6 * 25 * 2;
    const pages = await follow(store, { after: start, limit: 7 }, (got) => seen(got, tenant).length >= total);
    await writing;
    const whole = idsOf(ofTenant((await readOn(store, start, 500)).events, tenant));
    assert.is(whole.length, total);
    assert.equal(seen(pages, tenant), whole);
  });

  test('an event that comes while a subscriber waits reaches it soon', async ({ store }) => {
    const tenant = freshTenant();
    const start = await store.head();
    const following = follow(store, { after: start, limit: 10 }, (got) => seen(got, tenant).length >= 3);
    const stream = freshStream(tenant);
    for (let count = 0; count < 3; count++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      await appended(store, stream, count === 0 ? 'none' : count - 1, factsFor(stream, 1));
    }
    await within(3000, 'the news', following);
  });

  test('two subscribers see the same events, each at its own pace', async ({ store }) => {
    const tenant = freshTenant();
    const start = await store.head();
    const total = 3 * 20 * 2;
    const enough = (got: readonly EventPage[]) => seen(got, tenant).length >= total;
    const quick = follow(store, { after: start, limit: 50 }, enough);
    const slow = follow(store, { after: start, limit: 10 }, enough, () => new Promise((resolve) => setTimeout(resolve, 5)));
    await writersOf(store, tenant, 3, 20);
    const whole = idsOf(ofTenant((await readOn(store, start, 500)).events, tenant));
    assert.equal(seen(await quick, tenant), whole);
    assert.equal(seen(await slow, tenant), whole);
  });

  test('a subscription that is taken up again where its last page ended misses and repeats nothing', async ({ store }) => {
    const tenant = freshTenant();
    const start = await store.head();
    const writing = writersOf(store, tenant, 4, 15);
    const total = 4 * 15 * 2;
    const all: EventPage[] = [];
    while (seen(all, tenant).length < total) {
      const after = all.at(-1)?.through ?? start;
      all.push(...(await follow(store, { after, limit: 9 }, (got) => got.length === 3 || seen([...all, ...got], tenant).length >= total)));
    }
    await writing;
    assert.equal(seen(all, tenant), idsOf(ofTenant((await readOn(store, start, 500)).events, tenant)));
  });

  test('a subscription by types moves on past the others', async ({ store }) => {
    const tenant = freshTenant();
    const start = await store.head();
    const stream = freshStream(tenant);
    await appended(store, stream, 'none', [...factsFor(stream, 30), eventOf('source-suspended', { stream, tenant }), ...factsFor(stream, 5)]);
    const last = (await store.readStream(stream, { limit: 1, direction: 'backwards' }))[0]?.position ?? '';
    const types = ['source-suspended'] as const;
    const pages = await follow(store, { after: start, limit: 10, types }, (got) => store.compare(got.at(-1)?.through ?? '', last) >= 0);
    assert.is(seen(pages, tenant).length, 1);
    for (const { events } of pages) for (const { event } of events) assert.is(event.type, 'source-suspended');
  });
}

function backPressureAndEnd(test: Test<ContractContext>): void {
  test('a consumer that stops asking is sent one page, and finds the rest when it asks again', async ({ store }) => {
    const tenant = freshTenant();
    const start = await store.head();
    const stream = freshStream(tenant);
    await filled(store, stream, 40, 10);
    const abort = new AbortController();
    const iterator = store.subscribe({ after: start, limit: 10, signal: abort.signal })[Symbol.asyncIterator]();
    const first = await within(PATIENCE_MS, 'the first page', iterator.next());
    // Nothing may be fetched ahead: an event that is appended now is in the page after the backlog, and not lost.
    const late = factsFor(stream, 1);
    await appended(store, stream, 39, late);
    const pages: EventPage[] = first.done === true ? [] : [first.value];
    while (seen(pages, tenant).length < 41) {
      const next = await within(PATIENCE_MS, 'the next page', iterator.next());
      assert.not(next.done);
      pages.push(next.value);
    }
    abort.abort();
    await within(PATIENCE_MS, 'the end', Promise.resolve(iterator.return?.()));
    for (const { events } of pages) assert.ok(events.length <= 10);
    assert.is(seen(pages, tenant).at(-1), late[0]?.id);
  });

  test('a subscription ends when it is aborted: while it waits, while it is behind, and before it began', async ({ store }) => {
    const tenant = freshTenant();
    const start = await store.head();
    await filled(store, freshStream(tenant), 30, 30);
    const { through } = await readOn(store, start, 100);
    const drain = async (after: string | null, signal: AbortSignal) => {
      let pages = 0;
      for await (const _ of store.subscribe({ after, limit: 2, signal })) pages += 1;
      return pages;
    };
    const waiting = new AbortController();
    const idle = drain(through, waiting.signal);
    setTimeout(() => waiting.abort(), 100);
    await within(5000, 'the end of a subscription that waits', idle);
    const behind = new AbortController();
    const busy = drain(start, behind.signal);
    behind.abort();
    assert.ok((await within(5000, 'the end of a subscription that is behind', busy)) <= 1);
    assert.is(await within(5000, 'the end of a subscription that was aborted before', drain(start, AbortSignal.abort())), 0);
  });
}
