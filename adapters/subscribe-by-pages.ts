import type { EventPage } from '../commands/ports.js';

/**
 * A subscription made of reads: catch up page by page, then wait for the log to grow and read on from where the last
 * page ended. There is no cut-over between history and live, so nothing can fall into it or come twice; the next page is
 * read only when the consumer asks, so that a slow consumer holds one page.
 */
export async function* subscribeByPages(
  read: (after: string | null) => Promise<EventPage>,
  changed: (after: string | null) => Promise<void>,
  options: { after: string | null; signal: AbortSignal },
): AsyncIterable<EventPage> {
  let after = options.after;
  const aborted = new Promise<void>((resolve) => options.signal.addEventListener('abort', () => resolve(), { once: true }));
  while (!options.signal.aborted) {
    const page = await read(after);
    if (page.through !== null) {
      after = page.through;
      yield page;
    }
    if (page.end && !options.signal.aborted) await Promise.race([changed(after), aborted]);
  }
}
