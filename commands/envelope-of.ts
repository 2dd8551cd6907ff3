import type { Envelope } from './envelope.js';
import type { KeyRing } from './ports.js';
import type { CommandRequest } from './request.js';

/**
 * Who, why and under which Idempotency-Key. Key and command are kept as keyed hashes: a client's key may hold anything. The
 * effect of a change has the change for its key, whoever carries it out, so that it happens once.
 */
export function envelopeOf(request: CommandRequest<unknown>, command: string, tenantRing: KeyRing): Envelope {
  const { caller, correlationId, idempotencyKey, approval, causationId = correlationId } = request;
  // No subject is empty, so that no caller's own key can be that of a change.
  const words = approval !== null ? `|change|${approval}` : idempotencyKey === null ? null : `${caller.actor.subject}|${idempotencyKey}`;
  const idempotency =
    words === null
      ? null
      : {
          key: tenantRing.blind('idempotency', words),
          fingerprint: tenantRing.blind('idempotency', `${command}|${request.text}`),
        };
  return { ...caller, correlationId, causationId, idempotency };
}
