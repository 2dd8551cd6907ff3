import { Type } from '@sinclair/typebox';
import { sealingEventSchema, Uuid } from '../event.js';

/**
 * After a denial the individual states their disagreement, sealed (45 CFR 164.526(d)(2)), or asks that request and denial go with
 * future disclosures (d)(1)(iii), or both.
 */
export const AmendmentDisagreed = sealingEventSchema('amendment-disagreed', 2, {
  amendmentId: Uuid,
  patientId: Uuid,
  statement: Type.Boolean({ description: 'True when a statement is sealed in this event.' }),
  includeRequest: Type.Boolean(),
});
