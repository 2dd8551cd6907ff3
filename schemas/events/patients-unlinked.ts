import { Type } from '@sinclair/typebox';
import { eventSchema, Uuid } from '../event.js';

export const UNLINK_VERDICTS = ['no-longer-linked', 'different-people'] as const;

/** A link ends (HL7 v2 A37), or a reviewer found two candidates to be different people: then they are not offered again. */
export const PatientsUnlinked = eventSchema('patients-unlinked', 1, {
  patientIds: Type.Array(Uuid, { minItems: 2, maxItems: 2, uniqueItems: true }),
  verdict: Type.Union(UNLINK_VERDICTS.map((verdict) => Type.Literal(verdict))),
  reason: Type.String({ minLength: 1, maxLength: 500 }),
});
