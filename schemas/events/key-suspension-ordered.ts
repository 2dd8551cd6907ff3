import { Type } from '@sinclair/typebox';
import { eventSchema, nullable, Uuid } from '../event.js';
import { SUSPENDABLE_LEVELS } from '../phi/key-levels.js';

export const SUSPENSION_REASONS = ['suspected-compromise', 'inquiry', 'misuse', 'staff-change'] as const;
export const RESUMPTION_REASONS = ['cleared', 'mistake'] as const;

/** A key is to seal nothing until somebody decides about it; or, for `resume`, that has been decided. Why is a code: a suspended key could not seal it. */
export const KeySuspensionOrdered = eventSchema('key-suspension-ordered', 1, {
  orderId: Uuid,
  kind: Type.Union([Type.Literal('suspend'), Type.Literal('resume')]),
  level: Type.Union(SUSPENDABLE_LEVELS.map((level) => Type.Literal(level))),
  patientId: nullable(Uuid),
  /** The key that was in use when this was decided. */
  keyId: Type.String({ minLength: 1, maxLength: 200 }),
  because: Type.Union([...SUSPENSION_REASONS, ...RESUMPTION_REASONS].map((reason) => Type.Literal(reason))),
});
