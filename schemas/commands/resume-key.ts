import { type Static, Type } from '@sinclair/typebox';
import { strictObject, Uuid } from '../event.js';
import { RESUMPTION_REASONS } from '../events/key-suspension-ordered.js';
import { SUSPENDABLE_LEVELS } from '../phi/key-levels.js';

export const ResumeKey = strictObject(
  {
    level: Type.Union(SUSPENDABLE_LEVELS.map((level) => Type.Literal(level))),
    /** For the level `patient`, and for no other. */
    patientId: Type.Optional(Uuid),
    because: Type.Union(RESUMPTION_REASONS.map((reason) => Type.Literal(reason))),
  },
  { description: 'A suspended key seals and wraps again. Role: privacy-officer.' },
);
export type ResumeKey = Static<typeof ResumeKey>;
