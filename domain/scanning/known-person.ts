import { type FhirResource, objectOf, objectsOf, stringOf } from '../identity/resource.js';
import { isJsonArray, type JsonObject } from '../json/json-value.js';
import type { FindingType } from './finding.js';

export interface KnownName {
  readonly given: readonly string[];
  readonly family: string | null;
}

export interface KnownAddress {
  readonly lines: readonly string[];
  readonly city: string | null;
  readonly postalCode: string | null;
}

/** What the record says of the people whose text is scanned, as it was written there. Dates are FHIR's: `YYYY`, `YYYY-MM`, `YYYY-MM-DD…`. */
export interface KnownPerson {
  readonly names: readonly KnownName[];
  readonly identifiers: readonly { readonly type: FindingType; readonly value: string }[];
  readonly dates: readonly string[];
  readonly phones: readonly string[];
  readonly addresses: readonly KnownAddress[];
  readonly emails: readonly string[];
}

export const NOBODY_KNOWN: KnownPerson = { names: [], identifiers: [], dates: [], phones: [], addresses: [], emails: [] };

/** Of a longer list the rest is not looked for: each value costs memory, and a Patient may hold thousands. */
const LIST_AT_MOST = 64;

/** The type codes of HL7 v2 table 0203, and the systems that have a name of their own. */
const BY_CODE: Readonly<Record<string, FindingType>> = {
  SS: 'ssn',
  SB: 'ssn',
  MR: 'mrn',
  PI: 'mrn',
  PT: 'mrn',
  MRT: 'mrn',
  AN: 'account',
  VN: 'account',
  DL: 'licence',
  PPN: 'licence',
  NPI: 'npi',
  MC: 'mbi',
  MB: 'health-plan',
  SN: 'health-plan',
  MA: 'health-plan',
  NH: 'nhs',
};
const BY_SYSTEM: readonly (readonly [ending: string, type: FindingType])[] = [
  ['us-ssn', 'ssn'],
  ['2.16.840.1.113883.4.1', 'ssn'],
  ['us-npi', 'npi'],
  ['us-mbi', 'mbi'],
  ['nhs-number', 'nhs'],
];
const MOTHERS_NAME = 'http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName';

/** Everything that a FHIR R4 Patient says of the patient and of the relatives it names. */
export function knownOf(patient: FhirResource): KnownPerson {
  const people = [patient, ...objectsOf(patient, 'contact')].slice(0, LIST_AT_MOST);
  const telecom = people.flatMap((person) => objectsOf(person, 'telecom')).slice(0, LIST_AT_MOST);
  return {
    names: [...people.flatMap((person) => objectsOf(person, 'name')).map(nameOf), ...mothersNames(patient)].slice(0, LIST_AT_MOST),
    identifiers: objectsOf(patient, 'identifier').slice(0, LIST_AT_MOST).flatMap(identifierOf),
    dates: [stringOf(patient, 'birthDate'), stringOf(patient, 'deceasedDateTime'), birthTime(patient)].filter((date) => date !== null),
    phones: valuesOf(telecom, ['phone', 'fax', 'sms', 'pager', 'other']),
    addresses: people
      .flatMap((person) => objectsOf(person, 'address'))
      .slice(0, LIST_AT_MOST)
      .map(addressOf),
    emails: valuesOf(telecom, ['email']),
  };
}

/** What is known of several people at once: of patients who are one by merges, or of all whom a text may name. */
export function knownTogether(people: readonly KnownPerson[]): KnownPerson {
  return {
    names: people.flatMap(({ names }) => names),
    identifiers: people.flatMap(({ identifiers }) => identifiers),
    dates: people.flatMap(({ dates }) => dates),
    phones: people.flatMap(({ phones }) => phones),
    addresses: people.flatMap(({ addresses }) => addresses),
    emails: people.flatMap(({ emails }) => emails),
  };
}

function nameOf(name: JsonObject): KnownName {
  const given = textsOf(name, 'given').flatMap((one) => one.trim().split(/\s+/));
  const family = stringOf(name, 'family');
  const text = stringOf(name, 'text');
  return given.length === 0 && family === null && text !== null ? writtenName(text) : { given, family };
}

/** A name written as one text: the surname last, or before a comma. */
function writtenName(text: string): KnownName {
  const [surname, after] = text.split(',', 2) as [string, string | undefined];
  if (after !== undefined) return { given: after.trim().split(/\s+/), family: surname.trim() };
  const all = text.trim().split(/\s+/) as [string, ...string[]];
  return { given: all.slice(0, -1), family: all.at(-1) as string };
}

function mothersNames(patient: FhirResource): KnownName[] {
  return objectsOf(patient, 'extension')
    .filter(({ url }) => url === MOTHERS_NAME)
    .flatMap((extension) => stringOf(extension, 'valueString') ?? [])
    .map(writtenName);
}

function birthTime(patient: FhirResource): string | null {
  return objectsOf(objectOf(patient, '_birthDate'), 'extension').map((extension) => stringOf(extension, 'valueDateTime'))[0] ?? null;
}

function identifierOf(identifier: JsonObject): { type: FindingType; value: string }[] {
  const value = stringOf(identifier, 'value');
  if (value === null) return [];
  const codes = objectsOf(objectOf(identifier, 'type'), 'coding').map((coding) => stringOf(coding, 'code') ?? '');
  const system = stringOf(identifier, 'system') ?? '';
  const bySystem = BY_SYSTEM.find(([ending]) => system.endsWith(ending))?.[1];
  const byCode = codes.map((code) => (Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined)).find((type) => type !== undefined);
  return [{ type: bySystem ?? byCode ?? 'id', value }];
}

function addressOf(address: JsonObject): KnownAddress {
  const lines = textsOf(address, 'line');
  const text = stringOf(address, 'text');
  return {
    lines: lines.length === 0 && text !== null ? text.split(/[\n,]/) : lines,
    city: stringOf(address, 'city'),
    postalCode: stringOf(address, 'postalCode'),
  };
}

function valuesOf(telecom: readonly JsonObject[], systems: readonly string[]): string[] {
  return telecom.filter((point) => systems.includes(stringOf(point, 'system') ?? 'other')).flatMap((point) => stringOf(point, 'value') ?? []);
}

function textsOf(object: JsonObject, member: string): string[] {
  const value = object[member];
  return isJsonArray(value) ? value.filter((one) => typeof one === 'string').slice(0, LIST_AT_MOST) : [];
}
