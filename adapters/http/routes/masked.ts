import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { mayReadMasked, mayReIdentify, RE_IDENTIFICATION_RULE } from '../../../domain/masking/access.js';
import { decryptText } from '../../../domain/masking/format-preserving.js';
import { ruleOfPlan } from '../../../domain/masking/plan.js';
import { type Rejection, reject } from '../../../domain/rejections.js';
import { ReIdentification } from '../../../schemas/phi/re-identification.js';
import { strictAjv } from '../../ajv.js';
import { digitCipher } from '../../masking/ff1.js';
import { patientOf } from '../../masking/pseudonym.js';
import { PatientTokens } from '../../masking/tokens.js';
import { readObject } from '../intake.js';
import { maskedFound } from '../masked-answer.js';
import { bad, isRejection, refuseUnknown } from '../parameters.js';
import { answerRead, type Found, JSON_TYPE, type ReadContext } from '../reading.js';
import { idOf, type PatientRequest } from '../record-query.js';
import type { Services } from '../services.js';

const isReIdentification = strictAjv().compile<ReIdentification>(ReIdentification);

/** The record as those may have it who need not know whose it is, and the way back for those who must. */
export function maskedRoutes(app: FastifyInstance, services: Services): void {
  app.get('/v1/patients/:patientId/masked', (request: PatientRequest, reply: FastifyReply) => sendMasked(services, request, reply));
  app.post('/v1/re-identifications', (request: FastifyRequest, reply: FastifyReply) => sendReIdentified(services, request, reply));
}

function sendMasked(services: Services, request: PatientRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { maskingPlans } = services;
  const plan = maskingPlans.find(({ name }) => name === request.query['profile']);
  // Who may have no plan at all learns nothing of what plans there are.
  const plans = plan === undefined ? maskingPlans : [plan];
  const grant = {
    rule: plan === undefined ? 'masking@1' : ruleOfPlan(plan),
    may: (reader: Parameters<typeof mayReadMasked>[0]) =>
      plans.map((one) => mayReadMasked(reader, one)).find(({ allowed }) => allowed) ?? { allowed: false as const, code: 'not-permitted' as const },
  };
  const detail = { command: plan === undefined ? 'masked' : `masked ${plan.name}` };
  return answerRead(services, request, reply, { action: 'read-record', patientId: idOf(request), grant, detail }, async (context) =>
    plan === undefined ? bad('profile', maskingPlans.map(({ name }) => name).join(', ')) : maskedFound(services, request, context, plan),
  );
}

/** What stands in the body may lead to a person: it stands in no address. */
function sendReIdentified(services: Services, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const grant = { rule: RE_IDENTIFICATION_RULE, may: mayReIdentify };
  const detail = { command: 're-identify' };
  return answerRead(services, request, reply, { action: 'find-patient', patientId: null, grant, detail }, async (context) => {
    const unknown = refuseUnknown(request.query as Readonly<Record<string, unknown>>, []);
    if (unknown !== null) return unknown;
    const asked = reIdentificationFrom(request.body);
    return isRejection(asked) ? asked : reIdentified(context, asked);
  });
}

function reIdentificationFrom(body: unknown): ReIdentification | Rejection {
  if (typeof body !== 'string') return reject('unsupported-media-type');
  const read = readObject(body);
  if ('kind' in read) return read;
  return isReIdentification(read.value) ? read.value : bad('body', 'recipient, pseudonym, and perhaps tokens and masked');
}

async function reIdentified({ caller: { tenant }, vault }: ReadContext, asked: ReIdentification): Promise<Found | Rejection> {
  const patientId = patientOf(await vault.tenantRing(tenant), asked.recipient, asked.pseudonym);
  // An erased patient's is as unknown as one that nobody was given.
  const ring = await vault.patientRing(tenant, patientId);
  if (ring === undefined) return reject('unknown-token');
  const kept = new PatientTokens(vault, ring, tenant, patientId);
  const tokens: { token: string; value: string | null }[] = [];
  for (const token of asked.tokens ?? []) tokens.push({ token, value: (await kept.textOf(token)) ?? null });
  const masked = (asked.masked ?? []).map(({ profile, as, value }) => {
    const decrypted = decryptText(as, value, digitCipher(ring, profile));
    return 'text' in decrypted ? { value: decrypted.text } : decrypted;
  });
  return {
    body: JSON.stringify({ patientId, tokens, masked }),
    type: JSON_TYPE,
    patients: [patientId],
    categories: ['demographics'],
    opened: tokens.length,
  };
}
