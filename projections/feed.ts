import { Observable } from 'rxjs';
import type { EventPage } from '../domain/log.js';

/** A page, and the word that it has been dealt with: only then is the next one fetched. */
export interface FedPage {
  readonly page: EventPage;
  readonly ack: () => void;
}

/**
 * A subscription as an observable with back-pressure. `from(asyncIterable)` would queue without bound behind a slow
 * consumer; here at most one page is under way, since the next is pulled when the last was acknowledged.
 */
export function feedOf(open: (signal: AbortSignal) => AsyncIterable<EventPage>): Observable<FedPage> {
  return new Observable<FedPage>((subscriber) => {
    const abort = new AbortController();
    const iterator = open(abort.signal)[Symbol.asyncIterator]();
    const pull = () => {
      iterator.next().then(
        ({ done, value }) => {
          if (subscriber.closed) return;
          if (done === true) subscriber.complete();
          else subscriber.next({ page: value, ack: pull });
        },
        (fault) => subscriber.error(fault),
      );
    };
    pull();
    return () => abort.abort();
  });
}
