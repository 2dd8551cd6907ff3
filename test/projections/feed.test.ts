import { concatMap, lastValueFrom, tap } from 'rxjs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { EventPage } from '../../commands/ports.js';
import { type FedPage, feedOf } from '../../projections/feed.js';
import { sleep } from '../contracts/helpers.js';

const test = suite('feed of pages');

const pageAt = (n: number): EventPage => ({ events: [], through: String(n), end: false });

test('at most one page is under way, however slow the consumer', async () => {
  let [made, done, most] = [0, 0, 0];
  async function* source(): AsyncIterable<EventPage> {
    for (let n = 1; n <= 50; n++) {
      made += 1;
      most = Math.max(most, made - done);
      yield pageAt(n);
    }
  }
  const seen: string[] = [];
  const slowly = concatMap(async (fed: FedPage) => {
    await sleep(1);
    seen.push(String(fed.page.through));
    done += 1;
    return fed;
  });
  await lastValueFrom(
    feedOf(source).pipe(
      slowly,
      tap(({ ack }) => ack()),
    ),
  );
  assert.is(most, 1);
  assert.equal(
    seen,
    Array.from({ length: 50 }, (_, n) => String(n + 1)),
  );
});

test('without an acknowledgement nothing more is fetched', async () => {
  let made = 0;
  async function* source(): AsyncIterable<EventPage> {
    for (;;) yield pageAt(++made);
  }
  const subscription = feedOf(source).subscribe();
  await sleep(10);
  assert.is(made, 1);
  subscription.unsubscribe();
});

test('unsubscribing aborts the source, and what it still gives is dropped', async () => {
  let signal: AbortSignal | undefined;
  let give: (page: EventPage) => void = () => undefined;
  const seen: FedPage[] = [];
  const feed = feedOf((given) => {
    signal = given;
    return { [Symbol.asyncIterator]: () => ({ next: () => new Promise((resolve) => (give = (value) => resolve({ done: false, value }))) }) };
  });
  const subscription = feed.subscribe((fed) => void seen.push(fed));
  assert.is(signal?.aborted, false);
  subscription.unsubscribe();
  assert.is(signal?.aborted, true);
  give(pageAt(1));
  await sleep(1);
  assert.is(seen.length, 0);
});

test('a fault of the source is a fault of the feed', async () => {
  // biome-ignore lint/correctness/useYield: a source that fails before its first page.
  async function* source(): AsyncIterable<EventPage> {
    throw new Error('the log is gone');
  }
  try {
    await lastValueFrom(feedOf(source));
    assert.unreachable();
  } catch (fault) {
    assert.match(String(fault), /the log is gone/);
  }
});

test.run();
