import { type Static, Type } from '@sinclair/typebox';
import { strictObject, Uuid } from '../event.js';
import { Timestamp } from './fields.js';
import { FactId } from './settle-conflict.js';

export const RequestAmendment = strictObject(
  {
    patientId: Uuid,
    /** What is disputed, as the record names it. */
    factId: FactId,
    request: Type.String({ minLength: 1, maxLength: 8000, description: 'What to amend and why, in the words of the individual.' }),
    /** When it was received, if it came on paper: the 60 days run from then. Role: privacy-officer. */
    receivedAt: Type.Optional(Timestamp),
  },
  {
    description:
      'A patient asks for a fact of their record to be amended (45 CFR 164.526). Role: patient, for themselves; privacy-officer, on a patient’s behalf.',
  },
);
export type RequestAmendment = Static<typeof RequestAmendment>;
