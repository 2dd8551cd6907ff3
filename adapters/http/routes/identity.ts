import type { FastifyInstance, FastifyRequest } from 'fastify';
import { mayRead } from '../../../domain/access/permissions.js';
import type { PatientThen } from '../../../domain/patients/findings.js';
import { patientDecider } from '../../../domain/record/decide.js';
import { reject } from '../../../domain/rejections.js';
import { streams } from '../../../domain/streams.js';
import { identityOf } from '../../../projections/reading/identity.js';
import { isUuid, type Query, refuseUnknown } from '../parameters.js';
import { answerRead, JSON_TYPE } from '../reading.js';
import type { Services } from '../services.js';

type PatientRequest = FastifyRequest<{ Params: { patientId: string }; Querystring: Query }>;

/** Merges name other patients, and may be wrong: they are for those who care for the records, not for the patient's own portal. */
const READERS: readonly string[] = ['steward', 'privacy-officer', 'clinician'];
const ACTION = 'read-lineage';
const NOBODY = '00000000-0000-0000-0000-000000000000';

/**
 * `GET /v1/patients/{patientId}/identity`: with whom the patient is one person, linked, or not the same, when and why; and what
 * an unmerge left to be looked at. Read from the streams themselves: complete the moment a command is acknowledged.
 */
export function identityRoutes(app: FastifyInstance, services: Services): void {
  app.get('/v1/patients/:patientId/identity', (request: PatientRequest, reply) => {
    const patientId = isUuid(request.params.patientId) ? request.params.patientId : NOBODY;
    return answerRead(services, request, reply, { action: ACTION, patientId }, async ({ caller }) => {
      const { subject, roles } = caller.actor;
      // Of a token with several roles, one of these must be what the purpose is for.
      const caring = { subject, roles: roles.filter((role) => READERS.includes(role)), purpose: caller.purpose };
      if (!mayRead(caring, ACTION, patientId).allowed) return reject('not-permitted');
      const unknown = refuseUnknown(request.query, []);
      if (unknown !== null) return unknown;
      const { handlerDeps, store } = services;
      const answer = await identityOf(
        {
          identities: await handlerDeps.identities.latest(handlerDeps, caller.tenant),
          patient: (id) => patientThen(services, caller.tenant, id),
          compare: (left, right) => store.compare(left, right),
        },
        patientId,
      );
      return { body: JSON.stringify(answer), type: JSON_TYPE, patients: answer.members, categories: [], opened: 0 };
    });
  });
}

async function patientThen({ handlerDeps: { states } }: Services, tenant: string, patientId: string): Promise<PatientThen> {
  const stream = streams.patient(tenant, patientId);
  const folded = await states.load(patientDecider, stream);
  await states.refresh(patientDecider, stream, folded);
  return { patientId, state: folded.state, positions: folded.positions };
}
