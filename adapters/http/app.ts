import { isUtf8 } from 'node:buffer';
import Fastify, { type FastifyError, type FastifyInstance, LogController } from 'fastify';
import type { Logger } from 'pino';
import { LedgerFault, type RejectionCode, reject } from '../../domain/rejections.js';
import { correlationIdOf, sendProblem, sendRejection } from './context.js';
import { docsRoutes } from './docs.js';
import { drain } from './drain.js';
import { problemOfFault } from './problem.js';
import { amendmentRoutes } from './routes/amendments.js';
import { auditRoutes } from './routes/audit.js';
import { bulkRoutes } from './routes/bulk.js';
import { candidateRoutes } from './routes/candidates.js';
import { changeRoutes } from './routes/changes.js';
import { commandRoutes } from './routes/commands.js';
import { conflictRoutes } from './routes/conflicts.js';
import { designationRoutes } from './routes/designations.js';
import { erasureRoutes } from './routes/erasures.js';
import { feedRoutes } from './routes/feeds.js';
import { historyRoutes } from './routes/history.js';
import { identityRoutes } from './routes/identity.js';
import { keyRoutes } from './routes/keys.js';
import { lineageRoutes } from './routes/lineage.js';
import { maskedRoutes } from './routes/masked.js';
import { operationRoutes } from './routes/operations.js';
import { patientRoutes } from './routes/patients.js';
import { quarantineRoutes } from './routes/quarantine.js';
import { recordRoutes } from './routes/records.js';
import { sourceRoutes } from './routes/sources.js';
import type { Services } from './services.js';

const BODY_AT_MOST_BYTES = 1024 * 1024;
const REQUEST_WITHIN_MS = 60_000;
const IDLE_MS = 120_000;

/** The HTTP face. Bodies arrive as text: they are parsed once, losslessly, by the intake and nowhere else. */
export async function createApp(services: Services, log: Logger): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_AT_MOST_BYTES,
    // Bulk bodies are streams of any length; what is bounded is how long nothing may come.
    connectionTimeout: IDLE_MS,
    keepAliveTimeout: 72_000,
    routerOptions: { ignoreTrailingSlash: false, maxParamLength: 200 },
    http: { headersTimeout: REQUEST_WITHIN_MS, requestTimeout: 0 },
    genReqId: () => '',
    // An address that cannot even be read is refused by the router itself, in words that repeat the address.
    frameworkErrors: (_fault, request, reply) => {
      request.correlationId = correlationIdOf(request);
      void reply.header('correlation-id', request.correlationId).header('x-content-type-options', 'nosniff');
      return sendRejection(request, reply, reject('unknown-route'));
    },
  }) as unknown as FastifyInstance;
  app.removeAllContentTypeParsers();
  // Bytes that are no UTF-8 would arrive as replacement characters, and nobody would know.
  app.addContentTypeParser(['application/json', 'application/fhir+json'], { parseAs: 'buffer' }, (_request, body, done) =>
    isUtf8(body as Buffer) ? done(null, body.toString('utf8')) : done(NOT_UTF8),
  );
  app.addContentTypeParser('application/x-ndjson', (_request, payload, done) => done(null, payload));
  app.decorateRequest('correlationId', '');
  app.addHook('onRequest', async (request, reply) => {
    request.correlationId = correlationIdOf(request);
    void reply.header('correlation-id', request.correlationId).header('x-content-type-options', 'nosniff');
  });
  app.addHook('onResponse', async (request, reply) => {
    services.metrics.requests.observe({ route: request.routeOptions.url ?? 'none', status: reply.statusCode }, reply.elapsedTime / 1000);
  });
  app.setErrorHandler(async (fault: FastifyError, request, reply) => {
    const code = TRANSPORT[fault.code];
    if (code === 'too-large') await drain(request.raw);
    if (code !== undefined) return sendRejection(request, reply, reject(code));
    const problem = problemOfFault(fault, request.correlationId);
    // The fault's own words may quote the request: they go nowhere unless they are ours.
    const why = fault instanceof LedgerFault ? { code: fault.code, cause: causeOf(fault) } : { name: fault.name, code: fault.code, stack: framesOf(fault) };
    request.log.error({ correlationId: request.correlationId, route: request.routeOptions.url, ...why }, 'request failed');
    return sendProblem(reply, problem);
  });
  app.setNotFoundHandler((request, reply) => sendRejection(request, reply, reject('unknown-route')));
  for (const routes of [
    commandRoutes,
    bulkRoutes,
    recordRoutes,
    maskedRoutes,
    lineageRoutes,
    historyRoutes,
    sourceRoutes,
    patientRoutes,
    identityRoutes,
    candidateRoutes,
    conflictRoutes,
    feedRoutes,
    auditRoutes,
    quarantineRoutes,
    designationRoutes,
    changeRoutes,
    amendmentRoutes,
    erasureRoutes,
    keyRoutes,
    operationRoutes,
  ])
    routes(app, services);
  await docsRoutes(app);
  return app;
}

const NOT_UTF8 = Object.assign(new Error('not UTF-8'), { code: 'NOT_UTF8' });

/** What the HTTP layer itself refuses, in our words. */
const TRANSPORT: Readonly<Record<string, RejectionCode | undefined>> = {
  NOT_UTF8: 'invalid-text',
  FST_ERR_CTP_BODY_TOO_LARGE: 'too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_EMPTY_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'invalid-json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'truncated-input',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
};

function causeOf(fault: LedgerFault): string | undefined {
  return fault.cause instanceof Error ? fault.cause.message : undefined;
}

/** Where it broke, without the message line. */
function framesOf(fault: Error): string[] {
  return (fault.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '));
}
