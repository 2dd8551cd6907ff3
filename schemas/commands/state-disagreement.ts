import { type Static, Type } from '@sinclair/typebox';
import { strictObject, Uuid } from '../event.js';

export const StateDisagreement = strictObject(
  {
    amendmentId: Uuid,
    statement: Type.Optional(Type.String({ minLength: 1, maxLength: 4000 })),
    /** Without a statement: request and denial go with future disclosures of the fact all the same. */
    includeRequest: Type.Optional(Type.Boolean()),
  },
  {
    description:
      'Disagrees with a denial, in a statement that travels with the fact from then on. Role: patient, for themselves; privacy-officer, on a patient’s behalf.',
  },
);
export type StateDisagreement = Static<typeof StateDisagreement>;
