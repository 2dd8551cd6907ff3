import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../../commands/request.js';
import { mayRead, PERMISSION_RULE } from '../../../domain/access/permissions.js';
import { type Rejection, type RejectionCode, reject } from '../../../domain/rejections.js';
import { type FeedName, type FeedPage, isFeed } from '../../../projections/reading/feeds.js';
import { sleep } from '../../clock.js';
import { callerOf, sendRejection } from '../context.js';
import { damageCode, reportDamage } from '../damage.js';
import { pagesOf } from '../feed-pages.js';
import { cursorFrom, cursorOf, isRejection, limitFrom, type Query, refuseUnknown } from '../parameters.js';
import { answerRead, NDJSON_TYPE } from '../reading.js';
import type { Services } from '../services.js';

const PAGE = 100;
const PAGE_AT_MOST = 1000;
const HEARTBEAT_MS = 15_000;

type FeedRequest = FastifyRequest<{ Params: { feed: string }; Querystring: Query }>;

/**
 * `GET /v1/feeds/{feed}`: `application/x-ndjson` pages with a cursor (in `Link` and `Next-Cursor`), or, when asked for
 * `text/event-stream`, one open stream that goes on from `Last-Event-ID`. Every page is audited before it leaves.
 */
export function feedRoutes(app: FastifyInstance, services: Services): void {
  app.get('/v1/feeds/:feed', async (request: FeedRequest, reply) => {
    const live = String(request.headers.accept ?? '').includes('text/event-stream');
    return live ? sendStream(services, request, reply) : sendPage(services, request, reply);
  });
}

function sendPage(services: Services, request: FeedRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { feed } = request.params;
  return answerRead(services, request, reply, { action: 'read-feed', patientId: null, detail: detailOf(feed) }, async ({ caller }) => {
    if (!isFeed(feed)) return reject('unknown-feed');
    const unknown = refuseUnknown(request.query, ['limit', 'cursor']);
    const [limit, after] = [limitFrom(request.query, PAGE, PAGE_AT_MOST), cursorFrom(request.query, feed)];
    for (const value of [unknown, limit, after]) if (value !== null && isRejection(value)) return value;
    const pages = pagesOf(services, feed);
    if (after !== null && (await pages.refusalOf(after as string)) !== null) return reject('invalid-cursor');
    const page = await pages.page(caller, after as string | null, limit as number);
    const next = cursorOf(feed, page.through ?? (after as string | null) ?? '');
    return {
      ...page,
      // Line breaks outside of strings are all that JSON can have: a source's own would cut the line.
      body: page.items.map(({ json }) => `${json.replace(/[\r\n]+/g, ' ')}\n`).join(''),
      type: NDJSON_TYPE,
      headers: {
        ...(page.through === null && after === null ? {} : { 'next-cursor': next, link: `</v1/feeds/${feed}?cursor=${next}>; rel="next"` }),
        'feed-end': String(page.end),
      },
    };
  });
}

async function sendStream(services: Services, request: FeedRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { feed } = request.params;
  const caller = await callerOf(services, request, reply);
  if (caller === null) return reply;
  const decision = mayRead({ subject: caller.actor.subject, roles: caller.actor.roles, purpose: caller.purpose }, 'read-feed', null);
  const after = request.headers['last-event-id'] === undefined ? null : String(request.headers['last-event-id']);
  const refuse = async (refusal: Rejection): Promise<FastifyReply> => {
    await record(services, request, caller, null, refusal.code);
    return sendRejection(request, reply, refusal);
  };
  if (!decision.allowed) return refuse(reject(decision.code));
  if (!isFeed(feed)) return refuse(reject('unknown-feed'));
  const beyond = after === null ? null : await pagesOf(services, feed).refusalOf(after);
  if (beyond !== null) return refuse(beyond);
  const abort = new AbortController();
  request.raw.once('close', () => abort.abort());
  reply.raw.once('close', () => abort.abort());
  const text = Readable.from(eventStream(services, { request, feed, caller, after }, AbortSignal.any([abort.signal, services.stopSignal])), {
    objectMode: false,
    highWaterMark: 64 * 1024,
  });
  return reply.headers({ 'cache-control': 'no-store', 'x-accel-buffering': 'no' }).type('text/event-stream').send(text);
}

interface Subscription {
  readonly request: FeedRequest;
  readonly feed: FeedName;
  readonly caller: Caller;
  readonly after: string | null;
}

/** Pages of the feed as server-sent events; the next page is read only when the last was taken, so a slow consumer holds one. */
async function* eventStream(services: Services, { request, feed, caller, after }: Subscription, signal: AbortSignal): AsyncGenerator<string> {
  const pages = pagesOf(services, feed).live(caller, after, PAGE, signal);
  yield ': open\n\n';
  let next = pages.next();
  let beat = sleep(HEARTBEAT_MS, signal);
  while (!signal.aborted) {
    const turn = await Promise.race([next, beat]);
    if (turn === undefined) {
      beat = sleep(HEARTBEAT_MS, signal);
      if (!signal.aborted) yield ': still here\n\n';
      continue;
    }
    if (turn.done === true) return;
    const page = turn.value;
    if (page.items.length > 0) {
      await record(services, request, caller, page, null);
      services.metrics.opened.inc(page.opened);
      reportDamage(services, request, page.unreadable);
      yield page.items.map((item) => serverSentEvent(feed, item)).join('');
    }
    next = pages.next();
  }
}

/** A source's own line breaks stand outside of strings, where a space says the same. */
function serverSentEvent(feed: string, { position, json }: FeedPage['items'][number]): string {
  return `id: ${position}\nevent: ${feed}\ndata: ${json.replace(/[\r\n]+/g, ' ')}\n\n`;
}

/** A page that left, or why none does. */
function record(services: Services, request: FeedRequest, caller: Caller, page: FeedPage | null, refusal: RejectionCode | null): Promise<void> {
  const { patients, categories, opened } = page ?? { patients: [], categories: [], opened: 0 };
  return services.handlerDeps.accessLog.record({
    caller,
    correlationId: request.correlationId,
    data: {
      action: 'read-feed',
      outcome: refusal === null ? 'allowed' : 'refused',
      code: refusal ?? damageCode(page?.unreadable ?? []),
      rule: PERMISSION_RULE,
      patients: [...patients],
      categories: [...categories],
      opened,
      detail: detailOf(request.params.feed),
    },
  });
}

/** Only names that are ours go into the audit: a path is the caller's text. */
function detailOf(feed: string) {
  return isFeed(feed) ? { feed } : null;
}
