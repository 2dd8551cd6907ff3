import { conceptsKey } from './codes.js';
import { choiceStartKey, codesOf, identifierKeys, keysByCode, referenceKey, timeAt } from './keys.js';
import { type FhirResource, objectOf, objectsOf, stringOf } from './resource.js';
import { writtenDay } from './time.js';

const hasCoding = (resource: FhirResource, member: string, codes: readonly string[]): boolean =>
  objectsOf(resource, member).some((concept) => objectsOf(concept, 'coding').some((coding) => codes.includes(stringOf(coding, 'code') ?? '')));

/** An allergy is its substance. Polarity, onset, type and criticality are what is said of it. */
export const allergyKeys = (resource: FhirResource): string[] => [
  ...identifierKeys(resource, ['identifier']),
  ...keysByCode('code', codesOf(resource, 'code')),
];

/**
 * A problem is its code and body site. A diagnosis of an encounter, a relapse and a recurrence are episodes: the onset,
 * at its own precision, or else the encounter tells them apart, and an episode that has neither joins nothing by code.
 */
export function conditionKeys(resource: FhirResource): string[] {
  const identifiers = identifierKeys(resource, ['identifier']);
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
 * A vaccination is its vaccine and its day, as the vaccinator's calendar had it: sources give the day or the minute, in
 * whatever zone. Status and lot are values: `completed` and `not-done` on one day are a dispute.
 */
export function immunizationKeys(resource: FhirResource): string[] {
  const identifiers = identifierKeys(resource, ['identifier']);
  const time = timeAt(resource, 'occurrenceDateTime');
  if (time === null || time.precision === 'year' || time.precision === 'month') return identifiers;
  return [...identifiers, ...keysByCode('vaccine', codesOf(resource, 'vaccineCode'), writtenDay(time))];
}

/** A procedure is its code, its start at the precision stated, and its body site. */
export function procedureKeys(resource: FhirResource): string[] {
  const identifiers = identifierKeys(resource, ['identifier']);
  const start = choiceStartKey(resource, 'performed');
  if (start === null) return identifiers;
  const site = conceptsKey(objectsOf(resource, 'bodySite'));
  return [...identifiers, ...keysByCode('procedure', codesOf(resource, 'code'), start, site)];
}
