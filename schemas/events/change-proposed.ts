import { Type } from '@sinclair/typebox';
import { Instant, nullable, sealingEventSchema, Uuid } from '../event.js';

/**
 * Somebody asks for a protected change, or makes one in an emergency. What it would do is sealed as it was written: under the
 * patient's ring when it is about one, else under the tenant's. `expiresAt` is null for an emergency, `reviewDueBy` for all others.
 */
export const ChangeProposed = sealingEventSchema('change-proposed', 2, {
  changeId: Uuid,
  command: Type.String({ pattern: '^[a-z][a-z-]{0,63}$' }),
  patientId: nullable(Uuid),
  /** From this instant on it can no longer be approved. */
  expiresAt: nullable(Instant),
  /** It took effect at once; another person has to review it before this instant. */
  reviewDueBy: nullable(Instant),
  /** The change whose review was not upheld, which this one makes good. */
  followsUp: nullable(Uuid),
  reason: Type.String({ minLength: 1, maxLength: 500 }),
});
