import type { Caller } from '../../commands/request.js';
import { mayRead } from '../../domain/access/permissions.js';
import { type Rejection, reject } from '../../domain/rejections.js';
import { FEEDS, type FeedName, type FeedPage, feedPage, type LogFeed, readFeed } from '../../projections/reading/feeds.js';
import { isKeptFeed, placeOf, readKeptFeed } from '../../projections/reading/kept-feeds.js';
import { type KeptFeed, RESOLUTIONS } from '../../projections/resolutions/rows.js';
import { lookedThrough } from './feed-outbound.js';
import { positionRefusal } from './minimum-position.js';
import { readersVault } from './reading.js';
import type { Services } from './services.js';

/** Where a feed comes from: the log, or what a read model noticed. Both give pages, and follow what comes. */
export interface FeedPages {
  /** Null: the place is one to go on after. */
  refusalOf(after: string): Promise<Rejection | null>;
  page(caller: Caller, after: string | null, limit: number): Promise<FeedPage>;
  /** Pages for as long as nobody aborts; the next is read when the last was taken. */
  live(caller: Caller, after: string | null, limit: number, signal: AbortSignal): AsyncGenerator<FeedPage>;
}

export function pagesOf(services: Services, feed: FeedName): FeedPages {
  return isKeptFeed(feed) ? keptPages(services, feed) : logPages(services, feed);
}

function logPages(services: Services, feed: LogFeed): FeedPages {
  const vaultOf = (caller: Caller) => {
    const decision = mayRead({ subject: caller.actor.subject, roles: caller.actor.roles, purpose: caller.purpose }, 'read-feed', null);
    return readersVault(services, caller, 'read-feed', decision.allowed ? decision.scopes : new Set());
  };
  return {
    refusalOf: (after) => positionRefusal(services, after),
    page: async (caller, after, limit) =>
      lookedThrough(services, caller, await readFeed({ store: services.store, vault: vaultOf(caller) }, { feed, tenant: caller.tenant, after, limit })),
    async *live(caller, after, limit, signal) {
      const vault = vaultOf(caller);
      for await (const page of services.store.subscribe({ after, limit, types: FEEDS[feed].types, signal }))
        yield lookedThrough(services, caller, await feedPage({ vault }, page, caller.tenant));
    },
  };
}

/** A sweep adds items without getting anywhere in the log: then they are seen this much later. */
const LOOK_EVERY_MS = 1000;

function keptPages(services: Services, feed: KeptFeed): FeedPages {
  const page: FeedPages['page'] = ({ tenant }, after, limit) =>
    readKeptFeed(services.models, { feed, tenant, after: after === null ? null : placeOf(after), limit });
  return {
    refusalOf: async (after) => {
      const place = placeOf(after);
      return place === null ? reject('invalid-cursor') : positionRefusal(services, place.position);
    },
    page,
    async *live(caller, after, limit, signal) {
      for (let reached = after; !signal.aborted; ) {
        const through = services.progress.through(RESOLUTIONS);
        const found = await page(caller, reached, limit);
        reached = found.through ?? reached;
        if (found.items.length > 0) yield found;
        if (found.end) await services.progress.moved(RESOLUTIONS, through, LOOK_EVERY_MS);
      }
    },
  };
}
