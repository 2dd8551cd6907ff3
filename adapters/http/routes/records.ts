import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Rejection } from '../../../domain/rejections.js';
import { streams } from '../../../domain/streams.js';
import { accessPrefix } from '../../../projections/accesses.js';
import { readHistory } from '../../../projections/reading/history.js';
import { lineageOf } from '../../../projections/reading/lineage.js';
import { factJson, Opener } from '../../../projections/reading/record-json.js';
import type { RecordPage, RecordQuery } from '../../../projections/reading/record-reader.js';
import { positionRefusal, reachMinimum } from '../minimum-position.js';
import {
  categoryFrom,
  cursorFrom,
  cursorOf,
  instantFrom,
  isRejection,
  isUuid,
  knownAtFrom,
  limitFrom,
  type Query,
  refuseUnknown,
  revisionFrom,
} from '../parameters.js';
import { answerRead, type Found, JSON_TYPE, type ReadContext } from '../reading.js';
import type { Services } from '../services.js';

const PAGE = 500;
const PAGE_AT_MOST = 2000;
const KNOWN = ['category', 'validAt', 'knownAt', 'limit', 'cursor'];

type PatientRequest = FastifyRequest<{ Params: { patientId: string }; Querystring: Query }>;

/** The authoritative record of a patient, and its other sides. */
export function recordRoutes(app: FastifyInstance, services: Services): void {
  const base = '/v1/patients/:patientId';
  app.get(`${base}/record`, (request: PatientRequest, reply) => sendRecord(services, request, reply, 'read-record', 'facts'));
  app.get(`${base}/conflicts`, (request: PatientRequest, reply) => sendRecord(services, request, reply, 'read-conflicts', 'conflicts'));
  app.get(`${base}/lineage`, (request: PatientRequest, reply) => sendLineage(services, request, reply));
  app.get(`${base}/history`, (request: PatientRequest, reply) => sendHistory(services, request, reply));
  app.get(`${base}/accesses`, (request: PatientRequest, reply) => sendAccesses(services, request, reply));
}

function sendRecord(
  services: Services,
  request: PatientRequest,
  reply: FastifyReply,
  action: 'read-record' | 'read-conflicts',
  list: string,
): Promise<FastifyReply> {
  const { patientId } = request.params;
  return answerRead(services, request, reply, { action, patientId: idOf(patientId) }, async (context) => {
    const query = await queryOf(services, request, context, list);
    if (isRejection(query)) return query;
    const page = await services.records.read(query);
    const opener = context.opens && context.ring !== null ? new Opener(context.ring) : null;
    const facts = await Promise.all(page.resolutions.map((resolution) => factJson(resolution, opener)));
    return pageOf(query, page, list, facts, opener?.count ?? 0);
  });
}

function sendLineage(services: Services, request: PatientRequest, reply: FastifyReply): Promise<FastifyReply> {
  return answerRead(services, request, reply, { action: 'read-lineage', patientId: idOf(request.params.patientId) }, async (context) => {
    const query = await queryOf(services, request, context, 'lineage');
    if (isRejection(query)) return query;
    const page = await services.records.read(query);
    const entries = page.resolutions.map((resolution) => JSON.stringify(lineageOf(resolution)));
    return pageOf(query, page, 'lineage', entries, 0);
  });
}

function pageOf(query: RecordQuery, page: RecordPage, list: string, entries: readonly string[], opened: number): Found {
  const head = JSON.stringify({ patientId: query.patientId, validAt: query.validAt, knownAt: query.knownAt });
  const next = page.next === null ? null : cursorOf(list, page.next);
  return {
    body: `${head.slice(0, -1)},"${list}":[${entries.join(',')}],"next":${JSON.stringify(next)}}`,
    type: JSON_TYPE,
    patients: [query.patientId],
    categories: [...new Set(page.resolutions.map(({ fact }) => fact.category))],
    opened,
  };
}

async function queryOf(services: Services, request: PatientRequest, { caller }: ReadContext, list: string): Promise<RecordQuery | Rejection> {
  const { query } = request;
  const unknown = refuseUnknown(query, KNOWN);
  if (unknown !== null) return unknown;
  const [category, validAt, knownAt] = [categoryFrom(query), instantFrom(query, 'validAt'), knownAtFrom(query)];
  const [limit, after] = [limitFrom(query, PAGE, PAGE_AT_MOST), cursorFrom(query, list)];
  for (const value of [category, validAt, knownAt, limit, after]) if (isRejection(value)) return value;
  const behind = await reachMinimum(services, request, ['record', 'directory']);
  if (behind !== null) return behind;
  const bad = await positionFault(services, knownAt as RecordQuery['knownAt']);
  if (bad !== null) return bad;
  return {
    tenant: caller.tenant,
    patientId: request.params.patientId,
    category: category as RecordQuery['category'],
    conflictsOnly: list === 'conflicts',
    validAt: validAt as string | null,
    knownAt: knownAt as RecordQuery['knownAt'],
    after: after as string | null,
    limit: limit as number,
    now: services.clock.now(),
  };
}

async function positionFault(services: Services, knownAt: RecordQuery['knownAt']): Promise<Rejection | null> {
  if (knownAt === null || !('position' in knownAt)) return null;
  return positionRefusal(services, knownAt.position);
}

function sendHistory(services: Services, request: PatientRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { patientId } = request.params;
  return answerRead(services, request, reply, { action: 'read-history', patientId: idOf(patientId) }, async ({ caller, ring, opens }) => {
    const { query } = request;
    const unknown = refuseUnknown(query, ['category', 'limit', 'cursor']);
    const [category, limit, from] = [categoryFrom(query), limitFrom(query, 100, 1000), revisionFrom(query, 'history')];
    for (const value of [unknown, category, limit, from]) if (value !== null && isRejection(value)) return value;
    const page = await readHistory(services.store, streams.patient(caller.tenant, patientId), {
      from: from as number,
      limit: limit as number,
      category: category as string | null,
      ring: opens ? ring : null,
    });
    const next = page.next === null ? null : cursorOf('history', String(page.next));
    return {
      body: `{"patientId":${JSON.stringify(patientId)},"history":[${page.entries.join(',')}],"next":${JSON.stringify(next)}}`,
      type: JSON_TYPE,
      patients: [patientId],
      categories: page.categories,
      opened: page.opened,
    };
  });
}

function sendAccesses(services: Services, request: PatientRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { patientId } = request.params;
  return answerRead(services, request, reply, { action: 'read-accesses', patientId: idOf(patientId) }, async ({ caller }) => {
    const unknown = refuseUnknown(request.query, ['limit', 'cursor']);
    const [limit, after] = [limitFrom(request.query, 100, 1000), cursorFrom(request.query, 'accesses')];
    for (const value of [unknown, limit, after]) if (value !== null && isRejection(value)) return value;
    const behind = await reachMinimum(services, request, ['accesses']);
    if (behind !== null) return behind;
    const size = limit as number;
    const page = { limit: size + 1, ...(after === null ? {} : { after: after as string }) };
    const rows = await services.models.byPrefix('accesses', accessPrefix(caller.tenant, patientId), page);
    const last = rows.length > size ? rows[size - 1]?.key : undefined;
    return {
      body: JSON.stringify({ patientId, accesses: rows.slice(0, size).map((row) => row.value), next: last === undefined ? null : cursorOf('accesses', last) }),
      type: JSON_TYPE,
      patients: [patientId],
      categories: [],
      opened: 0,
    };
  });
}

/** An id of another form is nobody's: it is asked for as such, and found unknown. */
function idOf(text: string): string {
  return isUuid(text) ? text : '00000000-0000-0000-0000-000000000000';
}
