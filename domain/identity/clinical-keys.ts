import { absenceOf } from './claims.js';
import { conceptsKey } from './codes.js';
import { choiceStartKey, codesOf, identifierKeys, key, keysByCode, referenceKey, timeAt } from './keys.js';
import { type FhirResource, objectOf, objectsOf, stringOf } from './resource.js';
import { writtenDay } from './time.js';
import { vaccineCodes } from './vaccine-codes.js';

const hasCoding = (resource: FhirResource, member: string, codes: readonly string[]): boolean =>
  objectsOf(resource, member).some((concept) => objectsOf(concept, 'coding').some((coding) => codes.includes(stringOf(coding, 'code') ?? '')));

/** "None known" is a fact of its own for each class of things, whichever of its codes says so. */
function absenceKeys(resource: FhirResource, identifiers: readonly string[]): string[] | null {
  const absence = absenceOf(resource);
  return absence === null ? null : [...identifiers, key('none', ...absence)];
}

/** An allergy is its substance. Polarity, onset, type and criticality are what is said of it. */
export function allergyKeys(resource: FhirResource): string[] {
  const identifiers = identifierKeys(resource, ['identifier']);
  return absenceKeys(resource, identifiers) ?? [...identifiers, ...keysByCode('code', codesOf(resource, 'code'))];
}

/**
 * A problem is its code and body site. A diagnosis of an encounter, a relapse and a recurrence are episodes: the onset,
 * at its own precision, or else the encounter tells them apart, and an episode that has neither joins nothing by code.
 */
export function conditionKeys(resource: FhirResource): string[] {
  const identifiers = identifierKeys(resource, ['identifier']);
  const none = absenceKeys(resource, identifiers);
  if (none !== null) return none;
  const codes = codesOf(resource, 'code');
  const site = conceptsKey(objectsOf(resource, 'bodySite'));
  const isEpisode = hasCoding(resource, 'category', ['encounter-diagnosis']) || hasCoding(resource, 'clinicalStatus', ['recurrence', 'relapse']);
  if (!isEpisode) return [...identifiers, ...keysByCode('problem', codes, site)];
  const onset = choiceStartKey(resource, 'onset');
  if (onset !== null) return [...identifiers, ...keysByCode('episode', codes, site, onset)];
  const encounter = referenceKey(objectOf(resource, 'encounter'));
  return encounter === '' ? identifiers : [...identifiers, ...keysByCode('diagnosis', codes, site, encounter)];
}

/**
 * A vaccination is its vaccine (or that of the package, where CDC lists it) and its day, as the vaccinator's calendar had it: sources give the day or the minute, in
 * whatever zone. Status and lot are values: `completed` and `not-done` on one day are a dispute.
 */
export function immunizationKeys(resource: FhirResource): string[] {
  const identifiers = identifierKeys(resource, ['identifier']);
  const none = absenceKeys(resource, identifiers);
  if (none !== null) return none;
  const time = timeAt(resource, 'occurrenceDateTime');
  if (time === null || time.precision === 'year' || time.precision === 'month') return identifiers;
  return [...identifiers, ...keysByCode('vaccine', vaccineCodes(resource), writtenDay(time))];
}

/** A procedure is its code, its start at the precision stated, and its body site. */
export function procedureKeys(resource: FhirResource): string[] {
  const identifiers = identifierKeys(resource, ['identifier']);
  const none = absenceKeys(resource, identifiers);
  if (none !== null) return none;
  const start = choiceStartKey(resource, 'performed');
  if (start === null) return identifiers;
  const site = conceptsKey(objectsOf(resource, 'bodySite'));
  return [...identifiers, ...keysByCode('procedure', codesOf(resource, 'code'), start, site)];
}
