import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CHANGE_STANDINGS, type ChangeStanding, standingOf } from '../../../domain/change-control/standing.js';
import { NO_KEYS } from '../../../domain/record/unreadable.js';
import { type Rejection, reject } from '../../../domain/rejections.js';
import { changeIndex, changePrefix } from '../../../projections/changes.js';
import type { Row } from '../../../projections/ports.js';
import { changeJson } from '../../../projections/reading/change-json.js';
import { incompleteOf } from '../../../projections/reading/damage.js';
import { ownersOf, Words } from '../../../projections/reading/words.js';
import type { ChangeRow } from '../../../schemas/read-models/change.js';
import { reachMinimum } from '../minimum-position.js';
import { bad, cursorFrom, cursorOf, isRejection, isUuid, limitFrom, type Query, refuseUnknown } from '../parameters.js';
import { answerRead, type Found, JSON_TYPE, type ReadContext } from '../reading.js';
import type { Services } from '../services.js';

/** What is read with the right to see what waits for a steward; the audit says which list it was. */
const ASKED = { action: 'read-quarantine', patientId: null, detail: { feed: 'changes' } } as const;
/** How many rows are looked at for one page of a state: the page may be short, and `next` goes on. */
const LOOKED_AT_MOST = 2000;

type ListRequest = FastifyRequest<{ Querystring: Query }>;
type OneRequest = FastifyRequest<{ Params: { changeId: string }; Querystring: Query }>;

/** `GET /v1/changes`, `GET /v1/changes/{changeId}`: protected changes, for those who approve, review and audit them. */
export function changeRoutes(app: FastifyInstance, services: Services): void {
  app.get('/v1/changes', (request: ListRequest, reply: FastifyReply) =>
    answerRead(services, request, reply, ASKED, (context) => listed(services, request, context)),
  );
  app.get('/v1/changes/:changeId', (request: OneRequest, reply: FastifyReply) =>
    answerRead(services, request, reply, ASKED, (context) => one(services, request, context)),
  );
}

async function listed(services: Services, request: ListRequest, context: ReadContext): Promise<Found | Rejection> {
  const { query } = request;
  const unknown = refuseUnknown(query, ['state', 'limit', 'cursor']);
  const [state, limit, after] = [stateFrom(query), limitFrom(query, 100, 500), cursorFrom(query, 'changes')];
  for (const value of [unknown, state, limit, after]) if (value !== null && isRejection(value)) return value;
  const behind = await reachMinimum(services, request, ['changes']);
  if (behind !== null) return behind;
  const page = { limit: LOOKED_AT_MOST + 1, ...(after === null ? {} : { after: after as string }) };
  const looked = await services.models.byPrefix('changes', changePrefix(context.caller.tenant), page);
  const now = services.clock.now();
  const fitting = looked.slice(0, LOOKED_AT_MOST).filter((row) => state === null || standingOf(row.value as ChangeRow, now) === state);
  const rows = fitting.slice(0, limit as number);
  // A full page ends at its last row; a short one has looked at all that was read for it.
  const last = fitting.length > rows.length ? rows.at(-1) : looked.length > LOOKED_AT_MOST ? looked[LOOKED_AT_MOST - 1] : undefined;
  const { found, changes } = await shown(context, rows, now);
  const tail = JSON.stringify({ next: last === undefined ? null : cursorOf('changes', last.key), ...incompleteOf(found.unreadable) });
  return { ...found, body: `{"changes":[${changes.join(',')}],${tail.slice(1)}` };
}

async function one(services: Services, request: OneRequest, context: ReadContext): Promise<Found | Rejection> {
  const unknown = refuseUnknown(request.query, []);
  if (unknown !== null) return unknown;
  const behind = await reachMinimum(services, request, ['changes']);
  if (behind !== null) return behind;
  const { changeId } = request.params;
  const { tenant } = context.caller;
  const rows = isUuid(changeId) ? await services.models.byIndex('changes', changeIndex(tenant, changeId), { limit: 1 }) : [];
  if (rows.length === 0) return reject('unknown-change');
  const { found, changes } = await shown(context, rows, services.clock.now());
  return { ...found, body: changes.join('') };
}

type Answered = Omit<Required<Found>, 'body' | 'headers'>;

/** Opened for those who may, each with its own patient's keys; of an erased patient's there is nothing to open. */
async function shown({ caller, vault, opens }: ReadContext, rows: readonly Row[], now: string): Promise<{ found: Answered; changes: string[] }> {
  const words = new Words(opens ? ownersOf(vault, caller.tenant) : NO_KEYS);
  const changes: string[] = [];
  const patients = new Set<string>();
  for (const { value } of rows) {
    const row = value as ChangeRow;
    if (row.patientId !== null) patients.add(row.patientId);
    changes.push(await changeJson(row, now, words));
  }
  return { found: { type: JSON_TYPE, patients: [...patients], categories: [], opened: words.count, unreadable: words.unreadable }, changes };
}

function stateFrom(query: Query): ChangeStanding | null | Rejection {
  const text = query['state'];
  if (text === undefined) return null;
  return CHANGE_STANDINGS.find((standing) => standing === text) ?? bad('state', CHANGE_STANDINGS.join(', '));
}
