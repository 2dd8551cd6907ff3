import type { Draft } from '../domain/decider.js';
import { canonicalJson } from '../domain/json/canonical.js';
import type { JsonValue } from '../domain/json/json-value.js';
import type { LedgerEvent } from '../schemas/catalogue.js';
import { EVENTS } from '../schemas/catalogue.js';
import type { SealedPart } from '../schemas/event.js';
import type { Clock, Digest } from './ports.js';
import type { Caller } from './request.js';

/** Who and why of an event: the same for all events of one command. */
export interface Envelope extends Caller {
  readonly correlationId: string;
  readonly causationId: string;
  readonly idempotency: { readonly key: string; readonly fingerprint: string } | null;
}

/** Draft + who, when, why + sealed content = event. */
export function envelop(
  deps: { clock: Clock; digest: Digest },
  stream: string,
  id: string,
  draft: Draft,
  sealed: SealedPart[],
  envelope: Envelope,
): LedgerEvent {
  const { type, data, source, validTime } = draft;
  return {
    id,
    type,
    version: EVENTS[type].properties.version.const,
    stream,
    tenant: envelope.tenant,
    source,
    actor: envelope.actor,
    purpose: envelope.purpose,
    validTime,
    recordedAt: deps.clock.now(),
    correlationId: envelope.correlationId,
    causationId: envelope.causationId,
    idempotency: envelope.idempotency,
    data,
    sealed,
    contentHash: contentHash(deps.digest, { type, data, sealed }),
  } as LedgerEvent;
}

/** SHA-256, hex, over RFC 8785 canonical JSON of type, data and sealed parts: it outlives the keys. */
export function contentHash(digest: Digest, event: { type: string; data: unknown; sealed: readonly SealedPart[] }): string {
  const { type, data, sealed } = event;
  return digest.sha256Hex(canonicalJson({ type, data, sealed } as unknown as JsonValue));
}
