import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../../commands/request.js';
import { identifierText } from '../../../domain/identity/identifiers.js';
import { type Rejection, reject } from '../../../domain/rejections.js';
import type { Vault } from '../../../domain/rings.js';
import { type Asked, CRITERIA, type Criteria, criteriaOf } from '../../../domain/search/criteria.js';
import { PatientFields } from '../../../schemas/commands/fields.js';
import { strictObject } from '../../../schemas/event.js';
import { strictAjv } from '../../ajv.js';
import { readObject } from '../intake.js';
import { reachMinimum } from '../minimum-position.js';
import { bad, isRejection, type Query, refuseUnknown } from '../parameters.js';
import { answerRead, type Found, JSON_TYPE, type ReadContext } from '../reading.js';
import type { Services } from '../services.js';

const PATIENTS_AT_MOST = 100;
const MATCHES_AT_MOST = 50;
const ENOUGH = 'identifier, phone, family with birthDate, or family with given';

const Text = Type.String({ minLength: 1, maxLength: 200 });

/** Names and dates identify a person: they are asked for in a body, and stand in no address. */
export const PatientSearchBody = strictObject(
  {
    family: Type.Optional(Text),
    given: Type.Optional(Text),
    birthDate: Type.Optional(Type.String({ pattern: '^\\d{4}(-\\d\\d(-\\d\\d)?)?$', description: 'As far as it is known: YYYY, YYYY-MM or YYYY-MM-DD.' })),
    phone: Type.Optional(Text),
    identifier: PatientFields.identifier,
  },
  { description: `What is known of the patient; at the least ${ENOUGH}.` },
);

const isSearch = strictAjv().compile<Static<typeof PatientSearchBody>>(PatientSearchBody);

export function patientRoutes(app: FastifyInstance, services: Services): void {
  /** `GET /v1/patients?identifier=SYSTEM|VALUE`: find by identifier. Answers ids only; nothing is opened for it. */
  app.get('/v1/patients', (request: FastifyRequest<{ Querystring: Query }>, reply: FastifyReply) =>
    answerRead(services, request, reply, { action: 'find-patient', patientId: null }, (context) => foundByIdentifier(services, request, context)),
  );
  /** `POST /v1/patients/search`: by whatever is known. Answers ids, and which of the criteria each meets. */
  app.post('/v1/patients/search', (request: FastifyRequest, reply: FastifyReply) => {
    const asked = request as FastifyRequest<{ Querystring: Query }>;
    return answerRead(services, asked, reply, { action: 'find-patient', patientId: null }, (context) => foundByCriteria(services, asked, context));
  });
}

type PatientsRequest = FastifyRequest<{ Querystring: Query }>;

async function foundByIdentifier(services: Services, request: PatientsRequest, { caller }: ReadContext): Promise<Found | Rejection> {
  const unknown = refuseUnknown(request.query, ['identifier']);
  if (unknown !== null) return unknown;
  const text = request.query['identifier'];
  const bar = typeof text === 'string' ? text.lastIndexOf('|') : -1;
  if (typeof text !== 'string' || bar < 1 || bar === text.length - 1 || text.length > 800) return bad('identifier', 'SYSTEM|VALUE');
  const behind = await reachMinimum(services, request, ['patients', 'record']);
  if (behind !== null) return behind;
  const identifier = identifierText(text.slice(0, bar), text.slice(bar + 1));
  const found = await services.handlerDeps.patientIndex.find(searching(services, caller), caller.tenant, identifier, PATIENTS_AT_MOST);
  const patients = await survivorsOf(services, caller.tenant, found);
  return { body: JSON.stringify({ patients }), type: JSON_TYPE, patients: found, categories: ['demographics'], opened: 0 };
}

async function foundByCriteria(services: Services, request: PatientsRequest, { caller }: ReadContext): Promise<Found | Rejection> {
  const unknown = refuseUnknown(request.query, []);
  if (unknown !== null) return unknown;
  const criteria = criteriaFrom(services, request.body);
  if (isRejection(criteria)) return criteria;
  const behind = await reachMinimum(services, request, ['patients', 'record']);
  if (behind !== null) return behind;
  const { matches, opened, complete } = await services.search.search(searching(services, caller), caller.tenant, criteria, MATCHES_AT_MOST);
  const found = matches.map(({ patientId }) => patientId);
  const candidates = (await survivorsOf(services, caller.tenant, found)).map(({ patientId, foundAs }) => ({
    patientId,
    foundAs,
    matchedOn: CRITERIA.filter((criterion) => matches.some((match) => foundAs.includes(match.patientId) && match.matchedOn.includes(criterion))),
  }));
  return { body: JSON.stringify({ candidates, complete }), type: JSON_TYPE, patients: found, categories: ['demographics'], opened };
}

/** All keys, in the reader's name: the search holds what sources say against the criteria, and the reader is told no word of it. */
function searching({ keys }: Services, { actor, purpose }: Caller): Vault {
  return keys.usedBy({ subject: actor.subject, purpose, reason: 'find-patient' });
}

function criteriaFrom(services: Services, body: unknown): Criteria | Rejection {
  if (typeof body !== 'string') return reject('unsupported-media-type');
  const read = readObject(body);
  if ('kind' in read) return read;
  if (!isSearch(read.value)) return bad('body', ENOUGH);
  const criteria = criteriaOf(read.value as Asked, services.search.phoneOf);
  if (!('criterion' in criteria)) return criteria;
  return criteria.criterion === null ? bad('body', ENOUGH) : bad(criteria.criterion, 'what tells one person from another');
}

/** A patient who was merged answers with the survivor, and says under which ids they were found. In the order of the first found. */
async function survivorsOf(services: Services, tenant: string, found: readonly string[]): Promise<{ patientId: string; foundAs: string[] }[]> {
  const survivors = new Map<string, string[]>();
  for (const patientId of found) {
    const { root } = await services.records.groupOf(tenant, patientId);
    survivors.set(root, [...(survivors.get(root) ?? []), patientId]);
  }
  return [...survivors].map(([patientId, foundAs]) => ({ patientId, foundAs }));
}
