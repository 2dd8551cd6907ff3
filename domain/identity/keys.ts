import type { JsonObject } from '../json/json-value.js';
import { type Code, strongCodes } from './codes.js';
import { type FhirResource, objectOf, objectsOf, stringOf } from './resource.js';
import { canonicalSystem, SSN } from './systems.js';
import { type ClinicalTime, canonicalTime, isTime, readTime } from './time.js';

const SEPARATORS = /[|\\]/g;
const escaped = (part: string): string => (part.includes('|') || part.includes('\\') ? part.replace(SEPARATORS, '\\$&') : part);

/** Joins parts so that no two lists of parts give one text: a bar inside a part is escaped. */
export function key(...parts: readonly string[]): string {
  let text = escaped(parts[0] ?? '');
  for (let index = 1; index < parts.length; index += 1) text += `|${escaped(parts[index] as string)}`;
  return text;
}

/** One key for each strong code, all with the same other parts. */
export const keysByCode = (kind: string, codes: readonly Code[], ...rest: readonly string[]): string[] =>
  codes.map(({ system, code }) => key(kind, system, code, ...rest));

/** The strong codes of a member that is a CodeableConcept, or an array of them. */
export const codesOf = (object: JsonObject | null, member: string): readonly Code[] => strongCodes(objectsOf(object, member));

export function timeAt(object: JsonObject | null, member: string): ClinicalTime | null {
  const text = stringOf(object, member);
  const read = text === null ? null : readTime(text);
  return read !== null && isTime(read) ? read : null;
}

/** The time as it goes into a key: canonical, at the precision that was stated (`null` if none was). */
export function timeKey(object: JsonObject | null, member: string): string | null {
  const time = timeAt(object, member);
  return time === null ? null : canonicalTime(time);
}

/** A period whose start is its end is a time; any other is the pair, an open side left empty. */
export function periodKey(period: JsonObject | null): string | null {
  const start = timeKey(period, 'start');
  const end = timeKey(period, 'end');
  if (start === null && end === null) return null;
  return start === end ? start : `${start ?? ''}/${end ?? ''}`;
}

/** The time of a choice `stem[x]`: a dateTime, an instant or a period. */
export const choiceTimeKey = (resource: FhirResource, stem: string): string | null =>
  timeKey(resource, `${stem}DateTime`) ?? timeKey(resource, `${stem}Instant`) ?? periodKey(objectOf(resource, `${stem}Period`));

/** When a choice `stem[x]` starts. */
export const choiceStartKey = (resource: FhirResource, stem: string): string | null =>
  timeKey(resource, `${stem}DateTime`) ?? timeKey(resource, `${stem}Instant`) ?? timeKey(objectOf(resource, `${stem}Period`), 'start');

const PASSING_USES = new Set(['temp', 'old']);
const PLACEHOLDERS = new Set(['UNK', 'UNKNOWN', 'NONE', 'NULL', 'N/A', 'NA', 'NI']);
/** `000-00-0000`, `99999999999`: what people and programs type where a number is demanded that they do not have. */
const ONE_DIGIT_REPEATED = /^(\d)(?:-?\1){4,}$/;

/** Areas, groups and serial numbers of zeros were never given out, nor was area 666. */
const NO_SSN = /^(?:000|666)|^\d{3}-?00-?|0000$/;
/** The placer's number for a group of orders (HL7 v2 table 0203): they share it and are separate. */
const GROUP_TYPE = 'PGN';

const namesGroup = (identifier: JsonObject): boolean =>
  objectsOf(objectOf(identifier, 'type'), 'coding').some((coding) => stringOf(coding, 'code') === GROUP_TYPE);

/** Whose numbers they are: the system, or of an order number without one the assigner, if that is named by an identifier. */
function namespaceOf(identifier: JsonObject): string | null {
  const system = stringOf(identifier, 'system');
  if (system !== null) return canonicalSystem(system);
  const assigner = objectOf(objectOf(identifier, 'assigner'), 'identifier');
  const [namespace, name] = [stringOf(assigner, 'system'), stringOf(assigner, 'value')];
  return namespace === null || name === null ? null : key('assigner', canonicalSystem(namespace), name);
}

/** Namespace and value of an identifier that lasts; `null` for a temporary, old or placeholder one, a group's, and a bare number. */
export function identifierParts(identifier: JsonObject): readonly [namespace: string, value: string] | null {
  const value = stringOf(identifier, 'value');
  if (value === null || PASSING_USES.has(stringOf(identifier, 'use') ?? '') || namesGroup(identifier)) return null;
  const namespace = namespaceOf(identifier);
  if (namespace === null || PLACEHOLDERS.has(value.toUpperCase()) || ONE_DIGIT_REPEATED.test(value)) return null;
  if (namespace === SSN && NO_SSN.test(value)) return null;
  return [namespace, value.normalize('NFC').replace(/\s+/g, ' ')];
}

/** Identifiers beyond these join nothing; keys multiply them with codes. */
const MAX_IDENTIFIERS = 32;

/**
 * Keys of the business identifiers in `members`. The type is part of them: an identifier may legitimately stand on
 * resources of several types (R4 Condition.identifier), which are then not the same fact.
 */
export function identifierKeys(resource: FhirResource, members: readonly string[], ...rest: readonly string[]): string[] {
  const keys: string[] = [];
  for (const member of members) {
    for (const identifier of objectsOf(resource, member)) {
      const parts = identifierParts(identifier);
      if (parts !== null) keys.push(key('id', resource.resourceType, ...parts, ...rest));
    }
  }
  return keys.length > MAX_IDENTIFIERS ? keys.sort().slice(0, MAX_IDENTIFIERS) : keys;
}

/** What a reference refers to: its identifier if it has one, else its text without a version; `''` if it says neither. */
export function referenceKey(reference: JsonObject | null): string {
  const identifier = objectOf(reference, 'identifier');
  const parts = identifier === null ? null : identifierParts(identifier);
  if (parts !== null) return parts.join('|');
  return (stringOf(reference, 'reference') ?? '').replace(/\/_history\/[^/]+$/, '');
}

/** The contained resource that a `#id` reference means. */
export function containedBy(resource: FhirResource, reference: JsonObject | null): JsonObject | null {
  const text = stringOf(reference, 'reference');
  if (text === null || !text.startsWith('#')) return null;
  return objectsOf(resource, 'contained').find((item) => item['id'] === text.slice(1)) ?? null;
}
