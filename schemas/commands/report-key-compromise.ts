import { type Static, Type } from '@sinclair/typebox';
import { strictObject, Uuid } from '../event.js';
import { KEY_LEVELS } from '../phi/key-levels.js';
import { Timestamp } from './fields.js';

export const ReportKeyCompromise = strictObject(
  {
    level: Type.Union(KEY_LEVELS.map((level) => Type.Literal(level))),
    /** For the level `patient`, and for no other. */
    patientId: Type.Optional(Uuid),
    /** As GET /v1/keys names it; the current key of the level when absent. */
    keyId: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    suspectedSince: Timestamp,
    description: Type.String({ minLength: 1, maxLength: 4000, description: 'What is known of it; sealed.' }),
  },
  {
    description:
      'A key may be known to somebody who should not know it: it seals nothing more from this moment, all below it is replaced, what was exposed is listed, and an incident is opened. One person is enough. Role: privacy-officer or operator.',
  },
);
export type ReportKeyCompromise = Static<typeof ReportKeyCompromise>;
