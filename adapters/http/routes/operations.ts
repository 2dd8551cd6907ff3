import type { FastifyInstance } from 'fastify';
import { mayRead, PERMISSION_RULE } from '../../../domain/access/permissions.js';
import { reject } from '../../../domain/rejections.js';
import { READ_MODELS } from '../../read-model-names.js';
import { callerOf, sendRejection } from '../context.js';
import { answerRead, JSON_TYPE } from '../reading.js';
import type { Services } from '../services.js';

/** Health and metrics need no token and say nothing of anybody; rebuilding does. */
export function operationRoutes(app: FastifyInstance, services: Services): void {
  app.get('/health/live', async (_request, reply) => reply.type(JSON_TYPE).send('{"status":"live"}'));

  app.get('/health/ready', async (_request, reply) => {
    const store = await services.store.head().then(
      () => 'reachable',
      () => 'unreachable',
    );
    const models = services.progress.all();
    const ready =
      store === 'reachable' && !services.stopping() && READ_MODELS.every((name) => models.some(({ model, fault }) => model === name && fault === null));
    const keys = services.keyring.keyHealth.report;
    const status = services.stopping() ? 'stopping' : !ready ? 'not ready' : keys.state === 'down' ? 'degraded' : 'ready';
    return reply
      .code(ready ? 200 : 503)
      .type(JSON_TYPE)
      .send(JSON.stringify({ status, store, keys, models }));
  });

  app.get('/metrics', async (_request, reply) => reply.type(services.metrics.registry.contentType).send(await services.metrics.registry.metrics()));

  app.get('/v1/projections', (request, reply) =>
    answerRead(services, request, reply, { action: 'operate', patientId: null }, async () => ({
      body: JSON.stringify({ projections: services.progress.all(), head: await services.store.head() }),
      type: JSON_TYPE,
      patients: [],
      categories: [],
      opened: 0,
    })),
  );

  // Building may take long: it goes on in the background, and `GET /v1/projections` shows how far it is.
  app.post<{ Params: { model: string } }>('/v1/projections/:model/rebuild', async (request, reply) => {
    const caller = await callerOf(services, request, reply);
    if (caller === null) return reply;
    const decision = mayRead({ subject: caller.actor.subject, roles: caller.actor.roles, purpose: caller.purpose }, 'operate', null);
    const { model } = request.params;
    const refusal = !decision.allowed ? reject(decision.code) : (READ_MODELS as readonly string[]).includes(model) ? null : reject('unknown-route');
    await services.handlerDeps.accessLog.record({
      caller,
      correlationId: request.correlationId,
      data: {
        action: 'operate',
        outcome: refusal === null ? 'allowed' : 'refused',
        code: refusal?.code ?? null,
        rule: PERMISSION_RULE,
        patients: [],
        categories: [],
        opened: 0,
        detail: null,
      },
    });
    if (refusal !== null) return sendRejection(request, reply, refusal);
    services.rebuild(model).catch((fault) => request.log.error({ err: fault, model }, 'rebuild failed'));
    return reply
      .code(202)
      .type(JSON_TYPE)
      .send(JSON.stringify({ model, status: 'building' }));
  });
}
