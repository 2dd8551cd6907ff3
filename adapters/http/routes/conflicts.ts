import type { FastifyInstance, FastifyRequest } from 'fastify';
import { mayRead } from '../../../domain/access/permissions.js';
import { type Rejection, reject } from '../../../domain/rejections.js';
import { SEVERITIES, type Severity } from '../../../domain/resolution/severity.js';
import { type ConflictQuery, listConflicts } from '../../../projections/reading/conflict-list.js';
import { CONFLICT_STATES, type ConflictState, conflictPrefix, RESOLUTIONS } from '../../../projections/resolutions/rows.js';
import { reachMinimum } from '../minimum-position.js';
import { bad, categoryFrom, cursorFrom, cursorOf, isRejection, limitFrom, type Query, refuseUnknown } from '../parameters.js';
import { answerRead, JSON_TYPE, type ReadContext } from '../reading.js';
import type { Services } from '../services.js';

const PAGE = 100;
/** An entry names one patient, or a merged one's members, and one access names a thousand at most. */
const PAGE_AT_MOST = 500;
const ACTION = 'read-conflicts';
const LIST = 'work-list';

/** Whose work it is. A clinician asks for one patient's conflicts, and not for everybody's. */
const SETTLING: readonly string[] = ['steward', 'privacy-officer'];

type ListRequest = FastifyRequest<{ Querystring: Query }>;

/**
 * `GET /v1/conflicts`: what sources disagree on, over all patients, safety first and then what has waited longest. Nothing is
 * opened: what the sources said is in each patient's own conflicts. Whoever was shown an entry is noted on it.
 */
export function conflictRoutes(app: FastifyInstance, services: Services): void {
  app.get('/v1/conflicts', (request: ListRequest, reply) =>
    answerRead(services, request, reply, { action: ACTION, patientId: null }, async (context) => {
      const query = await queryOf(services, request, context);
      if (isRejection(query)) return query;
      const { conflicts, next } = await listConflicts(services.models, query);
      const { state, severity, category } = query;
      return {
        body: JSON.stringify({ state, severity, category, conflicts, next: next === null ? null : cursorOf(LIST, next) }),
        type: JSON_TYPE,
        patients: [...new Set(conflicts.map(({ patientId }) => patientId))],
        categories: [...new Set(conflicts.map((conflict) => conflict.category))],
        opened: 0,
      };
    }),
  );
}

async function queryOf(services: Services, request: ListRequest, { caller }: ReadContext): Promise<ConflictQuery | Rejection> {
  const { query } = request;
  const { subject, roles } = caller.actor;
  const settling = { subject, roles: roles.filter((role) => SETTLING.includes(role)), purpose: caller.purpose };
  if (!mayRead(settling, ACTION, null).allowed) return reject('not-permitted');
  const unknown = refuseUnknown(query, ['state', 'severity', 'category', 'limit', 'cursor']);
  if (unknown !== null) return unknown;
  const [state, severity] = [oneOf<ConflictState>(query, 'state', CONFLICT_STATES), oneOf<Severity>(query, 'severity', SEVERITIES)];
  if (isRejection(state)) return state;
  if (isRejection(severity)) return severity;
  const [category, limit, after] = [categoryFrom(query), limitFrom(query, PAGE, PAGE_AT_MOST), cursorFrom(query, LIST)];
  for (const value of [category, limit, after]) if (value !== null && isRejection(value)) return value;
  const asked = { tenant: caller.tenant, state: state ?? 'open', severity };
  // A cursor of another list, or of another tenant's, names no place in this one.
  if (after !== null && !(after as string).startsWith(conflictPrefix(asked.tenant, asked.state, asked.severity))) return reject('invalid-cursor');
  const behind = await reachMinimum(services, request, [RESOLUTIONS]);
  if (behind !== null) return behind;
  return { ...asked, category: category as string | null, after: after as string | null, limit: limit as number, now: services.clock.now() };
}

function oneOf<T extends string>(query: Query, name: string, known: readonly T[]): T | null | Rejection {
  const text = query[name];
  if (text === undefined) return null;
  return known.find((one) => one === text) ?? bad(name, known.join(', '));
}
