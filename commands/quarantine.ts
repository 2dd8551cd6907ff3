import { isRecordType } from '../domain/identity/category.js';
import { isFhirResource } from '../domain/identity/resource.js';
import type { JsonValue } from '../domain/json/json-value.js';
import { sensitiveScopeOf } from '../domain/phi/content-parts.js';
import { CONTENT_AT_MOST_BYTES, type Rejection, reject } from '../domain/rejections.js';
import { QUARANTINE_SCOPE, quarantineDecider } from '../domain/sourcing/quarantine.js';
import { streams } from '../domain/streams.js';
import { RESTRICTED } from '../schemas/phi/scopes.js';
import type { HandlerDeps } from './handle.js';
import type { KeyRing } from './ports.js';
import type { Caller, Outcome } from './request.js';
import { permitted } from './speaker.js';

const PATIENT_NAMED = /"patientId"\s*:\s*"([0-9a-f-]{36})"/;

/**
 * Keeps a refused line of a source, sealed under keys of its own, with its reason: repaired, it can be sent again. Only a
 * registered, active source may fill the quarantine, so that a token without right cannot. Of an erased patient nothing is kept.
 */
export async function quarantine(
  deps: HandlerDeps,
  context: { readonly caller: Caller; readonly correlationId: string },
  text: string,
  refusal: Rejection,
): Promise<Outcome> {
  const { caller, correlationId } = context;
  if (refusal.code === 'patient-erased') return refusal;
  const refused = permitted(caller, 'record-fact');
  if (refused !== null) return refused;
  if (Buffer.byteLength(text) > CONTENT_AT_MOST_BYTES) return reject('too-large');
  const speaker = await deps.standings.speaker(deps, caller);
  if ('kind' in speaker) return speaker;
  const vault = deps.keys.usedBy({ subject: caller.actor.subject, purpose: caller.purpose, reason: 'quarantine' });
  const named = PATIENT_NAMED.exec(text)?.[1];
  if (named !== undefined && (await vault.standing(caller.tenant, named)) === 'erased') return reject('patient-erased');
  const inputToken = (await vault.tenantRing(caller.tenant)).blind('input', `${speaker.sourceId}|${text}`);
  const data = {
    code: refusal.code,
    resourceType: resourceTypeIn(text),
    pointer: refusal.issues?.[0]?.pointer.slice(0, 300) ?? null,
    inputToken,
    sealedUnder: 'input' as const,
  };
  const submit = (ring: KeyRing | null) =>
    deps.submit(streams.quarantine(caller.tenant, speaker.sourceId), {
      decider: quarantineDecider,
      command: { source: speaker.sourceId, data, scope: scopeOf(text), text },
      envelope: { ...caller, correlationId, causationId: correlationId, idempotency: null },
      ring,
      expected: null,
      sizeBytes: Buffer.byteLength(text),
    });
  // A line whose keys were destroyed was kept before, and is not kept again: no ring is needed to say so.
  return (await vault.withInput(caller.tenant, inputToken, submit, 'make')) ?? submit(null);
}

/**
 * Who may open it again to repair it. What cannot be read as JSON may hold anything, and is for those who hold every scope; a
 * resource that is named sensitive by its codes is for those who hold that.
 */
function scopeOf(text: string): string {
  try {
    const line = JSON.parse(text) as { readonly body?: { readonly resource?: JsonValue } } | null;
    const resource = line?.body?.resource;
    return isFhirResource(resource) ? (sensitiveScopeOf(resource) ?? QUARANTINE_SCOPE) : QUARANTINE_SCOPE;
  } catch {
    // Not JSON at all: nothing tells what is in it.
    return RESTRICTED;
  }
}

/** The resource type, if the line got as far as naming one. It is kept in clear: a word that is no type may be a name. */
function resourceTypeIn(text: string): string | null {
  const type = /"resourceType"\s*:\s*"([A-Z][A-Za-z]{1,40})"/.exec(text)?.[1];
  return type !== undefined && isRecordType(type) ? type : null;
}
