import { Type } from '@sinclair/typebox';
import { eventSchema, Uuid } from '../event.js';
import { JudgedStatement } from './conflict-settled.js';

/** A steward takes a settlement back: the sources disagree again. */
export const ConflictReopened = eventSchema('conflict-reopened', 1, {
  patientId: Uuid,
  category: Type.String({ pattern: '^[a-z][a-z-]{0,31}$' }),
  settlement: Uuid,
  judged: Type.Array(JudgedStatement, { minItems: 1, maxItems: 500 }),
  reason: Type.String({ minLength: 1, maxLength: 500 }),
});
