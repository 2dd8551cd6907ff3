import type { FastifyRequest } from 'fastify';
import type { Rejection } from '../../domain/rejections.js';
import type { Resolution } from '../../domain/resolution/resolve.js';
import type { KnownAt } from '../../projections/reading/as-of.js';
import { incompleteOf } from '../../projections/reading/damage.js';
import type { RecordPage, RecordQuery } from '../../projections/reading/record-reader.js';
import { positionRefusal, reachMinimum } from './minimum-position.js';
import { cursorFrom, cursorOf, instantFrom, isRejection, isUuid, limitFrom, type Query, refuseUnknown, viewFrom } from './parameters.js';
import { type Found, JSON_TYPE, type ReadContext } from './reading.js';
import type { Services } from './services.js';

const PAGE = 200;
const PAGE_AT_MOST = 2000;
/** What a record is put together from: facts, designations, and what travels with disputed facts. */
const MODELS = ['record', 'directory', 'amendments'];
const KNOWN = ['category', 'validAt', 'knownAt', 'designationsAt', 'limit', 'cursor'];

export type PatientRequest = FastifyRequest<{ Params: { patientId: string }; Querystring: Query }>;

/** What is asked of a record, from the parameters that all its sides have in common; `more` are those of this side alone. */
export async function queryOf(
  services: Services,
  request: PatientRequest,
  { caller }: ReadContext,
  list: string,
  more: readonly string[] = [],
): Promise<RecordQuery | Rejection> {
  const { query } = request;
  const unknown = refuseUnknown(query, [...KNOWN, ...more]);
  if (unknown !== null) return unknown;
  const view = viewFrom(query);
  if (isRejection(view)) return view;
  const designationsAt = instantFrom(query, 'designationsAt');
  if (isRejection(designationsAt)) return designationsAt;
  const limit = limitFrom(query, PAGE, PAGE_AT_MOST);
  if (isRejection(limit)) return limit;
  const after = cursorFrom(query, list);
  if (isRejection(after)) return after;
  const refused = (await reachMinimum(services, request, MODELS)) ?? (await knownAtRefusal(services, view.knownAt));
  if (refused !== null) return refused;
  return {
    tenant: caller.tenant,
    patientId: request.params.patientId,
    ...view,
    conflictsOnly: list === 'conflicts',
    designationsAt,
    after,
    limit,
    now: services.clock.now(),
  };
}

export async function knownAtRefusal(services: Services, knownAt: KnownAt | null): Promise<Rejection | null> {
  return knownAt !== null && 'position' in knownAt ? positionRefusal(services, knownAt.position) : null;
}

/** What was opened for an answer, and what nobody can open. */
type Opened = Required<Pick<Found, 'opened' | 'unreadable'>>;

/** One page of a side as our own JSON: who answers, for which times, the entries, and where it goes on. */
export function pageOf(query: RecordQuery, page: RecordPage, list: string, entries: readonly string[], { opened, unreadable }: Opened): Found {
  const { validAt, knownAt, designationsAt } = query;
  const head = JSON.stringify({ ...answering(query, page), validAt, knownAt, designationsAt, ...incompleteOf(unreadable) });
  return {
    body: `${head.slice(0, -1)},"${list}":[${entries.join(',')}],"next":${JSON.stringify(nextOf(page, list))}}`,
    type: JSON_TYPE,
    ...audited(page),
    opened,
    unreadable,
  };
}

/** Within a page, what somebody has to look at comes first; otherwise the order is that of the rows. */
export function firstThings({ resolutions, disputes }: RecordPage): Resolution[] {
  const disputed = new Set(disputes.filter(({ settlement }) => settlement === undefined).flatMap(({ facts }) => facts.map(({ fact }) => fact.factId)));
  const pressing = ({ fact, state }: Resolution) => disputed.has(fact.factId) || state === 'open';
  return [...resolutions.filter(pressing), ...resolutions.filter((resolution) => !pressing(resolution))];
}

/** The survivor answers for all who were merged into them, and says so. */
export function answering({ patientId }: Pick<RecordQuery, 'patientId'>, { group: { root, members } }: Pick<RecordPage, 'group'>) {
  return { patientId: root, askedFor: patientId, mergedPatients: members.filter((member) => member !== root) };
}

export function nextOf({ next }: Pick<RecordPage, 'next'>, list: string): string | null {
  return next === null ? null : cursorOf(list, next);
}

/** Where the next page is, for forms whose links are addresses. Parameters were checked by now, and hold ids, names and times only. */
export function linksOf(request: PatientRequest, next: string | null): { relation: 'self' | 'next'; url: string }[] {
  const own = { relation: 'self' as const, url: request.url };
  if (next === null) return [own];
  const parameters = new URLSearchParams({ ...(request.query as Record<string, string>), cursor: next });
  return [own, { relation: 'next', url: `${request.url.split('?', 1)[0]}?${parameters}` }];
}

/** What the audit has to say of a page. */
export function audited({ group, resolutions }: RecordPage): Pick<Found, 'patients' | 'categories'> {
  return { patients: [...group.members], categories: [...new Set(resolutions.map(({ fact }) => fact.category))] };
}

/** An id of another form is nobody's: it is asked for as such, and found unknown. */
export function idOf({ params: { patientId } }: PatientRequest): string {
  return isUuid(patientId) ? patientId : '00000000-0000-0000-0000-000000000000';
}
