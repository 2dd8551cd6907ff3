import { CONTENT_AT_MOST_BYTES, type Rejection, reject } from '../domain/rejections.js';
import { quarantineDecider } from '../domain/sourcing/quarantine.js';
import { streams } from '../domain/streams.js';
import type { HandlerDeps } from './handle.js';
import type { Caller, Outcome } from './request.js';
import { permitted } from './speaker.js';

/**
 * Keeps a refused line of a source, sealed under the tenant's ring, with its reason: repaired, it can be sent again. Only a
 * registered, active source may fill the quarantine, so that a token without right cannot.
 */
export async function quarantine(
  deps: HandlerDeps,
  context: { readonly caller: Caller; readonly correlationId: string },
  text: string,
  refusal: Rejection,
): Promise<Outcome> {
  const { caller, correlationId } = context;
  const refused = permitted(caller, 'record-fact');
  if (refused !== null) return refused;
  if (Buffer.byteLength(text) > CONTENT_AT_MOST_BYTES) return reject('too-large');
  const speaker = await deps.standings.speaker(deps, caller);
  if ('kind' in speaker) return speaker;
  const ring = await deps.vault.tenantRing(caller.tenant);
  const data = {
    code: refusal.code,
    resourceType: resourceTypeIn(text),
    pointer: refusal.issues?.[0]?.pointer.slice(0, 300) ?? null,
    inputToken: ring.blind('input', `${speaker.sourceId}|${text}`),
  };
  return deps.submit(streams.quarantine(caller.tenant, speaker.sourceId), {
    decider: quarantineDecider,
    command: { source: speaker.sourceId, data, text },
    envelope: { ...caller, correlationId, causationId: correlationId, idempotency: null },
    ring,
    expected: null,
    sizeBytes: Buffer.byteLength(text),
  });
}

/** The resource type, if the line got as far as naming one that looks like one. */
function resourceTypeIn(text: string): string | null {
  return /"resourceType"\s*:\s*"([A-Z][A-Za-z]{1,40})"/.exec(text)?.[1] ?? null;
}
