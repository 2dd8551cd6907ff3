import type { KnownPerson } from '../../../domain/scanning/known-person.js';
import { scanText } from '../../../domain/scanning/scan.js';

/** What was found, as `type: text`. */
export const found = (text: string, known?: KnownPerson): string[] => scanText(text, known).map(({ start, end, type }) => `${type}: ${text.slice(start, end)}`);

export const rulesIn = (text: string, known?: KnownPerson): string[] => scanText(text, known).map(({ rule }) => rule);

/** Invented: nobody of this name, number or address exists. */
export const PATIENT = {
  resourceType: 'Patient',
  name: [
    { use: 'official', family: "O'Brien-Müller", given: ['Robert', 'José'] },
    { use: 'maiden', family: 'White', given: ['Robert'] },
  ],
  birthDate: '1980-05-07',
  telecom: [
    { system: 'phone', value: '(617) 555-0123' },
    { system: 'email', value: 'rob.obm@example.org' },
  ],
  identifier: [
    { type: { coding: [{ code: 'MR' }] }, system: 'urn:example:north', value: '00-445-566' },
    { system: 'http://hl7.org/fhir/sid/us-ssn', value: '219-09-9999' },
    { system: 'urn:ietf:rfc:3986', value: 'urn:uuid:129c6ac7-8d06-49de-ad63-0204a93e76c3' },
  ],
  address: [{ line: ['12 Main Street Apt 4'], city: 'Quincyville', state: 'MA', postalCode: '02115-1234' }],
  contact: [{ name: { family: 'Okonkwo', given: ['Adaeze'] }, telecom: [{ system: 'phone', value: '617-555-0188' }] }],
} as const;
