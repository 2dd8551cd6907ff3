import { Type } from '@sinclair/typebox';
import { eventSchema, Uuid } from '../event.js';

/** Two patients are the same person, and their records stay apart (HL7 v2 A24, FHIR R4 Patient.link `seealso`). */
export const PatientsLinked = eventSchema('patients-linked', 1, {
  patientIds: Type.Array(Uuid, { minItems: 2, maxItems: 2, uniqueItems: true }),
  reason: Type.String({ minLength: 1, maxLength: 500 }),
});
