import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Answer, House } from './house.js';

export interface MaskedWorld {
  house: House;
  patientId: string;
  position: string;
}

export const MARKERS = [
  'Quimby',
  'Zoe',
  '123-45-6789',
  '00471147',
  '(555) 010-9988',
  'Quillport',
  'Elm',
  '05602',
  '1971-05-06',
  '2024-03-09',
  'src-cond',
  'src-pat',
  'Dr Nkemelu',
];
export const RESEARCH = { purpose: 'HRESCH' };

const type = (code: string) => ({ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code }] });
const QUIMBY = {
  resourceType: 'Patient',
  id: 'src-pat',
  identifier: [
    { system: 'http://hl7.org/fhir/sid/us-ssn', value: '123-45-6789' },
    { type: type('MR'), system: 'urn:hospital', value: '00471147' },
  ],
  name: [{ family: 'Quimby', given: ['Zoe'] }],
  telecom: [{ system: 'phone', value: '(555) 010-9988' }],
  gender: 'female',
  birthDate: '1971-05-06',
  address: [{ line: ['9 Elm Way'], city: 'Quillport', state: 'VT', postalCode: '05602', country: 'US' }],
};
export const DIABETES = {
  resourceType: 'Condition',
  id: 'src-cond',
  clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }] },
  code: { coding: [{ system: 'http://snomed.info/sct', code: '44054006', display: 'of Zoe Quimby' }], text: 'Zoe has it' },
  subject: { reference: 'Patient/src-pat', display: 'Zoe Quimby' },
  recorder: { reference: 'Practitioner/77', display: 'Dr Nkemelu' },
  onsetDateTime: '2024-03-09',
  note: [{ text: 'Quimby calls from (555) 010-9988' }],
};

/** What says the opposite of the rest, what a reader of masked records has no key for, and what holds nothing to mask. */
const NO_PENICILLIN = {
  resourceType: 'AllergyIntolerance',
  id: 'src-allergy',
  patient: { reference: 'Patient/src-pat' },
  code: { coding: [{ system: 'http://snomed.info/sct', code: '764146007' }] },
  modifierExtension: [{ url: 'urn:not', valueBoolean: true }],
};
const measured = (id: string, code: string) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code }] },
  subject: { reference: 'Patient/src-pat' },
});
const HIV_TEST = { ...measured('src-hiv', '75622-1'), valueString: 'positive' };
export const PULSE = { ...measured('src-pulse', '8867-4'), valueQuantity: { value: 71, unit: '/min', system: 'http://unitsofmeasure.org', code: '/min' } };

/** A policy of the house: Safe Harbor with scrubbed notes. */
export const NOTES = {
  name: 'notes',
  version: 1,
  description: 'With notes.',
  base: 'safe-harbor',
  dates: 'year',
  readers: [{ role: 'privacy-officer', purposes: ['LEGAL'] }],
  rules: [{ path: 'Annotation.text', mask: { kind: 'scrub' } }],
};

/** A house with policies of its own in its data folder, and one patient in it. */
export async function maskedWorld(files: Readonly<Record<string, unknown>>): Promise<MaskedWorld> {
  const dataDir = mkdtempSync(join(tmpdir(), 'house-'));
  for (const [name, policies] of Object.entries(files)) writeFileSync(join(dataDir, name), JSON.stringify(policies));
  const house = await House.open(dataDir);
  const ehr = await house.source('ehr');
  const { patientId } = await house.done('register-patient', { resource: QUIMBY, sourceRecordId: 'src-pat' }, ehr);
  const facts = [DIABETES, NO_PENICILLIN, HIV_TEST, PULSE].map((resource) => ({ patientId, resource, sourceRecordId: resource.id, sourceVersion: '1' }));
  let position = '';
  for (const fact of facts) position = (await house.done('record-fact', fact, ehr)).position;
  return { house, patientId, position };
}

export async function masked(
  { house, patientId, position }: MaskedWorld,
  profile: string,
  role = 'consumer',
  named: { purpose?: string } = RESEARCH,
  more = '',
): Promise<Answer> {
  const token = await house.token(role, `${role}-1`, named);
  return house.get(`/v1/patients/${patientId}/masked?profile=${profile}${more}`, token, { 'minimum-position': position });
}

export function typed(answer: Answer, resourceType: string): Answer['json'] {
  return answer.json.resources.find((resource: { resourceType: string }) => resource.resourceType === resourceType);
}
