import { type Static, Type } from '@sinclair/typebox';
import { strictObject } from '../event.js';
import { PatientFields, Resource, SourceRecordId, SourceVersion } from './fields.js';

export const UpdateDemographics = strictObject(
  { ...PatientFields, resource: Resource, sourceRecordId: SourceRecordId, sourceVersion: Type.Optional(SourceVersion) },
  { description: 'A source states the demographics it holds of a known patient, as a FHIR R4 Patient. Role: source.' },
);
export type UpdateDemographics = Static<typeof UpdateDemographics>;
