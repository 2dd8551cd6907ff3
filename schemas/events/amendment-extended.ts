import { Type } from '@sinclair/typebox';
import { Instant, sealingEventSchema, Uuid } from '../event.js';

/** The one extension of 45 CFR 164.526(b)(2)(ii), at most 30 days; the reasons given to the individual are sealed. */
export const AmendmentExtended = sealingEventSchema('amendment-extended', 2, {
  amendmentId: Uuid,
  patientId: Uuid,
  days: Type.Integer({ minimum: 1, maximum: 30 }),
  dueBy: Instant,
});
