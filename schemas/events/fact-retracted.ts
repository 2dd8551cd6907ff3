import { Type } from '@sinclair/typebox';
import { eventSchema, Uuid } from '../event.js';

export const RETRACTION_REASONS = ['entered-in-error', 'wrong-patient', 'duplicate', 'withdrawn'] as const;

/** A source takes back what it said; the retracted events stay in the history. */
export const FactRetracted = eventSchema('fact-retracted', 1, {
  patientId: Uuid,
  category: Type.String({ pattern: '^[a-z][a-z-]{0,31}$' }),
  assertionId: Uuid,
  replaces: Type.Array(Uuid, { minItems: 1, maxItems: 64 }),
  reason: Type.Union(RETRACTION_REASONS.map((reason) => Type.Literal(reason))),
});
