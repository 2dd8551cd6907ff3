import type { FastifyInstance, FastifyReply } from 'fastify';
import type { RingSource } from '../../../domain/record/unreadable.js';
import { streams } from '../../../domain/streams.js';
import { accessPrefix } from '../../../projections/accesses.js';
import { incompleteOf } from '../../../projections/reading/damage.js';
import { readHistory } from '../../../projections/reading/history.js';
import { reachMinimum } from '../minimum-position.js';
import { cursorFrom, cursorOf, isRejection, limitFrom, refuseUnknown, revisionFrom, viewFrom } from '../parameters.js';
import { answerRead, JSON_TYPE } from '../reading.js';
import { answering, idOf, knownAtRefusal, type PatientRequest } from '../record-query.js';
import type { Services } from '../services.js';

/** What happened to a patient's record, and who saw it. */
export function historyRoutes(app: FastifyInstance, services: Services): void {
  const base = '/v1/patients/:patientId';
  app.get(`${base}/history`, (request: PatientRequest, reply) => sendHistory(services, request, reply));
  app.get(`${base}/accesses`, (request: PatientRequest, reply) => sendAccesses(services, request, reply));
}

const HISTORY_PARAMETERS = ['category', 'validAt', 'knownAt', 'limit', 'cursor'];

/**
 * The own stream of the patient `askedFor`, even when they were merged: the survivor (`patientId`) and the `mergedPatients` have
 * each a history of their own to go on with.
 */
function sendHistory(services: Services, request: PatientRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { patientId } = request.params;
  return answerRead(services, request, reply, { action: 'read-history', patientId: idOf(request) }, async ({ caller, vault, ring, opens }) => {
    const { query } = request;
    const unknown = refuseUnknown(query, HISTORY_PARAMETERS);
    if (unknown !== null) return unknown;
    const view = viewFrom(query);
    if (isRejection(view)) return view;
    const { validAt, knownAt } = view;
    const limit = limitFrom(query, 100, 1000);
    if (isRejection(limit)) return limit;
    const from = revisionFrom(query, 'history');
    if (isRejection(from)) return from;
    const refused = (await knownAtRefusal(services, knownAt)) ?? (await reachMinimum(services, request, ['record']));
    if (refused !== null) return refused;
    const ringOf: RingSource = async (read) => (read === undefined && ring !== null ? ring : vault.patientRing(caller.tenant, patientId, read));
    const asked = { ...view, from, limit, ringOf: opens ? ringOf : null };
    const [page, group] = await Promise.all([
      readHistory(services.store, streams.patient(caller.tenant, patientId), asked),
      services.records.groupOf(caller.tenant, patientId, knownAt),
    ]);
    const head = JSON.stringify({ ...answering({ patientId }, { group }), validAt, knownAt, ...incompleteOf(page.unreadable) });
    const next = page.next === null ? null : cursorOf('history', String(page.next));
    return {
      body: `${head.slice(0, -1)},"history":[${page.entries.join(',')}],"next":${JSON.stringify(next)}}`,
      type: JSON_TYPE,
      patients: [patientId],
      categories: page.categories,
      opened: page.opened,
      unreadable: page.unreadable,
    };
  });
}

function sendAccesses(services: Services, request: PatientRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { patientId } = request.params;
  return answerRead(services, request, reply, { action: 'read-accesses', patientId: idOf(request), alsoErased: true }, async ({ caller }) => {
    const unknown = refuseUnknown(request.query, ['limit', 'cursor']);
    if (unknown !== null) return unknown;
    const limit = limitFrom(request.query, 100, 1000);
    if (isRejection(limit)) return limit;
    const after = cursorFrom(request.query, 'accesses');
    if (isRejection(after)) return after;
    const behind = await reachMinimum(services, request, ['accesses']);
    if (behind !== null) return behind;
    const page = { limit: limit + 1, ...(after === null ? {} : { after }) };
    const rows = await services.models.byPrefix('accesses', accessPrefix(caller.tenant, patientId), page);
    const last = rows.length > limit ? rows[limit - 1]?.key : undefined;
    return {
      body: JSON.stringify({ patientId, accesses: rows.slice(0, limit).map((row) => row.value), next: last === undefined ? null : cursorOf('accesses', last) }),
      type: JSON_TYPE,
      patients: [patientId],
      categories: [],
      opened: 0,
    };
  });
}
