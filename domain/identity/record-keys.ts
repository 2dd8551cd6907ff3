import type { JsonObject } from '../json/json-value.js';
import { strongCode } from './codes.js';
import { codesOf, identifierKeys, identifierParts, key, referenceKey, timeKey } from './keys.js';
import { type FhirResource, objectOf, objectsOf, stringOf } from './resource.js';

/** An encounter is its visit number; or class, start and provider, all of them: the start alone joins strangers. */
export function encounterKeys(resource: FhirResource): string[] {
  const identifiers = identifierKeys(resource, ['identifier']);
  const kind = objectOf(resource, 'class');
  const code = kind === null ? null : strongCode(kind);
  const start = timeKey(objectOf(resource, 'period'), 'start');
  const provider = referenceKey(objectOf(resource, 'serviceProvider'));
  if (code === null || start === null || provider === '') return identifiers;
  return [...identifiers, key('visit', code.system, code.code, start, provider)];
}

/**
 * A document is its master identifier, which names one version of it (R4). Its other identifiers may be those of all versions:
 * they name it only where no master identifier does.
 */
export function documentKeys(resource: FhirResource): string[] {
  const master = identifierKeys(resource, ['masterIdentifier']);
  return master.length > 0 ? master : identifierKeys(resource, ['identifier']);
}

const VERSION_NUMBER = 'http://hl7.org/fhir/StructureDefinition/composition-clinicaldocument-versionNumber';

/** A CDA document in FHIR is its set id and version number; the set id alone is all of its versions. */
export function compositionKeys(resource: FhirResource): string[] {
  const version = objectsOf(resource, 'extension').find((extension) => extension['url'] === VERSION_NUMBER);
  const number = stringOf(version, 'valueString');
  return number === null ? identifierKeys(resource, ['identifier']) : identifierKeys(resource, ['identifier'], 'version', number);
}

/**
 * An order is the placer's number or the filler's. The requisition is the number of a group (R4), even where it is repeated
 * among the identifiers.
 */
export function orderKeys(resource: FhirResource): string[] {
  const groups = new Set([...identifierKeys(resource, ['requisition']), ...identifierKeys(resource, ['groupIdentifier'])]);
  return identifierKeys(resource, ['identifier']).filter((order) => !groups.has(order));
}

/** A report is its number; an accession number with its code, since all reports on one specimen have it. */
export function reportKeys(resource: FhirResource): string[] {
  const accessions = new Set(identifierKeys({ ...resource, identifier: objectsOf(resource, 'identifier').filter(isAccession) }, ['identifier']));
  const codes = codesOf(resource, 'code');
  return identifierKeys(resource, ['identifier']).flatMap((report) =>
    accessions.has(report) ? codes.map(({ system, code }) => `${report}|${key(system, code)}`) : [report],
  );
}

const isAccession = (identifier: JsonObject): boolean =>
  objectsOf(objectOf(identifier, 'type'), 'coding').some((coding) => stringOf(coding, 'code') === 'ACSN');

/** Systems of device identifiers (GS1, HIBCC, ICCBBA and the FHIR names for them), which name a model and not a device. */
const MODEL_SYSTEMS = /gs1|hibcc|iccbba|udi|2\.16\.840\.1\.113883\.3\.3719|2\.51\.1\.1/i;
const MODEL_TYPES = new Set(['UDI', 'DI', 'UDI-DI']);

function namesModel(identifier: Parameters<typeof identifierParts>[0], models: ReadonlySet<string>): boolean {
  if (MODEL_SYSTEMS.test(stringOf(identifier, 'system') ?? '') || models.has(stringOf(identifier, 'value') ?? '')) return true;
  const types = objectsOf(objectOf(identifier, 'type'), 'coding');
  return types.some((coding) => MODEL_TYPES.has(stringOf(coding, 'code') ?? ''));
}

/**
 * A device is its full UDI: the model's identifier with the serial number, or with lot and expiry; or maker, model and
 * serial number. The model's identifier alone would make one implant of two leads.
 */
export function deviceKeys(resource: FhirResource): string[] {
  const serial = stringOf(resource, 'serialNumber');
  const lot = stringOf(resource, 'lotNumber');
  const expiry = timeKey(resource, 'expirationDate');
  const carriers = objectsOf(resource, 'udiCarrier');
  const models = new Set(carriers.flatMap((carrier) => stringOf(carrier, 'deviceIdentifier') ?? []));
  const keys: string[] = [];
  for (const identifier of objectsOf(resource, 'identifier')) {
    const parts = namesModel(identifier, models) ? null : identifierParts(identifier);
    if (parts !== null) keys.push(key('id', 'Device', ...parts));
  }
  for (const model of models) {
    if (serial !== null) keys.push(key('udi', model, 'serial', serial));
    else if (lot !== null && expiry !== null) keys.push(key('udi', model, 'lot', lot, expiry));
  }
  const maker = stringOf(resource, 'manufacturer');
  const model = stringOf(resource, 'modelNumber');
  if (maker !== null && model !== null && serial !== null) keys.push(key('made', maker, model, serial));
  return keys;
}

/** Payers beyond these join nothing; keys multiply them with member numbers. */
const MAX_PAYERS = 8;

/** The number by which the payer knows the member: `subscriberId`, else an identifier. */
const memberNumbers = (resource: FhirResource): readonly string[] => {
  const subscriber = stringOf(resource, 'subscriberId');
  if (subscriber !== null) return [subscriber];
  return identifierKeys(resource, ['identifier']);
};

/**
 * A coverage is payer, member number, dependant and start. A member number alone would join the family's coverages and
 * those of all years, so that it is no business identifier of its own.
 */
export function coverageKeys(resource: FhirResource): string[] {
  const payers = [...new Set(objectsOf(resource, 'payor').map(referenceKey))]
    .filter((payer) => payer !== '')
    .sort()
    .slice(0, MAX_PAYERS);
  const start = timeKey(objectOf(resource, 'period'), 'start') ?? '';
  const dependant = stringOf(resource, 'dependent') ?? '';
  return payers.flatMap((payer) => memberNumbers(resource).map((number) => key('member', payer, number, dependant, start)));
}
