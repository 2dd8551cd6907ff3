import type { Category } from '../../schemas/phi/categories.js';
import { conceptsKey } from './codes.js';
import { choiceTimeKey, codesOf, containedBy, identifierKeys, keysByCode, referenceKey } from './keys.js';
import { type FhirResource, objectOf, objectsOf, stringOf } from './resource.js';

/** A specimen: its identifier, or its kind if it is contained, or the reference as it stands. */
function specimenKey(resource: FhirResource): string {
  const reference = objectOf(resource, 'specimen');
  const contained = containedBy(resource, reference);
  return contained === null ? referenceKey(reference) : conceptsKey(objectsOf(contained, 'type'));
}

/**
 * An observation is the laboratory's number together with its code, since all results of a panel share the number; and
 * its code, time, specimen, method, body site and device. Value and status are what is said: were they part of the key,
 * no two sources could ever disagree. Of a vital sign, position, site and device belong to the value as well.
 */
export function observationKeys(resource: FhirResource, category: Category): string[] {
  const codes = codesOf(resource, 'code');
  const uncoded = (stringOf(objectOf(resource, 'code'), 'text') ?? '').normalize('NFC').replace(/\s+/g, ' ');
  const identifiers =
    codes.length === 0
      ? identifierKeys(resource, ['identifier'], 'text', uncoded)
      : codes.flatMap(({ system, code }) => identifierKeys(resource, ['identifier'], system, code));
  const time = choiceTimeKey(resource, 'effective');
  if (time === null) return identifiers;
  if (category === 'vital-signs') return [...identifiers, ...keysByCode('sign', codes, time)];
  const site = conceptsKey(objectsOf(resource, 'bodySite'));
  const method = conceptsKey(objectsOf(resource, 'method'));
  const device = referenceKey(objectOf(resource, 'device'));
  return [...identifiers, ...keysByCode('result', codes, time, specimenKey(resource), method, site, device)];
}
