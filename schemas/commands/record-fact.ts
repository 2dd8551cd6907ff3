import { type Static, Type } from '@sinclair/typebox';
import { strictObject } from '../event.js';
import { PatientFields, Resource, SourceRecordId, SourceVersion, Timestamp } from './fields.js';

export const RecordFact = strictObject(
  {
    ...PatientFields,
    resource: Resource,
    sourceRecordId: SourceRecordId,
    sourceVersion: Type.Optional(SourceVersion),
    effectiveAt: Type.Optional(Timestamp),
  },
  { description: 'A source asserts a clinical fact about a patient, as a FHIR R4 resource. Role: source.' },
);
export type RecordFact = Static<typeof RecordFact>;
