import { type Static, Type } from '@sinclair/typebox';
import { strictObject, Uuid } from '../event.js';
import { SUSPENSION_REASONS } from '../events/key-suspension-ordered.js';
import { SUSPENDABLE_LEVELS } from '../phi/key-levels.js';

export const SuspendKey = strictObject(
  {
    level: Type.Union(SUSPENDABLE_LEVELS.map((level) => Type.Literal(level))),
    /** For the level `patient`, and for no other. */
    patientId: Type.Optional(Uuid),
    because: Type.Union(SUSPENSION_REASONS.map((reason) => Type.Literal(reason))),
  },
  {
    description:
      'The key in use seals and wraps nothing until it is resumed, rotated or reported as compromised; what it sealed still opens. Role: privacy-officer or operator.',
  },
);
export type SuspendKey = Static<typeof SuspendKey>;
