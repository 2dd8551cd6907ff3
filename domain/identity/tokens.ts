import type { Category } from '../../schemas/phi/categories.js';
import { allergyKeys, conditionKeys, immunizationKeys, procedureKeys } from './clinical-keys.js';
import { identifierKeys } from './keys.js';
import { medicationAdministrationKeys, medicationDispenseKeys, medicationRequestKeys, medicationStatementKeys } from './medication-keys.js';
import { observationKeys } from './observation-keys.js';
import { compositionKeys, coverageKeys, deviceKeys, documentKeys, encounterKeys, orderKeys, reportKeys } from './record-keys.js';
import type { FhirResource } from './resource.js';

type Keys = (resource: FhirResource, category: Category) => string[];

const KEYS: ReadonlyMap<string, Keys> = new Map<string, Keys>([
  ['AllergyIntolerance', allergyKeys],
  ['Condition', conditionKeys],
  ['Composition', compositionKeys],
  ['Coverage', coverageKeys],
  ['Device', deviceKeys],
  ['DeviceRequest', orderKeys],
  ['DiagnosticReport', reportKeys],
  ['DocumentManifest', documentKeys],
  ['DocumentReference', documentKeys],
  ['Encounter', encounterKeys],
  ['Immunization', immunizationKeys],
  ['MedicationAdministration', medicationAdministrationKeys],
  ['MedicationDispense', medicationDispenseKeys],
  ['MedicationRequest', medicationRequestKeys],
  ['MedicationStatement', medicationStatementKeys],
  ['Observation', observationKeys],
  ['NutritionOrder', orderKeys],
  ['Procedure', procedureKeys],
  ['ServiceRequest', orderKeys],
]);

/** Types without a key of their own are joined by a shared business identifier only: claims, plans, images … */
const byIdentifier: Keys = (resource) => identifierKeys(resource, ['identifier']);

/** Every token is stored with its event: a resource made to have thousands must not weigh down the log. */
const MAX_TOKENS = 128;

/**
 * The identity tokens of a resource: two of the same patient that share one speak of the same fact. Sorted, each once, at most 128.
 * There are no windows and no tolerances: they are not transitive, so that the outcome would depend on the order of arrival.
 */
export function identityTokens(resource: FhirResource, category: Category): readonly string[] {
  const keys = (KEYS.get(resource.resourceType) ?? byIdentifier)(resource, category);
  return [...new Set(keys)]
    .sort()
    .slice(0, MAX_TOKENS)
    .map((text) => `${category}|${text}`);
}
