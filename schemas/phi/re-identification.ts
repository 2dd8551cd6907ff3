import { type Static, Type } from '@sinclair/typebox';
import { Name, strictObject } from '../event.js';

/** What a masked answer calls a patient: a permuted id, in the form of a UUID. */
const Pseudonym = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' });

/** Whom a pseudonym stands for, what a token stands for, or what a format-preserving mask was made of. */
export const ReIdentification = strictObject(
  {
    /** To whom it was given: the organization of their token, or its subject where it named none. */
    recipient: Name,
    pseudonym: Pseudonym,
    tokens: Type.Optional(Type.Array(Type.String({ pattern: '^tok-[0-9a-f]{44}$' }), { minItems: 1, maxItems: 100 })),
    masked: Type.Optional(
      Type.Array(
        strictObject({
          profile: Type.String({ pattern: '^[a-z][a-z0-9-]{1,40}$' }),
          as: Type.Union([Type.Literal('ssn'), Type.Literal('mrn'), Type.Literal('phone'), Type.Literal('npi')]),
          value: Type.String({ minLength: 1, maxLength: 64 }),
        }),
        { minItems: 1, maxItems: 100 },
      ),
    ),
  },
  { description: 'What to turn back, by grant. A privacy officer asks, for LEGAL, HCOMPL or ETREAT; every answer is on record.' },
);

export type ReIdentification = Static<typeof ReIdentification>;
