import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../commands/request.js';
import { type Action, mayRead, PERMISSION_RULE, type Reader } from '../../domain/access/permissions.js';
import { groupOf } from '../../domain/patients/identities.js';
import { type Rejection, reject } from '../../domain/rejections.js';
import type { KeyRing } from '../../domain/rings.js';
import type { EventOf } from '../../schemas/catalogue.js';
import { callerOf, sendRejection } from './context.js';
import type { Services } from './services.js';

/** What a read found: the text to send, and what the audit has to say of it. */
export interface Found {
  readonly body: string;
  readonly type: string;
  readonly patients: readonly string[];
  readonly categories: readonly string[];
  readonly opened: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ReadContext {
  readonly caller: Caller;
  /** The patient's keys; null for reads that are about no single patient. */
  readonly ring: KeyRing | null;
  /** May this reader have content opened? */
  readonly opens: boolean;
}

export const JSON_TYPE = 'application/json; charset=utf-8';
export const NDJSON_TYPE = 'application/x-ndjson; charset=utf-8';

type AccessData = EventOf<'access-recorded'>['data'];

/**
 * Every read goes through here: who? → may they? → does the patient exist here? → read → audit event durable → answer. A
 * refusal is audited too. Another tenant's patient looks the same as none.
 */
export async function answerRead(
  services: Services,
  request: FastifyRequest,
  reply: FastifyReply,
  asked: { action: Action; patientId: string | null; detail?: AccessData['detail'] },
  read: (context: ReadContext) => Promise<Found | Rejection>,
): Promise<FastifyReply> {
  const caller = await callerOf(services, request, reply);
  if (caller === null) return reply;
  const decision = mayRead(await readerOf(services, caller), asked.action, asked.patientId);
  if (!decision.allowed) return refuse(services, request, reply, caller, asked, reject(decision.code));
  const ring = asked.patientId === null ? null : ((await services.vault.patientRing(caller.tenant, asked.patientId)) ?? null);
  if (asked.patientId !== null && ring === null) return refuse(services, request, reply, caller, asked, reject('unknown-patient'));
  const found = await read({ caller, ring, opens: decision.opens });
  if ('kind' in found) return refuse(services, request, reply, caller, asked, found);
  // A merge that was taken back is still there in the past, and for a moment in read models: what was shown then of somebody
  // else is not the patient's to see.
  const { ofPatients } = decision;
  if (ofPatients !== null && !found.patients.every((patientId) => ofPatients.includes(patientId)))
    return refuse(services, request, reply, caller, asked, reject(asksForThePast(request) ? 'not-permitted' : 'read-model-behind'));
  await record(services, request, caller, {
    action: asked.action,
    outcome: 'allowed',
    code: null,
    rule: PERMISSION_RULE,
    patients: [...found.patients],
    categories: [...found.categories],
    opened: found.opened,
    detail: asked.detail ?? null,
  });
  services.metrics.opened.inc(found.opened);
  return reply
    .headers({ 'cache-control': 'no-store', ...found.headers })
    .type(found.type)
    .send(found.body);
}

function asksForThePast({ query }: FastifyRequest): boolean {
  return (query as { readonly knownAt?: unknown }).knownAt !== undefined;
}

/** Merges are looked up in the log, not in a read model: an unmerge that was acknowledged holds for the next read. */
async function readerOf({ handlerDeps }: Services, { tenant, actor: { subject, roles }, purpose }: Caller): Promise<Reader> {
  const reader = { subject, roles, purpose };
  if (!roles.includes('patient')) return reader;
  const { state } = await handlerDeps.identities.latest(handlerDeps, tenant);
  return { ...reader, selves: groupOf(state, subject).members };
}

/** A refused access to a patient who exists here shows in their list of accesses; a guess at an id does not make one. */
async function refuse(
  services: Services,
  request: FastifyRequest,
  reply: FastifyReply,
  caller: Caller,
  asked: { action: Action; patientId: string | null; detail?: AccessData['detail'] },
  rejection: Rejection,
): Promise<FastifyReply> {
  const exists = asked.patientId !== null && (await services.vault.patientRing(caller.tenant, asked.patientId)) !== undefined;
  await record(services, request, caller, {
    action: asked.action,
    outcome: 'refused',
    code: rejection.code,
    rule: PERMISSION_RULE,
    patients: exists && asked.patientId !== null ? [asked.patientId] : [],
    categories: [],
    opened: 0,
    detail: asked.detail ?? null,
  });
  return sendRejection(request, reply, rejection);
}

function record(services: Services, request: FastifyRequest, caller: Caller, data: AccessData): Promise<void> {
  return services.handlerDeps.accessLog.record({ caller, correlationId: request.correlationId, data });
}
