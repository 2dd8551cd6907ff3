import type { Unreadable } from '../../domain/record/unreadable.js';
import { FAULTS } from '../../domain/rejections.js';
import { ledgerUrn, nameBasedUuid, uuidUrl } from './bundle-urls.js';

/** FHIR's own extension for a value that there is and that could not be given. */
export const ABSENT = { url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'error' };

const EXTENDED = { extension: [ABSENT] };

/**
 * In the place of demographics that cannot be opened: a Patient with the extension where the element would stand. R4 asks more of
 * other elements than an extension; these are missed by the OperationOutcome alone.
 */
const STANDING_IN: ReadonlyMap<string, object> = new Map<string, object>([
  ...['active', 'gender', 'birthDate'].map((element): [string, object] => [element, { [`_${element}`]: EXTENDED }]),
  ...['deceased', 'multipleBirth'].map((element): [string, object] => [element, { [`_${element}Boolean`]: EXTENDED }]),
  ...['name', 'telecom', 'address', 'identifier', 'photo', 'generalPractitioner'].map((element): [string, object] => [element, { [element]: [EXTENDED] }]),
  ...['maritalStatus', 'managingOrganization'].map((element): [string, object] => [element, { [element]: EXTENDED }]),
]);

export function absentElement(element: string): string {
  return JSON.stringify({ resourceType: 'Patient', ...STANDING_IN.get(element) });
}

/** Says what is missing from a collection, and that it is: an OperationOutcome with one issue for each event. */
export function outcomeOf(unreadable: readonly [Unreadable, ...Unreadable[]]): { readonly url: string; readonly resource: object } {
  const issue = unreadable.map(({ code, eventId, stream }) => ({
    severity: 'error',
    code: 'incomplete',
    details: { coding: [{ system: ledgerUrn('problem'), code }], text: FAULTS[code][0] },
    diagnostics: `Event ${eventId} of stream ${stream}. ${FAULTS[code][1]}`,
  }));
  return { url: uuidUrl(nameBasedUuid(unreadable[0].eventId, 'unreadable')), resource: { resourceType: 'OperationOutcome', issue } };
}
