import { type Static, Type } from '@sinclair/typebox';
import { eventSchema, nullable, strictObject, Uuid } from '../event.js';

/** Patients that are one person by live merges: `root` is the survivor that no live merge leaves; it is among the members. */
export const PatientGroup = strictObject({
  root: Uuid,
  members: Type.Array(Uuid, { minItems: 1, maxItems: 1000, uniqueItems: true }),
});
export type PatientGroup = Static<typeof PatientGroup>;

/**
 * One patient turned out to be another. It is an edge and no move: every event stays in the stream it came to, and the
 * record is read over the group (HL7 v2 A40; FHIR R4 Patient.link `replaced-by`). `group` is what results.
 */
export const PatientsMerged = eventSchema('patients-merged', 1, {
  absorbed: Uuid,
  survivor: Uuid,
  group: PatientGroup,
  approval: nullable(Uuid),
  reason: Type.String({ minLength: 1, maxLength: 500 }),
});
