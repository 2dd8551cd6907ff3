import type { Envelope } from './envelope.js';
import type { KeyRing } from './ports.js';
import type { CommandRequest } from './request.js';

/** Who, why and under which Idempotency-Key. Key and command are kept as keyed hashes: a client's key may hold anything. */
export function envelopeOf(request: CommandRequest<unknown>, command: string, tenantRing: KeyRing): Envelope {
  const { caller, correlationId, idempotencyKey } = request;
  const idempotency =
    idempotencyKey === null
      ? null
      : {
          key: tenantRing.blind('idempotency', `${caller.actor.subject}|${idempotencyKey}`),
          fingerprint: tenantRing.blind('idempotency', `${command}|${request.text}`),
        };
  return { ...caller, correlationId, causationId: correlationId, idempotency };
}
