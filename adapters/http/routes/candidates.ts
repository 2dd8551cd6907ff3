import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Caller } from '../../../commands/request.js';
import { mayRead } from '../../../domain/access/permissions.js';
import { type Rejection, reject } from '../../../domain/rejections.js';
import { type CandidatePage, type CandidateQuery, CandidateReader } from '../../../projections/candidates-reader.js';
import { CANDIDATE_STATES, type CandidateState } from '../../../projections/candidates-rows.js';
import { reachMinimum } from '../minimum-position.js';
import { bad, cursorFrom, cursorOf, idOf, isRejection, limitFrom, type Query, refuseUnknown } from '../parameters.js';
import { answerRead, type Found, JSON_TYPE } from '../reading.js';
import type { Services } from '../services.js';

type ListRequest = FastifyRequest<{ Querystring: Query }>;
type PatientRequest = FastifyRequest<{ Params: { patientId: string }; Querystring: Query }>;

const PAGE = 100;
/** Each pair names two patients, and one access names a thousand at most. */
const PAGE_AT_MOST = 500;
const ACTION = 'read-conflicts';

/** Who may be whom is for those who decide it: that two people share a house or a birth date is nobody else's business. */
const REVIEWERS: readonly string[] = ['steward', 'privacy-officer'];

/** `GET /v1/candidates`, `GET /v1/patients/{patientId}/candidates`: patients who may be one person, with the score explained. Nothing is opened. */
export function candidateRoutes(app: FastifyInstance, services: Services): void {
  const reader = new CandidateReader(services.models);

  app.get('/v1/candidates', (request: ListRequest, reply) =>
    answerRead(services, request, reply, { action: ACTION, patientId: null }, async ({ caller }) => {
      const state = stateFrom(request.query);
      if (isRejection(state)) return state;
      const list = `candidates-${state}`;
      const query = await queryOf(services, request, caller, list, ['state']);
      return isRejection(query) ? query : pageOf(await reader.list(query, state), list);
    }),
  );

  app.get('/v1/patients/:patientId/candidates', (request: PatientRequest, reply) => {
    const patientId = idOf(request.params.patientId);
    return answerRead(services, request, reply, { action: ACTION, patientId }, async ({ caller }) => {
      const list = `candidates-of-${patientId}`;
      const query = await queryOf(services, request, caller, list, []);
      return isRejection(query) ? query : pageOf(await reader.of(query, patientId), list);
    });
  });
}

async function queryOf(services: Services, request: ListRequest, caller: Caller, list: string, more: readonly string[]): Promise<CandidateQuery | Rejection> {
  const { query } = request;
  const { subject, roles } = caller.actor;
  const reviewing = { subject, roles: roles.filter((role) => REVIEWERS.includes(role)), purpose: caller.purpose };
  if (!mayRead(reviewing, ACTION, null).allowed) return reject('not-permitted');
  const unknown = refuseUnknown(query, [...more, 'minimum', 'limit', 'cursor']);
  const [minimum, limit, after] = [minimumFrom(query), limitFrom(query, PAGE, PAGE_AT_MOST), cursorFrom(query, list)];
  for (const value of [unknown, minimum, limit, after]) if (value !== null && isRejection(value)) return value;
  const behind = await reachMinimum(services, request, ['candidates']);
  if (behind !== null) return behind;
  return { tenant: caller.tenant, minimum: minimum as number | null, after: after as string | null, limit: limit as number };
}

function stateFrom(query: Query): CandidateState | Rejection {
  const text = query['state'] ?? 'open';
  return CANDIDATE_STATES.find((state) => state === text) ?? bad('state', CANDIDATE_STATES.join(', '));
}

function minimumFrom(query: Query): number | null | Rejection {
  const text = query['minimum'];
  if (text === undefined) return null;
  return typeof text === 'string' && /^(0(\.\d{1,9})?|1(\.0{1,9})?)$/.test(text) ? Number(text) : bad('minimum', 'a probability from 0 to 1');
}

function pageOf({ candidates, next }: CandidatePage, list: string): Found {
  return {
    body: JSON.stringify({ candidates, next: next === null ? null : cursorOf(list, next) }),
    type: JSON_TYPE,
    patients: [...new Set(candidates.flatMap(({ patients }) => patients))],
    categories: ['demographics'],
    opened: 0,
  };
}
