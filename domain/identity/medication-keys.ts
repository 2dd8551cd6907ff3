import type { JsonObject } from '../json/json-value.js';
import { absenceOf } from './claims.js';
import { principalCodes, strongCodes } from './codes.js';
import { choiceStartKey, codesOf, containedBy, identifierKeys, key, referenceKey, timeAt, timeKey } from './keys.js';
import { orderKeys } from './record-keys.js';
import { type FhirResource, objectOf, objectsOf, stringOf } from './resource.js';
import { canonicalTime } from './time.js';

/** Several ingredients are one drug: the set of them is the name, and no single one is. */
function ingredientsKey(medication: JsonObject): string | null {
  const names: string[] = [];
  for (const ingredient of objectsOf(medication, 'ingredient')) {
    const codes = principalCodes(strongCodes(objectsOf(ingredient, 'itemCodeableConcept')));
    if (codes.length === 0) return null;
    names.push(codes.map(({ system, code }) => `${system}|${code}`).join(','));
  }
  return names.length === 0 ? null : key('ingredients', names.sort().join(';'));
}

/**
 * Keys of the drug: one for each strong code. A drug that is only a reference to another resource of the source has
 * none: `Medication/1` is another drug in the next source.
 */
function drugKeys(resource: FhirResource): string[] {
  const contained = containedBy(resource, objectOf(resource, 'medicationReference'));
  const codes = contained === null ? codesOf(resource, 'medicationCodeableConcept') : codesOf(contained, 'code');
  if (codes.length > 0) return codes.map(({ system, code }) => key(system, code));
  const ingredients = contained === null ? null : ingredientsKey(contained);
  return ingredients === null ? [] : [ingredients];
}

const withDrug = (resource: FhirResource, kind: string, ...rest: readonly string[]): string[] =>
  drugKeys(resource).map((drug) => `${kind}|${drug}|${key(...rest)}`);

/** Two doses of one minute are two facts, and so are two of one day: only a clock time says which one is meant. */
function clockTimeKey(resource: FhirResource, members: readonly string[]): string | null {
  for (const member of members) {
    const time = timeAt(resource, member);
    if (time !== null) return time.offsetMinutes === null ? null : canonicalTime(time);
  }
  return null;
}

/** A statement is its drug and when it starts; `status` may not be part, since a statement is true at a point in time (R4). */
export function medicationStatementKeys(resource: FhirResource): string[] {
  const identifiers = identifierKeys(resource, ['identifier']);
  const absence = absenceOf(resource);
  if (absence !== null) return [...identifiers, key('none', ...absence)];
  const start = choiceStartKey(resource, 'effective');
  return [...identifiers, ...(start === null ? [] : withDrug(resource, 'statement', start))];
}

/** An order is the placer's number; or drug, time of writing, prescriber and intent, all of them. A renewal is a new order. */
export function medicationRequestKeys(resource: FhirResource): string[] {
  const identifiers = orderKeys(resource);
  const authored = timeKey(resource, 'authoredOn');
  const requester = referenceKey(objectOf(resource, 'requester'));
  const intent = stringOf(resource, 'intent');
  if (authored === null || requester === '' || intent === null) return identifiers;
  return [...identifiers, ...withDrug(resource, 'request', authored, requester, intent)];
}

export function medicationAdministrationKeys(resource: FhirResource): string[] {
  const period = objectOf(resource, 'effectivePeriod');
  const start = period === null ? null : timeKey(period, 'start');
  const time = clockTimeKey(resource, ['effectiveDateTime']) ?? start;
  return [...identifierKeys(resource, ['identifier']), ...(time === null ? [] : withDrug(resource, 'administration', time))];
}

export function medicationDispenseKeys(resource: FhirResource): string[] {
  const time = clockTimeKey(resource, ['whenHandedOver', 'whenPrepared']);
  return [...identifierKeys(resource, ['identifier']), ...(time === null ? [] : withDrug(resource, 'dispense', time))];
}
