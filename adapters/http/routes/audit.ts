import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { EventPage } from '../../../domain/log.js';
import { streams } from '../../../domain/streams.js';
import { patientsOf, type Recorded } from '../../../schemas/catalogue.js';
import { positionRefusal } from '../minimum-position.js';
import { bad, isRejection, isUuid, limitFrom, type Query, refuseUnknown } from '../parameters.js';
import { answerRead, NDJSON_TYPE } from '../reading.js';
import type { Services } from '../services.js';

/**
 * `GET /v1/audit/events?stream=&patient=&from=`: the auditor's replay, NDJSON, sealed. The events of the auditor's tenant as
 * they are stored, with revision and position; `from` is the position after which to go on.
 */
export function auditRoutes(app: FastifyInstance, services: Services): void {
  app.get('/v1/audit/events', (request: FastifyRequest<{ Querystring: Query }>, reply) =>
    answerRead(services, request, reply, { action: 'replay', patientId: null }, async ({ caller }) => {
      const { query } = request;
      const unknown = refuseUnknown(query, ['stream', 'patient', 'from', 'limit']);
      const limit = limitFrom(query, 500, 2000);
      if (unknown !== null) return unknown;
      if (isRejection(limit)) return limit;
      const { stream, patient, from } = query as Record<string, string | undefined>;
      if (patient !== undefined && !isUuid(patient)) return bad('patient', 'a patient id');
      const named = stream ?? (patient === undefined ? undefined : streams.patient(caller.tenant, patient));
      if (named?.startsWith(`${caller.tenant}.`) === false) return empty();
      const refused = named === undefined && from !== undefined ? await positionRefusal(services, from) : null;
      if (refused !== null) return refused;
      if (named !== undefined && from !== undefined && !/^\d{1,15}$/.test(from)) return bad('from', 'a revision of the stream');
      const page: EventPage =
        named === undefined
          ? await services.store.readAll({ after: from ?? null, limit })
          : { events: await services.store.readStream(named, { from: Number(from ?? 0), limit }), through: null, end: true };
      const own = page.events.filter(({ event }) => event.tenant === caller.tenant);
      const next = named === undefined ? page.through : nextRevision(page.events, limit);
      return {
        body: own.map((recorded) => `${JSON.stringify({ ...recorded.event, revision: recorded.revision, position: recorded.position })}\n`).join(''),
        type: NDJSON_TYPE,
        patients: [...new Set(own.flatMap(({ event }) => patientsOf(event)))].slice(0, 1000),
        categories: [],
        opened: 0,
        headers: { 'replay-end': String(named === undefined ? page.end : next === null), ...(next === null ? {} : { 'next-from': next }) },
      };
    }),
  );
}

function nextRevision(events: readonly Recorded[], limit: number): string | null {
  const last = events.at(-1);
  return events.length < limit || last === undefined ? null : String(last.revision + 1);
}

function empty() {
  return { body: '', type: NDJSON_TYPE, patients: [], categories: [], opened: 0, headers: { 'replay-end': 'true' } };
}
