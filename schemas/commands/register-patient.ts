import { type Static, Type } from '@sinclair/typebox';
import { strictObject } from '../event.js';
import { Resource, SourceRecordId, SourceVersion } from './fields.js';

export const RegisterPatient = strictObject(
  { resource: Resource, sourceRecordId: SourceRecordId, sourceVersion: Type.Optional(SourceVersion) },
  {
    description:
      'A source makes a patient known, with a FHIR R4 Patient. Sent again for the same source record it is a repeat, or an update when the content changed. Role: source.',
  },
);
export type RegisterPatient = Static<typeof RegisterPatient>;
