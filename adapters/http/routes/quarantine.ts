import type { FastifyInstance, FastifyRequest } from 'fastify';
import { streams } from '../../../domain/streams.js';
import { bad, cursorOf, isRejection, limitFrom, type Query, refuseUnknown, revisionFrom } from '../parameters.js';
import { answerRead, JSON_TYPE } from '../reading.js';
import type { Services } from '../services.js';

/** `GET /v1/quarantine?source=S`: what a source sent and the ledger could not take, with the reason; opened for a steward to repair. */
export function quarantineRoutes(app: FastifyInstance, services: Services): void {
  app.get('/v1/quarantine', (request: FastifyRequest<{ Querystring: Query }>, reply) =>
    answerRead(services, request, reply, { action: 'read-quarantine', patientId: null }, async ({ caller, vault, opens }) => {
      const { query } = request;
      const unknown = refuseUnknown(query, ['source', 'limit', 'cursor']);
      const [limit, from] = [limitFrom(query, 100, 1000), revisionFrom(query, 'quarantine')];
      for (const value of [unknown, limit, from]) if (value !== null && isRejection(value)) return value;
      const source = query['source'];
      if (typeof source !== 'string' || source === '') return bad('source', 'the id of a source');
      const size = limit as number;
      const page = await services.store.readStream(streams.quarantine(caller.tenant, source), { from: from as number, limit: size });
      const ring = await vault.tenantRing(caller.tenant);
      let opened = 0;
      const entries = await Promise.all(
        page.map(async ({ event, revision, position }) => {
          const [sealed] = event.sealed;
          const about = { eventId: event.id, recordedAt: event.recordedAt, revision, position, ...event.data };
          if (sealed === undefined || !opens) return about;
          if (!ring.holds(sealed)) return { ...about, withheld: true };
          opened += 1;
          return { ...about, input: await ring.open(sealed, { stream: event.stream, eventId: event.id }) };
        }),
      );
      const last = page.at(-1);
      const next = page.length === size && last !== undefined ? cursorOf('quarantine', String(last.revision + 1)) : null;
      return { body: JSON.stringify({ source, quarantine: entries, next }), type: JSON_TYPE, patients: [], categories: [], opened };
    }),
  );
}
