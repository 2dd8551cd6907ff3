import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../json/json-value.js';
import type { Code } from './codes.js';
import { codesOf, containedBy } from './keys.js';
import { type FhirResource, objectOf } from './resource.js';
import { vaccineCodes } from './vaccine-codes.js';

/** Where a type names what it is about, if not in `code`. Of a document, an encounter or a device it is the kind. */
const MEMBERS: ReadonlyMap<string, string> = new Map([
  ['Immunization', 'vaccineCode'],
  ['MedicationAdministration', 'medicationCodeableConcept'],
  ['MedicationDispense', 'medicationCodeableConcept'],
  ['MedicationRequest', 'medicationCodeableConcept'],
  ['MedicationStatement', 'medicationCodeableConcept'],
  ['Encounter', 'type'],
  ['Device', 'type'],
  ['DocumentReference', 'type'],
  ['DocumentManifest', 'type'],
  ['Composition', 'type'],
  ['Coverage', 'type'],
  ['Goal', 'description'],
]);

/** What a resource is about, as far as codes name it. */
export interface Subject {
  readonly codes: readonly Code[];
  readonly member: string;
  /** The contained drug that has the member; `null` if the resource has it itself. */
  readonly drug: JsonObject | null;
}

export function subjectOf(resource: FhirResource): Subject {
  const member = MEMBERS.get(resource.resourceType) ?? 'code';
  const codes = resource.resourceType === 'Immunization' ? vaccineCodes(resource) : codesOf(resource, member);
  const drug = codes.length > 0 ? null : containedBy(resource, objectOf(resource, 'medicationReference'));
  return drug === null ? { codes, member, drug } : { codes: codesOf(drug, 'code'), member: 'code', drug };
}

/**
 * The resource without the concept that names its subject, for where codes are compared one by one: of two sources that code
 * one thing in several systems, each has a principal code of its own. What no strong code names stays as it was written, and
 * so do several concepts: these are no translations of each other.
 */
export function withoutSubject(resource: FhirResource, { codes, member, drug }: Subject): FhirResource {
  if (codes.length === 0) return resource;
  return drug === null ? { ...unnamed(resource, member), resourceType: resource.resourceType } : withoutDrug(resource, drug);
}

function unnamed(object: JsonObject, member: string): JsonObject {
  const named = object[member];
  const concept = isJsonArray(named) && named.length === 1 ? named[0] : named;
  if (!isJsonObject(concept)) return object;
  const extension = concept['extension'];
  return { ...object, [member]: extension === undefined ? {} : { extension } };
}

const SAYS_NOTHING: ReadonlySet<string> = new Set(['resourceType', 'id', 'meta', 'text', 'language']);

const isBare = (drug: JsonObject): boolean => Object.keys(drug).every((member) => SAYS_NOTHING.has(member) || isNothing(drug[member]));
const isNothing = (value: JsonValue | undefined): boolean => isJsonObject(value) && Object.keys(value).length === 0;

/** A contained drug that is nothing but its codes is another spelling of `medicationCodeableConcept`. */
function withoutDrug(resource: FhirResource, drug: JsonObject): FhirResource {
  const rest = unnamed(drug, 'code');
  const bare = isBare(rest);
  const contained = (resource['contained'] as readonly JsonValue[]).flatMap((item) => (item !== drug ? [item] : bare ? [] : [rest]));
  if (!bare) return { ...resource, contained };
  const { medicationReference: _, ...others } = resource;
  return { ...others, resourceType: resource.resourceType, contained };
}
