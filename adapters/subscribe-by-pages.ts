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
  while (!options.signal.aborted) {
    const page = await read(after);
    if (page.through !== null) {
      after = page.through;
      yield page;
    }
    if (page.end && !options.signal.aborted) await orAborted(changed(after), options.signal);
  }
}

/**
 * Waits for the change or for the abort, and leaves no listener behind: racing against one promise that lives as long as the
 * subscription would hold on to every round. A wait that failed ends too; the next read will say what is wrong.
 */
function orAborted(change: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      signal.removeEventListener('abort', done);
      resolve();
    };
    signal.addEventListener('abort', done, { once: true });
    change.then(done, done);
  });
}
