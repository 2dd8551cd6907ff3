import type { FastifyInstance, FastifyRequest } from 'fastify';
import { identifierText } from '../../../domain/identity/identifiers.js';
import { reachMinimum } from '../minimum-position.js';
import { bad, type Query, refuseUnknown } from '../parameters.js';
import { answerRead, JSON_TYPE } from '../reading.js';
import type { Services } from '../services.js';

const PATIENTS_AT_MOST = 100;

/** `GET /v1/patients?identifier=SYSTEM|VALUE`: find by identifier. Answers ids only; nothing is opened for it. */
export function patientRoutes(app: FastifyInstance, services: Services): void {
  app.get('/v1/patients', (request: FastifyRequest<{ Querystring: Query }>, reply) =>
    answerRead(services, request, reply, { action: 'find-patient', patientId: null }, async ({ caller }) => {
      const unknown = refuseUnknown(request.query, ['identifier']);
      if (unknown !== null) return unknown;
      const text = request.query['identifier'];
      const bar = typeof text === 'string' ? text.lastIndexOf('|') : -1;
      if (typeof text !== 'string' || bar < 1 || bar === text.length - 1 || text.length > 800) return bad('identifier', 'SYSTEM|VALUE');
      const behind = await reachMinimum(services, request, ['patients']);
      if (behind !== null) return behind;
      const ring = await services.vault.tenantRing(caller.tenant);
      const token = ring.blind('identifier', identifierText(text.slice(0, bar), text.slice(bar + 1)));
      const found = await services.handlerDeps.patientIndex.find(caller.tenant, token, PATIENTS_AT_MOST);
      const patients = await survivorsOf(services, caller.tenant, found);
      return { body: JSON.stringify({ patients }), type: JSON_TYPE, patients: found, categories: ['demographics'], opened: 0 };
    }),
  );
}

/** A patient who was merged answers with the survivor, and says under which ids the identifier was found. */
async function survivorsOf(services: Services, tenant: string, found: readonly string[]): Promise<{ patientId: string; foundAs: string[] }[]> {
  const survivors = new Map<string, string[]>();
  for (const patientId of found) {
    const { root } = await services.records.groupOf(tenant, patientId);
    survivors.set(root, [...(survivors.get(root) ?? []), patientId]);
  }
  return [...survivors].map(([patientId, foundAs]) => ({ patientId, foundAs }));
}
