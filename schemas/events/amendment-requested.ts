import { Type } from '@sinclair/typebox';
import { Instant, nullable, sealingEventSchema, Uuid } from '../event.js';

/**
 * A patient asks for their record to be amended (45 CFR 164.526(b)). The words are sealed in the category of the disputed fact.
 * What is disputed is named by the assertions that made up the fact then, since a fact's own make-up changes.
 */
export const AmendmentRequested = sealingEventSchema('amendment-requested', 2, {
  amendmentId: Uuid,
  patientId: Uuid,
  factId: Type.String({ maxLength: 200 }),
  category: Type.String({ pattern: '^[a-z][a-z-]{0,31}$' }),
  element: nullable(Type.String({ pattern: '^[a-z][A-Za-z]{0,63}$' })),
  assertions: Type.Array(Uuid, { minItems: 1, maxItems: 500 }),
  /** When it reached the entity: its time to act runs from here, not from when it was entered. */
  receivedAt: Instant,
  /** The end of the 60th day after the day of receipt, by the calendar of `timeZone`. */
  dueBy: Instant,
  timeZone: Type.String({ minLength: 1, maxLength: 64 }),
});
