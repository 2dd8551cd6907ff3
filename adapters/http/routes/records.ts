import type { FastifyInstance, FastifyReply } from 'fastify';
import { NO_KEYS, ringsOf } from '../../../domain/record/unreadable.js';
import type { Resolution } from '../../../domain/resolution/resolve.js';
import { Opener } from '../../../projections/reading/opener.js';
import { factJson } from '../../../projections/reading/record-json.js';
import type { RecordPage, RecordQuery } from '../../../projections/reading/record-reader.js';
import { ownersOf, Words } from '../../../projections/reading/words.js';
import { notesFor } from '../fact-notes.js';
import { formatFrom } from '../format.js';
import { isRejection } from '../parameters.js';
import { answerRead, type Found, type ReadContext } from '../reading.js';
import { firstThings, idOf, type PatientRequest, pageOf, queryOf } from '../record-query.js';
import type { Services } from '../services.js';
import { bundleFound } from './fhir-record.js';

/** The authoritative record of a patient, and what its sources disagree on. */
export function recordRoutes(app: FastifyInstance, services: Services): void {
  const base = '/v1/patients/:patientId';
  app.get(`${base}/record`, (request: PatientRequest, reply) => sendRecord(services, request, reply));
  app.get(`${base}/conflicts`, (request: PatientRequest, reply) => sendConflicts(services, request, reply));
}

/** As our own JSON, or as a FHIR bundle for those who ask for one. */
function sendRecord(services: Services, request: PatientRequest, reply: FastifyReply): Promise<FastifyReply> {
  return answerRead(services, request, reply, { action: 'read-record', patientId: idOf(request) }, async (context) => {
    const format = formatFrom(request, request.query, ['json', 'fhir']);
    if (isRejection(format)) return format;
    if (format === 'fhir') return bundleFound(services, request, context);
    const query = await queryOf(services, request, context, 'facts', ['format']);
    if (isRejection(query)) return query;
    const page = await services.records.read(query);
    return factsPage(services, query, page, 'facts', context);
  });
}

function sendConflicts(services: Services, request: PatientRequest, reply: FastifyReply): Promise<FastifyReply> {
  return answerRead(services, request, reply, { action: 'read-conflicts', patientId: idOf(request) }, async (context) => {
    const query = await queryOf(services, request, context, 'conflicts');
    if (isRejection(query)) return query;
    const page = await services.records.read(query);
    return factsPage(services, query, page, 'conflicts', context);
  });
}

/** The page's facts with what travels with each, opened for those who may. */
async function factsPage(services: Services, query: RecordQuery, page: RecordPage, list: string, { vault, opens }: ReadContext): Promise<Found> {
  const opener = new Opener(opens ? ringsOf(vault, query.tenant) : NO_KEYS, 'told');
  const words = new Words(opens ? ownersOf(vault, query.tenant) : NO_KEYS);
  const notes = await notesFor(services, query, words);
  const resolutions = firstThings(page);
  const facts = await Promise.all(resolutions.map(async (resolution) => factJson(resolution, page.disputes, opener, await notes(resolution.fact))));
  const found = { opened: opener.count + words.count, unreadable: [...opener.unreadable, ...words.unreadable] };
  return pageOf(query, page, list, damagedFirst(resolutions, facts, opener), found);
}

/** A value that cannot be shown is the first thing that somebody has to look at. */
function damagedFirst(resolutions: readonly Resolution[], facts: readonly string[], opener: Opener): readonly string[] {
  if (opener.unreadable.length === 0) return facts;
  const isDamaged = (_: string, nth: number) => opener.isUnreadable((resolutions[nth] as Resolution).winner);
  return [...facts.filter(isDamaged), ...facts.filter((fact, nth) => !isDamaged(fact, nth))];
}
