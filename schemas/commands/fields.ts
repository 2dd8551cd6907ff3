import { Type } from '@sinclair/typebox';
import { strictObject, Uuid } from '../event.js';

/** A FHIR R4 resource. Its own structure is checked against the FHIR R4 schema after the command's. */
export const Resource = Type.Unsafe<{ resourceType: string; [member: string]: unknown }>(
  Type.Object({ resourceType: Type.String({ pattern: '^[A-Z][A-Za-z]{1,40}$' }) }, { additionalProperties: true, description: 'A FHIR R4 resource.' }),
);

/** The id that the record has in the source system: what makes a repeat a repeat. It may identify a person, so it is sealed. */
export const SourceRecordId = Type.String({ minLength: 1, maxLength: 256 });

/** How a patient is named: by our id, or by an identifier that one source gave. */
export const PatientFields = {
  patientId: Type.Optional(Uuid),
  identifier: Type.Optional(strictObject({ system: Type.String({ minLength: 1, maxLength: 512 }), value: Type.String({ minLength: 1, maxLength: 256 }) })),
};

/** RFC 3339, with an offset. */
export const Timestamp = Type.String({ format: 'date-time', maxLength: 40 });

/**
 * Says of a text that it is stored in clear: in metadata, which every operator and every backup holds. What looks like an
 * identifier of a person is refused there.
 */
export const STORED_CLEAR = 'x-stored-clear';

/** In place of `true`: whole numbers and instants are looked at no further, since most versions are, and some would pass for a card. */
export const VERSION_IN_CLEAR = 'version';

/** The source's own version of the record. Whole numbers, and RFC 3339 instants, are compared; others only tell versions apart. */
export const SourceVersion = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'Stored in clear. Must not name a patient.',
  [STORED_CLEAR]: VERSION_IN_CLEAR,
});

export const Reason = Type.String({ minLength: 1, maxLength: 500, description: 'Why, in words. Must not name a patient.', [STORED_CLEAR]: true });
