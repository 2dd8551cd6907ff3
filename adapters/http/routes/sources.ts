import type { Static } from '@sinclair/typebox';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { NO_KEYS, ringsOf } from '../../../domain/record/unreadable.js';
import { type Rejection, reject } from '../../../domain/rejections.js';
import { incompleteOf } from '../../../projections/reading/damage.js';
import { factsOfRecord, mappingOf } from '../../../projections/reading/mapping.js';
import { Opener } from '../../../projections/reading/opener.js';
import { SourceRecordId } from '../../../schemas/commands/fields.js';
import { Name, strictObject } from '../../../schemas/event.js';
import { strictAjv } from '../../ajv.js';
import { readObject } from '../intake.js';
import { reachMinimum } from '../minimum-position.js';
import { bad, isRejection, knownAtFrom, refuseUnknown } from '../parameters.js';
import { answerRead, type Found, JSON_TYPE, type ReadContext } from '../reading.js';
import { answering, idOf, knownAtRefusal, nextOf, type PatientRequest, queryOf } from '../record-query.js';
import type { Services } from '../services.js';

/** The id of a source's record may identify a person: it is asked for in a body, and stands in no address. */
export const SourceLookup = strictObject(
  { source: Name, sourceRecordId: SourceRecordId },
  { description: 'A record, by the source and the id that it has there.' },
);
type SourceLookup = Static<typeof SourceLookup>;

const isLookup = strictAjv().compile<SourceLookup>(SourceLookup);

/** Which record of which source is called what here, and the other way round. */
export function sourceRoutes(app: FastifyInstance, services: Services): void {
  const base = '/v1/patients/:patientId/sources';
  app.get(base, (request: PatientRequest, reply: FastifyReply) =>
    answerRead(services, request, reply, { action: 'read-lineage', patientId: idOf(request) }, (context) => mappingFound(services, request, context)),
  );
  app.post(`${base}/lookup`, (request: FastifyRequest, reply: FastifyReply) => {
    const asked = request as PatientRequest;
    return answerRead(services, asked, reply, { action: 'read-lineage', patientId: idOf(asked) }, (context) => lookupFound(services, asked, context));
  });
}

async function mappingFound(services: Services, request: PatientRequest, context: ReadContext): Promise<Found | Rejection> {
  const unknown = refuseUnknown(request.query, ['category', 'knownAt', 'limit', 'cursor']);
  if (unknown !== null) return unknown;
  const query = await queryOf(services, request, context, 'sources');
  if (isRejection(query)) return query;
  const { group, page, next } = await services.records.facts(query);
  const opener = new Opener(context.opens ? ringsOf(context.vault, query.tenant) : NO_KEYS, 'told');
  const sources = await mappingOf(page, opener);
  return {
    body: JSON.stringify({
      ...answering(query, { group }),
      knownAt: query.knownAt,
      ...incompleteOf(opener.unreadable),
      sources,
      next: nextOf({ next }, 'sources'),
    }),
    type: JSON_TYPE,
    patients: [...group.members],
    categories: [...new Set(page.map(({ category }) => category))],
    opened: opener.count,
    unreadable: opener.unreadable,
  };
}

async function lookupFound(services: Services, request: PatientRequest, context: ReadContext): Promise<Found | Rejection> {
  const unknown = refuseUnknown(request.query, ['knownAt']);
  if (unknown !== null) return unknown;
  const knownAt = knownAtFrom(request.query);
  if (isRejection(knownAt)) return knownAt;
  const lookup = lookupFrom(request.body);
  if (isRejection(lookup)) return lookup;
  const refused = (await knownAtRefusal(services, knownAt)) ?? (await reachMinimum(services, request, ['record']));
  if (refused !== null) return refused;
  const { tenant } = context.caller;
  const { patientId } = request.params;
  const group = await services.records.groupOf(tenant, patientId, knownAt);
  const deps = { ...services, ringOf: (member: string) => context.vault.patientRing(tenant, member) };
  const facts = await factsOfRecord(deps, { tenant, group, knownAt, ...lookup });
  const [found] = await mappingOf(facts, null);
  // The caller knows the id already: nothing is opened to say it again.
  const records = (found?.records ?? []).map(({ sourceRecordId: _, ...record }) => record);
  return {
    body: JSON.stringify({ ...answering({ patientId }, { group }), knownAt, source: lookup.source, records }),
    type: JSON_TYPE,
    patients: [...group.members],
    categories: [...new Set(facts.map(({ category }) => category))],
    opened: 0,
  };
}

function lookupFrom(body: unknown): SourceLookup | Rejection {
  if (typeof body !== 'string') return reject('unsupported-media-type');
  const read = readObject(body);
  if ('kind' in read) return read;
  return isLookup(read.value) ? read.value : bad('body', 'source and sourceRecordId, and nothing else');
}
