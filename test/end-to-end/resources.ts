import { result } from './town.js';

/** NDJSON of resources; what is text goes in as it is. */
export const ndjson = (...resources: unknown[]) =>
  resources.map((resource) => `${typeof resource === 'string' ? resource : JSON.stringify(resource)}\n`).join('');

/** Identifiers that find a patient again, and that never do alone. */
export const MRN = { type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR' }] }, system: 'urn:mrn' };
export const SSN = { type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'SS' }] }, system: 'http://hl7.org/fhir/sid/us-ssn' };
export const person = (id: string, ...identifier: unknown[]) => ({ resourceType: 'Patient', id, ...(identifier.length === 0 ? {} : { identifier }) });
export const about = (id: string, patient: string | null, minute: number) => ({
  ...result(minute),
  id,
  subject: patient === null ? undefined : { reference: patient },
});
