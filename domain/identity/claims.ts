import type { Standing } from '../../schemas/events/statement.js';
import { saysNobodyLooked } from './codes.js';
import { codesOf } from './keys.js';
import { type FhirResource, objectsOf, stringOf } from './resource.js';
import { isRefuted } from './standing.js';
import { ABSENT_UNKNOWN, SNOMED } from './systems.js';

/**
 * What a statement claims beyond its own fact. Two statements dispute each other when one asserts what the other contradicts;
 * both are always filled alike, so that nothing can be told from which of them is.
 */
export interface Claims {
  readonly asserts: readonly string[];
  readonly contradicts: readonly string[];
}

const NO_CLAIMS: Claims = { asserts: [], contradicts: [] };
const ANY = 'any';

/** "No known …": the topic and the class of what is not known. Retired SNOMED CT codes are among them. */
const ABSENCES: ReadonlyMap<string, readonly [topic: string, kind: string]> = new Map([
  [`${SNOMED}|716186003`, ['allergy', ANY]],
  [`${SNOMED}|160244002`, ['allergy', ANY]],
  [`${SNOMED}|409137002`, ['allergy', 'drug']],
  [`${SNOMED}|429625007`, ['allergy', 'food']],
  [`${SNOMED}|716220001`, ['allergy', 'animal']],
  [`${SNOMED}|428607008`, ['allergy', 'environmental']],
  [`${SNOMED}|716184000`, ['allergy', 'latex']],
  [`${SNOMED}|1003774007`, ['allergy', 'latex']],
  [`${SNOMED}|428197003`, ['allergy', 'insect']],
  [`${SNOMED}|160245001`, ['problem', ANY]],
  [`${SNOMED}|787481004`, ['medication', ANY]],
  [`${ABSENT_UNKNOWN}|no-known-allergies`, ['allergy', ANY]],
  [`${ABSENT_UNKNOWN}|no-known-medication-allergies`, ['allergy', 'drug']],
  [`${ABSENT_UNKNOWN}|no-known-food-allergies`, ['allergy', 'food']],
  [`${ABSENT_UNKNOWN}|no-known-environmental-allergies`, ['allergy', 'environmental']],
  [`${ABSENT_UNKNOWN}|no-known-problems`, ['problem', ANY]],
  [`${ABSENT_UNKNOWN}|no-known-medications`, ['medication', ANY]],
  [`${ABSENT_UNKNOWN}|no-known-immunizations`, ['immunization', ANY]],
  [`${ABSENT_UNKNOWN}|no-known-procedures`, ['procedure', ANY]],
]);

/** The codes without their systems: most resources have none of them, and need no closer look. */
const ABSENT_CODES: ReadonlySet<string> = new Set([...ABSENCES.keys()].map((text) => text.slice(text.indexOf('|') + 1)));

const SUBJECT: ReadonlyMap<string, string> = new Map([
  ['AllergyIntolerance', 'code'],
  ['Condition', 'code'],
  ['Immunization', 'vaccineCode'],
  ['MedicationStatement', 'medicationCodeableConcept'],
  ['Procedure', 'code'],
]);

/** The topic and class of which a resource says that none is known; `null` if it says nothing of the kind. */
export function absenceOf(resource: FhirResource): readonly [topic: string, kind: string] | null {
  const member = SUBJECT.get(resource.resourceType);
  if (member === undefined) return null;
  const named = objectsOf(resource, member).some((concept) => objectsOf(concept, 'coding').some((coding) => ABSENT_CODES.has(stringOf(coding, 'code') ?? '')));
  if (!named) return null;
  for (const { system, code } of codesOf(resource, member)) {
    const absence = ABSENCES.get(`${system}|${code}`);
    if (absence !== undefined) return absence;
  }
  return null;
}

const nobodyLooked = (resource: FhirResource): boolean =>
  objectsOf(resource, SUBJECT.get(resource.resourceType) ?? '').some((concept) => objectsOf(concept, 'coding').some(saysNobodyLooked));

/** FHIR's categories of allergies as classes. An allergy of no or another category is of class `any` only. */
const CLASSES: ReadonlyMap<string, string> = new Map([
  ['medication', 'drug'],
  ['biologic', 'drug'],
  ['food', 'food'],
  ['environment', 'environmental'],
]);

function allergyClasses(resource: FhirResource): readonly string[] {
  const stated = resource['category'];
  const categories = Array.isArray(stated) ? (stated as readonly unknown[]) : [];
  const classes = categories.flatMap((category) => CLASSES.get(String(category)) ?? []);
  return [...new Set([ANY, ...classes])].sort();
}

const clinicalStatus = (resource: FhirResource): readonly (string | null)[] =>
  objectsOf(resource, 'clinicalStatus').flatMap((concept) => objectsOf(concept, 'coding').map((coding) => stringOf(coding, 'code')));

const OVER = new Set(['inactive', 'remission', 'resolved']);

/** An allergy that has resolved, a problem that is over, a drug no longer taken and a dose not given stand beside "none known". */
function isLive(resource: FhirResource, standing: Standing): boolean {
  const status = stringOf(resource, 'status');
  switch (resource.resourceType) {
    case 'AllergyIntolerance':
      return !clinicalStatus(resource).includes('resolved');
    case 'Condition':
      return standing !== 'provisional' && !clinicalStatus(resource).some((code) => code !== null && OVER.has(code));
    case 'MedicationStatement':
      return status === 'active';
    case 'Immunization':
      return status === 'completed';
    default:
      return status === 'completed' || status === 'in-progress';
  }
}

const TOPICS: ReadonlyMap<string, string> = new Map([
  ['AllergyIntolerance', 'allergy'],
  ['Condition', 'problem'],
  ['Immunization', 'immunization'],
  ['MedicationStatement', 'medication'],
  ['Procedure', 'procedure'],
]);

/**
 * A positive statement claims that there is something of its class and of any class; "none known" claims that there is nothing
 * of its class. What is refuted, in error or modified in a way that nobody here knows claims nothing.
 */
export function claimsOf(resource: FhirResource, standing: Standing): Claims {
  const topic = TOPICS.get(resource.resourceType);
  if (topic === undefined || resource['modifierExtension'] !== undefined || resource['implicitRules'] !== undefined) return NO_CLAIMS;
  if (standing === 'entered-in-error' || isRefuted(resource)) return NO_CLAIMS;
  const absence = absenceOf(resource);
  if (absence !== null) {
    const [what, kind] = absence;
    return { asserts: [`no-${what}|${kind}`], contradicts: [`${what}|${kind}`] };
  }
  if (!isLive(resource, standing) || nobodyLooked(resource)) return NO_CLAIMS;
  const kinds = topic === 'allergy' ? allergyClasses(resource) : [ANY];
  return { asserts: kinds.map((kind) => `${topic}|${kind}`), contradicts: kinds.map((kind) => `no-${topic}|${kind}`) };
}
