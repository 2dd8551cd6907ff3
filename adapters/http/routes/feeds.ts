import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../../commands/request.js';
import { mayRead, PERMISSION_RULE } from '../../../domain/access/permissions.js';
import { reject } from '../../../domain/rejections.js';
import { FEEDS, type FeedPage } from '../../../projections/reading/feeds.js';
import { sleep } from '../../clock.js';
import { callerOf, sendRejection } from '../context.js';
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
    if (!Object.hasOwn(FEEDS, feed)) return reject('unknown-feed');
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
  const refusal = !decision.allowed
    ? reject(decision.code)
    : !Object.hasOwn(FEEDS, feed)
      ? reject('unknown-feed')
      : after === null
        ? null
        : await pagesOf(services, feed).refusalOf(after);
  if (refusal !== null) {
    await record(services, request, caller, null, refusal.code);
    return sendRejection(request, reply, refusal);
  }
  const abort = new AbortController();
  request.raw.once('close', () => abort.abort());
  reply.raw.once('close', () => abort.abort());
  const text = Readable.from(eventStream(services, request, caller, after, AbortSignal.any([abort.signal, services.stopSignal])), {
    objectMode: false,
    highWaterMark: 64 * 1024,
  });
  return reply.headers({ 'cache-control': 'no-store', 'x-accel-buffering': 'no' }).type('text/event-stream').send(text);
}

/** Pages of the feed as server-sent events; the next page is read only when the last was taken, so a slow consumer holds one. */
async function* eventStream(services: Services, request: FeedRequest, caller: Caller, after: string | null, signal: AbortSignal): AsyncGenerator<string> {
  const { feed } = request.params;
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
      yield page.items.map((item) => serverSentEvent(feed, item)).join('');
    }
    next = pages.next();
  }
}

/** A source's own line breaks stand outside of strings, where a space says the same. */
function serverSentEvent(feed: string, { position, json }: FeedPage['items'][number]): string {
  return `id: ${position}\nevent: ${feed}\ndata: ${json.replace(/[\r\n]+/g, ' ')}\n\n`;
}

function record(services: Services, request: FeedRequest, caller: Caller, page: FeedPage | null, code: string | null): Promise<void> {
  return services.handlerDeps.accessLog.record({
    caller,
    correlationId: request.correlationId,
    data: {
      action: 'read-feed',
      outcome: code === null ? 'allowed' : 'refused',
      code,
      rule: PERMISSION_RULE,
      patients: [...(page?.patients ?? [])],
      categories: [...(page?.categories ?? [])],
      opened: page?.opened ?? 0,
      detail: detailOf(request.params.feed),
    },
  });
}

/** Only names that are ours go into the audit: a path is the caller's text. */
function detailOf(feed: string) {
  return Object.hasOwn(FEEDS, feed) ? { feed } : null;
}
