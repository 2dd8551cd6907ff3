import { type FhirResource, isFhirResource, objectOf, objectsOf, stringOf } from '../../domain/identity/resource.js';
import type { JsonObject } from '../../domain/json/json-value.js';
import { scanMembers } from '../../domain/json/lossless.js';

const LETTERS_AT_MOST = 160;
const DEPTH_AT_MOST = 100;

/**
 * A resource in a few words, for a line of an explanation: what it is about, its value with the digits as they were written,
 * how sure it is. It is no rendering: what it leaves out stands in the record.
 */
export function summaryOf(text: string): string {
  const resource: unknown = JSON.parse(text);
  if (!isFhirResource(resource as JsonObject)) return '';
  const words = (resource as FhirResource).resourceType === 'Patient' ? personWords(resource as FhirResource) : clinicalWords(resource as FhirResource, text);
  const line = words.filter((word) => word !== null && word !== '').join(', ');
  return line.length > LETTERS_AT_MOST ? `${line.slice(0, LETTERS_AT_MOST)} …` : line;
}

const SUBJECTS = ['code', 'medicationCodeableConcept', 'vaccineCode', 'type'];
const STATUSES = ['clinicalStatus', 'verificationStatus'];

function clinicalWords(resource: FhirResource, text: string): (string | null)[] {
  const [component] = objectsOf(resource, 'component');
  const isPart = component !== undefined && objectsOf(resource, 'component').length === 1 && objectOf(resource, 'valueQuantity') === null;
  const subject = isPart ? conceptWords(objectOf(component, 'code')) : SUBJECTS.map((member) => conceptWords(objectsOf(resource, member)[0])).find(Boolean);
  return [
    subject ?? resource.resourceType,
    isPart ? valueWords(component, arrayItem(memberText(text, 'component'))) : valueWords(resource, text),
    ...STATUSES.map((member) => conceptWords(objectOf(resource, member))),
    stringOf(resource, 'criticality'),
    stringOf(resource, 'status'),
  ];
}

function valueWords(owner: JsonObject, text: string): string | null {
  const quantity = objectOf(owner, 'valueQuantity');
  if (quantity !== null) {
    const digits = memberText(memberText(text, 'valueQuantity'), 'value');
    return [stringOf(quantity, 'comparator'), digits, stringOf(quantity, 'unit') ?? stringOf(quantity, 'code')].filter(Boolean).join(' ');
  }
  const plain = ['valueString', 'valueDateTime', 'valueTime'].map((member) => stringOf(owner, member)).find(Boolean);
  return plain ?? conceptWords(objectOf(owner, 'valueCodeableConcept'));
}

function conceptWords(concept: JsonObject | null | undefined): string | null {
  if (concept === null || concept === undefined) return null;
  const [coding] = objectsOf(concept, 'coding');
  return stringOf(concept, 'text') ?? stringOf(coding, 'display') ?? stringOf(coding, 'code');
}

const NAME = ['prefix', 'given', 'family', 'suffix'];
const ADDRESS = ['line', 'postalCode', 'city', 'state', 'country'];

function personWords(patient: FhirResource): (string | null)[] {
  const text = (owner: JsonObject, members: readonly string[]) => stringOf(owner, 'text') ?? members.flatMap((member) => textsOf(owner, member)).join(' ');
  return [
    ...objectsOf(patient, 'name').map((name) => text(name, NAME)),
    stringOf(patient, 'birthDate'),
    stringOf(patient, 'gender'),
    ...objectsOf(patient, 'address').map((address) => text(address, ADDRESS)),
    ...objectsOf(patient, 'telecom').map((point) => stringOf(point, 'value')),
    ...objectsOf(patient, 'identifier').map((identifier) => stringOf(identifier, 'value')),
    stringOf(patient, 'deceasedDateTime'),
    typeof patient['deceasedBoolean'] === 'boolean' ? (patient['deceasedBoolean'] ? 'deceased' : 'not deceased') : null,
    conceptWords(objectOf(patient, 'maritalStatus')),
  ];
}

function textsOf(owner: JsonObject, member: string): string[] {
  const value = owner[member];
  return (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === 'string');
}

/** A member as it was written, since parsing would lose trailing zeros; empty where there is none. */
function memberText(text: string, name: string): string {
  const span = scanMembers(text, { maxDepth: DEPTH_AT_MOST }).members.get(name);
  return span === undefined ? '' : text.slice(span.start, span.end);
}

/** What stands between the brackets of a list of one. */
function arrayItem(text: string): string {
  return text.slice(1, -1).trim();
}
