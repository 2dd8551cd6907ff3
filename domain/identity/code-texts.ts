import { type Code, codeStart, isHierarchical, strongCode, strongCodes } from './codes.js';
import { codesOf, containedBy, key } from './keys.js';
import { type FhirResource, objectOf, objectsOf } from './resource.js';
import { vaccineCodes } from './vaccine-codes.js';

/** Where a type names what it is about, if not in `code`. Of a document, an encounter or a device it is the kind. */
const MEMBERS: ReadonlyMap<string, string> = new Map([
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

/** A range is named by three letters at least: two would be a chapter, and one is nearly everything. */
const SHORTEST_RANGE = 3;
const TEXTS_AT_MOST = 128;

const rangeText = (system: string, start: string): string => `${key(system, start)}*`;

function codesOfSubject(resource: FhirResource): readonly Code[] {
  if (resource.resourceType === 'Immunization') return vaccineCodes(resource);
  const named = codesOf(resource, MEMBERS.get(resource.resourceType) ?? 'code');
  if (named.length > 0 || resource['medicationReference'] === undefined) return named;
  const drug = containedBy(resource, objectOf(resource, 'medicationReference'));
  return drug === null ? [] : strongCodes(objectsOf(drug, 'code'));
}

/** Each strong code by itself, and the ranges of its system that it lies in: what a designation for a range is held against. */
export function codeTexts(resource: FhirResource): readonly string[] {
  const codes = codesOfSubject(resource);
  if (codes.length === 0) return [];
  const texts = new Set<string>();
  for (const { system, code } of codes) {
    texts.add(key(system, code));
    if (!isHierarchical(system)) continue;
    for (let length = SHORTEST_RANGE; length <= code.length; length += 1) texts.add(rangeText(system, code.slice(0, length)));
  }
  return [...texts].sort().slice(0, TEXTS_AT_MOST);
}

/** A code, or all codes of a system that begin with these letters. */
export interface CodeRange {
  readonly system: string;
  readonly code?: string;
  readonly startsWith?: string;
}

/**
 * The text by which statements about a code or range of codes are found (`codeTexts`). `null` if there is none: a code that
 * joins nothing, a system without hierarchy in its codes, neither a code nor a range or both.
 */
export function codeRangeText({ system, code, startsWith }: CodeRange): string | null {
  if ((code === undefined) === (startsWith === undefined)) return null;
  if (startsWith !== undefined) {
    const start = codeStart(system, startsWith);
    return start === null || start.code.length < SHORTEST_RANGE ? null : rangeText(start.system, start.code);
  }
  const found = strongCode({ system, code: code ?? '' });
  return found === null ? null : key(found.system, found.code);
}
