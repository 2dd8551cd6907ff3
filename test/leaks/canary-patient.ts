import type { Json } from '../support/client.js';
import type { Canaries } from './canaries.js';
import { fullResource } from './full-resource.js';

/** One type of each data category at least; a test holds that. */
export const FACT_TYPES = [
  'AllergyIntolerance',
  'Basic',
  'CarePlan',
  'Claim',
  'Composition',
  'Condition',
  'Consent',
  'Coverage',
  'Device',
  'DiagnosticReport',
  'DocumentReference',
  'Encounter',
  'FamilyMemberHistory',
  'ImagingStudy',
  'Immunization',
  'MedicationRequest',
  'Observation',
  'Practitioner',
  'Procedure',
  'QuestionnaireResponse',
  'ServiceRequest',
  'Specimen',
] as const;

const V2_0203 = 'http://terminology.hl7.org/CodeSystem/v2-0203';
const typed = (code: string) => ({ coding: [{ system: V2_0203, code }] });

/** A Patient with every element that there is, and identifiers, numbers and dates of the forms that real ones have. */
export function canaryPatient(canaries: Canaries, id: string): Json {
  const note = (text: string) => canaries.note(text);
  const mark = (name: string) => canaries.next(name);
  const full = fullResource(canaries, 'Patient', `Patient/${id}`);
  return {
    ...full,
    id,
    identifier: [
      ...full.identifier,
      { system: `urn:${mark('PatientSystem')}`, value: mark('PatientNumber'), type: typed('MR') },
      { system: 'http://hl7.org/fhir/sid/us-ssn', value: note('219-47-6083'), type: typed('SS') },
      { system: 'http://hl7.org/fhir/sid/us-mbi', value: note('1EG4-TE5-MK73') },
    ],
    name: [...full.name, { family: mark('PatientFamily'), given: [mark('PatientGiven'), `${mark('Umlaut')}äöü€`] }],
    telecom: [
      ...full.telecom,
      { system: 'phone', value: note('+49-555-0173-99172') },
      { system: 'phone', value: note('(617) 555-0148') },
      { system: 'email', value: `${mark('mail')}@example.org` },
    ],
    birthDate: note('1931-02-17'),
    deceasedBoolean: undefined,
    deceasedDateTime: note('2017-11-23T04:05:06+01:00'),
    address: [...full.address, { line: [note('4711 Quizzling Terrace')], city: mark('City'), state: 'MA', postalCode: note('01930-9172') }],
  };
}

/** The same numbers and dates without what separates their digits: how an index or a log would hold them. */
export const DIGITS = ['219476083', '1eg4te5mk73', '4955501739 9172'.replace(' ', ''), '16175550148', '6175550148', '19310217'] as const;

/** With what the name of a marker begins that is shown to nobody without the key of its scope. */
export const SENSITIVE = 'Sensitive';

/** What the law protects most: each says by its code and its words what a person has. */
export function sensitiveFacts(canaries: Canaries, subject: string): Json[] {
  const mark = (name: string) => canaries.next(`${SENSITIVE}${name}`);
  const coded = (system: string, code: string, name: string) => ({ coding: [{ system, code, display: mark(`${name}Display`) }], text: mark(`${name}Text`) });
  const about = { subject: { reference: subject, display: mark('Subject') } };
  const observed = (system: string, code: string, name: string) => ({
    resourceType: 'Observation',
    status: 'final',
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }] }],
    code: coded(system, code, name),
    ...about,
    effectiveDateTime: '2024-01-02',
    valueString: mark(`${name}Result`),
    note: [{ text: `${mark(`${name}Note`)} called from (617) 555-0148, SSN 219-47-6083` }],
  });
  return [
    {
      resourceType: 'DocumentReference',
      status: 'current',
      meta: { security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'PSYTHPN' }] },
      type: coded('http://loinc.org', '34788-0', 'Psychotherapy'),
      ...about,
      date: '2024-01-02T03:04:05Z',
      description: mark('PsychotherapyDescription'),
      content: [
        {
          attachment: {
            contentType: 'text/plain',
            title: mark('PsychotherapyTitle'),
            data: Buffer.from(`${mark('PsychotherapyNote')} was said in session`).toString('base64'),
          },
        },
      ],
    },
    observed('http://loinc.org', '75622-1', 'Hiv'),
    observed('http://loinc.org', '51968-6', 'Genetic'),
    {
      resourceType: 'Condition',
      code: coded('http://hl7.org/fhir/sid/icd-10-cm', 'F11.20', 'Opioid'),
      ...about,
      onsetDateTime: '2024-01-02',
      evidence: [{ code: [coded('http://snomed.info/sct', '86406008', 'HivCondition')] }],
      note: [{ text: mark('OpioidNote') }],
    },
  ];
}

/** Codes and labels that say what somebody has: in no store and in no log, though the documents of the API speak of labels. */
export const TELLING = ['75622-1', '51968-6', '34788-0', '86406008', 'PSYTHPN', 'psychotherapy-notes', 'substance-use', 'behavioural-health'] as const;

/** An allergy each of whose values is a marker, written as text so that its digits and spaces are a marker too. */
export function writtenAllergy(canaries: Canaries, reference: string, criticality: string): Json {
  const mark = (name: string) => canaries.next(name);
  return {
    resourceType: 'AllergyIntolerance',
    code: { coding: [{ system: 'http://snomed.info/sct', code: '91936005', display: mark('Display') }], text: mark('CodeText') },
    criticality,
    patient: { reference, display: mark('PatientDisplay') },
    note: [{ text: `${mark('AllergyNote')} ${mark('Secret')}` }],
    reaction: [{ manifestation: [{ text: mark('Reaction') }], description: mark('Description') }],
  };
}

/** A laboratory result whose digits stay as they were written. */
export function writtenResult(canaries: Canaries, reference: string): string {
  const mark = (name: string) => canaries.next(name);
  return (
    `{"resourceType":"Observation","id":"${mark('ResultId')}","status":"final","code":{"text":"${mark('Test')}"},"subject":{"reference":"${reference}"},` +
    `"effectiveDateTime":"2024-01-02","valueQuantity":{"value":${canaries.note('73.9182736450')},"unit":"${mark('Unit')}"},"interpretation":[{"text":"${mark('Finding')}"}]}`
  );
}
