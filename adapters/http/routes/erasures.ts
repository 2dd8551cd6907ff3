import type { FastifyInstance, FastifyRequest } from 'fastify';
import { erasureOf } from '../../../commands/erasure/erasure.js';
import { NO_KEYS } from '../../../domain/record/unreadable.js';
import { erasureJson } from '../../../projections/reading/erasure.js';
import { ownersOf, Words } from '../../../projections/reading/words.js';
import { isUuid, type Query, refuseUnknown } from '../parameters.js';
import { answerRead, JSON_TYPE } from '../reading.js';
import type { Services } from '../services.js';

type PatientRequest = FastifyRequest<{ Params: { patientId: string }; Querystring: Query }>;

const NOBODY = '00000000-0000-0000-0000-000000000000';

/**
 * `GET /v1/patients/{patientId}/erasure`: legal holds, what was asked and how it was answered, and of an erasure its order, what it still
 * waits for, and its certificate. Read from the patient's erasure stream: complete the moment a command is acknowledged.
 */
export function erasureRoutes(app: FastifyInstance, services: Services): void {
  app.get('/v1/patients/:patientId/erasure', (request: PatientRequest, reply) => {
    const patientId = isUuid(request.params.patientId) ? request.params.patientId : NOBODY;
    return answerRead(services, request, reply, { action: 'read-accesses', patientId, alsoErased: true }, async ({ caller, vault, opens }) => {
      const unknown = refuseUnknown(request.query, []);
      if (unknown !== null) return unknown;
      const { tenant } = caller;
      const state = await erasureOf(services.handlerDeps, tenant, patientId);
      const waitsFor = state.order === null || state.erased !== null ? [] : await services.erasureRemains(tenant, patientId);
      const words = new Words(opens ? ownersOf(vault, tenant) : NO_KEYS);
      const body = await erasureJson({ tenant, patientId, state, waitsFor }, words);
      return { body, type: JSON_TYPE, patients: [patientId], categories: [], opened: words.count, unreadable: words.unreadable };
    });
  });
}
