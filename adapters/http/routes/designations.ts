import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { byPrecedence, standingOf } from '../../../domain/authority/precedence.js';
import { explain } from '../../../domain/authority/words.js';
import { NO_KEYS } from '../../../domain/record/unreadable.js';
import { type Rejection, reject } from '../../../domain/rejections.js';
import type { DesignationRow } from '../../../projections/directory.js';
import type { KnownAt } from '../../../projections/reading/as-of.js';
import { incompleteOf } from '../../../projections/reading/damage.js';
import { designationsOf } from '../../../projections/reading/designations.js';
import { ownersOf, Words, wordJson } from '../../../projections/reading/words.js';
import type { Category } from '../../../schemas/phi/categories.js';
import { positionRefusal, reachMinimum } from '../minimum-position.js';
import { bad, categoryFrom, cursorFrom, cursorOf, instantFrom, isRejection, isUuid, knownAtFrom, limitFrom, type Query, refuseUnknown } from '../parameters.js';
import { answerRead, type Found, JSON_TYPE, type ReadContext } from '../reading.js';
import type { Services } from '../services.js';

const KNOWN = ['category', 'patientId', 'at', 'knownAt', 'limit', 'cursor'];

interface Asked {
  readonly patientId: string | null;
  readonly category: Category | null;
  readonly at: string | null;
  readonly knownAt: KnownAt | null;
  readonly limit: number;
  readonly after: string | null;
}

type DesignationsRequest = FastifyRequest<{ Querystring: Query }>;

/**
 * `GET /v1/designations`: who is believed for what, the most specific first, each in words and with where it stands at an
 * instant. With a patient also those for this patient alone; their codes are opened for whoever may see content.
 */
export function designationRoutes(app: FastifyInstance, services: Services): void {
  app.get('/v1/designations', (request: DesignationsRequest, reply: FastifyReply) => {
    const { patientId } = request.query;
    const named = typeof patientId === 'string' && isUuid(patientId) ? patientId : null;
    return answerRead(services, request, reply, { action: 'read-lineage', patientId: named }, async (context) => {
      const asked = await askedOf(services, request);
      return isRejection(asked) ? asked : listOf(services, context, asked);
    });
  });
}

async function askedOf(services: Services, request: DesignationsRequest): Promise<Asked | Rejection> {
  const { query } = request;
  const { patientId = null } = query;
  const unknown = refuseUnknown(query, KNOWN);
  if (unknown !== null) return unknown;
  if (patientId !== null && !(typeof patientId === 'string' && isUuid(patientId))) return bad('patientId', 'UUID');
  const category = categoryFrom(query);
  if (isRejection(category)) return category;
  const at = instantFrom(query, 'at');
  if (isRejection(at)) return at;
  const knownAt = knownAtFrom(query);
  if (isRejection(knownAt)) return knownAt;
  const limit = limitFrom(query, 100, 1000);
  if (isRejection(limit)) return limit;
  const after = cursorFrom(query, 'designations');
  if (isRejection(after)) return after;
  const refused = knownAt !== null && 'position' in knownAt ? await positionRefusal(services, knownAt.position) : null;
  return refused ?? (await reachMinimum(services, request, ['directory', 'record'])) ?? { patientId, category, at, knownAt, limit, after };
}

async function listOf(services: Services, { caller, vault, opens }: ReadContext, asked: Asked): Promise<Found | Rejection> {
  const { patientId, category, knownAt, limit, after } = asked;
  const { tenant } = caller;
  const at = asked.at ?? (knownAt !== null && 'time' in knownAt ? knownAt.time : services.clock.now());
  // Of merged patients each one's designations still hold.
  const patients = patientId === null ? [] : (await services.records.groupOf(tenant, patientId, knownAt)).members;
  const all = await designationsOf(services, { tenant, patients, knownAt });
  const list = all.filter((row) => category === null || bearsOn(row, category)).sort(byPrecedence);
  // Designations are never removed, so the one that a page ended with is still there.
  const begin = after === null ? 0 : list.findIndex(({ eventId }) => eventId === after) + 1;
  if (after !== null && begin === 0) return reject('invalid-cursor');
  const page = list.slice(begin, begin + limit);
  const last = begin + limit < list.length ? page.at(-1) : undefined;
  const words = new Words(opens ? ownersOf(vault, tenant) : NO_KEYS);
  const codes = await Promise.all(page.map((row) => codesOf(row, words)));
  const designations = page.map((row, nth) => ({ ...shown(row), ...codes[nth], standing: standingOf(row, all, at), words: explain(row) }));
  const next = last === undefined ? null : cursorOf('designations', last.eventId);
  return {
    body: JSON.stringify({ patientId, category, at, knownAt, designations, next, ...incompleteOf(words.unreadable) }),
    type: JSON_TYPE,
    patients,
    categories: category === null ? [] : [category],
    opened: words.count,
    unreadable: words.unreadable,
  };
}

/** A scope that leaves the category open bears on every one; demographic elements are of one category only. */
function bearsOn({ scope }: DesignationRow, category: Category): boolean {
  return (scope.category === null || scope.category === category) && (scope.element === null || category === 'demographics');
}

/** The row without its sealed part, and its codes as a number: their hashes tell a reader nothing. */
function shown({ stream: _, sealed: __, position, scope, eventId, ...row }: DesignationRow) {
  return { designation: eventId, scope: { ...scope, codes: scope.codes?.length ?? null }, ...row, position };
}

/** The codes as the steward wrote them. They are one patient's: a scope of all patients names none. */
async function codesOf({ eventId, stream, sealed, scope }: DesignationRow, words: Words): Promise<object> {
  const word = await words.of(scope.patientId, sealed === null || stream === null ? null : { eventId, stream, sealed });
  return word.kind === 'shown' ? { codes: (JSON.parse(word.text) as { codes: unknown }).codes } : { codes: null, ...wordJson(word) };
}
