import type { FastifyReply, FastifyRequest } from 'fastify';
import { absentPatient } from '../../commands/absent-patient.js';
import type { Caller } from '../../commands/request.js';
import { type Action, mayRead, PERMISSION_RULE, type ReadDecision, type Reader } from '../../domain/access/permissions.js';
import { scopesHeld } from '../../domain/access/scopes.js';
import { groupOf } from '../../domain/patients/identities.js';
import type { Unreadable } from '../../domain/record/unreadable.js';
import { type Rejection, reject } from '../../domain/rejections.js';
import type { KeyRing, Vault } from '../../domain/rings.js';
import type { EventOf } from '../../schemas/catalogue.js';
import { entitledVault } from '../keys/entitled-vault.js';
import { callerOf, sendRejection } from './context.js';
import { damageCode, damageHeaders, reportDamage } from './damage.js';
import type { Services } from './services.js';

/** What a read found: the text to send, and what the audit has to say of it. */
export interface Found {
  readonly body: string;
  readonly type: string;
  readonly patients: readonly string[];
  readonly categories: readonly string[];
  readonly opened: number;
  /** What stands in the answer without its content, because nobody can open it. */
  readonly unreadable?: readonly Unreadable[];
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ReadContext {
  readonly caller: Caller;
  /** The keys of the scopes that the reader is entitled to, used in the reader's name. */
  readonly vault: Vault;
  /** The patient's keys; null for reads that are about no single patient. */
  readonly ring: KeyRing | null;
  /** May this reader have content opened? */
  readonly opens: boolean;
}

/** What is asked. A read that the table of permissions does not know, such as a masked one, brings a rule of its own. */
interface Asked {
  readonly action: Action;
  readonly patientId: string | null;
  readonly detail?: AccessData['detail'];
  readonly grant?: { readonly rule: string; readonly may: (reader: Reader) => ReadDecision };
  /** It is not the patient's record, and is answered after they were erased too; there is no ring then. */
  readonly alsoErased?: true;
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
  asked: Asked,
  read: (context: ReadContext) => Promise<Found | Rejection>,
): Promise<FastifyReply> {
  const caller = await callerOf(services, request, reply);
  if (caller === null) return reply;
  const reader = await readerOf(services, caller);
  const decision = asked.grant === undefined ? mayRead(reader, asked.action, asked.patientId) : asked.grant.may(reader);
  if (!decision.allowed) return refuse(services, request, reply, caller, asked, reject(decision.code));
  const vault = readersVault(services, caller, asked.action, decision.scopes);
  const ring = asked.patientId === null ? null : ((await vault.patientRing(caller.tenant, asked.patientId)) ?? null);
  const absent = asked.patientId === null || ring !== null ? null : await absentPatient({ vault, store: services.store }, caller.tenant, asked.patientId);
  if (absent !== null && !(absent.code === 'patient-erased' && asked.alsoErased === true)) return refuse(services, request, reply, caller, asked, absent);
  const found = await read({ caller, vault, ring, opens: decision.opens });
  if ('kind' in found) return refuse(services, request, reply, caller, asked, found);
  // A merge that was taken back is still there in the past, and for a moment in read models: what was shown then of somebody
  // else is not the patient's to see.
  const { ofPatients } = decision;
  if (ofPatients !== null && !found.patients.every((patientId) => ofPatients.includes(patientId)))
    return refuse(services, request, reply, caller, asked, reject(asksForThePast(request) ? 'not-permitted' : 'read-model-behind'));
  const { unreadable = [] } = found;
  await record(services, request, caller, {
    action: asked.action,
    outcome: 'allowed',
    code: damageCode(unreadable),
    rule: asked.grant?.rule ?? PERMISSION_RULE,
    patients: [...found.patients],
    categories: [...found.categories],
    opened: found.opened,
    detail: asked.detail ?? null,
  });
  services.metrics.opened.inc(found.opened);
  reportDamage(services, request, unreadable);
  return reply
    .headers({ 'cache-control': 'no-store', ...damageHeaders(unreadable), ...found.headers })
    .type(found.type)
    .send(found.body);
}

/** THE place where a reader is given keys: those of the scopes that they hold, and no others. */
export function readersVault(services: Pick<Services, 'keys'>, { actor, purpose }: Caller, reason: Action, scopes = scopesHeld(actor.roles, purpose)): Vault {
  return entitledVault(services.keys.usedBy({ subject: actor.subject, purpose, reason }), scopes);
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
  asked: Asked,
  rejection: Rejection,
): Promise<FastifyReply> {
  const vault = services.keys.usedBy({ subject: caller.actor.subject, purpose: caller.purpose, reason: asked.action });
  const exists = asked.patientId !== null && (await vault.standing(caller.tenant, asked.patientId)) !== 'unknown';
  await record(services, request, caller, {
    action: asked.action,
    outcome: 'refused',
    code: rejection.code,
    rule: asked.grant?.rule ?? PERMISSION_RULE,
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
