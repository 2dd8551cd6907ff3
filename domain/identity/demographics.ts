import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../json/lossless.js';
import { type FhirResource, stringOf } from './resource.js';
import type { Statement } from './statement.js';
import { membersText } from './value.js';

/** Members of a `Patient` that belong to the record and not to the person. */
export const HEADER_MEMBERS: ReadonlySet<string> = new Set(['resourceType', 'id', 'meta', 'implicitRules', '_implicitRules', 'language', '_language', 'text']);

const alone = (member: string): readonly [string, readonly string[]] => [member, [member, `_${member}`]];
const choice = (element: string, types: readonly string[]): readonly [string, readonly string[]] => [
  element,
  types.flatMap((type) => [`${element}${type}`, `_${element}${type}`]),
];

/**
 * Which members of a `Patient`'s JSON belong to which demographic element, so that a reader who may see an element can
 * be given exactly these. A primitive has its extensions beside it, in `_member`.
 */
export const ELEMENTS: ReadonlyMap<string, readonly string[]> = new Map([
  ...['active', 'name', 'telecom', 'gender', 'birthDate', 'address', 'identifier', 'maritalStatus', 'photo'].map(alone),
  ...['contact', 'communication', 'generalPractitioner', 'managingOrganization', 'link'].map(alone),
  ...['extension', 'modifierExtension', 'contained'].map(alone),
  choice('deceased', ['Boolean', 'DateTime']),
  choice('multipleBirth', ['Boolean', 'Integer']),
]);

/**
 * What each source has of its own: its numbers for the patient, its references, its extensions. Two sources that differ
 * in these do not contradict each other, so each one's stands as a fact of its own.
 */
const OWN_TO_THE_SOURCE: ReadonlySet<string> = new Set(['identifier', 'link', 'generalPractitioner', 'managingOrganization', 'extension', 'contained']);

const ELEMENT_OF = new Map([...ELEMENTS].flatMap(([element, members]) => members.map((member) => [member, element])));

/** The demographic element that a member of a `Patient` belongs to; `null` for the record's own. Unknown ones stand for themselves. */
export function elementOf(member: string): string | null {
  if (HEADER_MEMBERS.has(member)) return null;
  return ELEMENT_OF.get(member) ?? (member.startsWith('_') ? member.slice(1) : member);
}

/** A telephone number without its punctuation, an e-mail address in lower case: how it was typed says nothing. */
function saidContactPoint(point: JsonValue): JsonValue {
  const value = isJsonObject(point) ? stringOf(point, 'value') : null;
  if (value === null) return point;
  const contact = point as JsonObject;
  const system = contact['system'];
  if (system === 'email') return { ...contact, value: value.toLowerCase() };
  const isDialled = system === 'phone' || system === 'fax' || system === 'sms' || system === 'pager';
  // Letters may be an extension ("x12") or a vanity number: then the text stays as it is.
  return isDialled && /^[+\d\s().\-/]+$/.test(value) ? { ...contact, value: value.replace(/[^+\d]/g, '') } : point;
}

const saidElement = (element: string, value: JsonValue): JsonValue => (element === 'telecom' && isJsonArray(value) ? value.map(saidContactPoint) : value);

/**
 * One statement for each demographic element that is present. Its identity is the element: a patient has one birth date,
 * and two sources that say different ones disagree. What modifies the whole resource is part of every element's value. An
 * element that says nothing (an empty list, extensions that nobody here knows) makes no statement. A patient of whom
 * nothing is said is one statement about the whole: a source that knows an id only still knows somebody.
 */
export function demographicStatements(patient: FhirResource): Statement[] {
  const shared: Record<string, JsonValue> = {};
  for (const member of ['implicitRules', 'modifierExtension']) {
    const value = patient[member];
    if (value !== undefined) shared[member] = value;
  }
  const elements = new Map<string, Record<string, JsonValue>>();
  for (const member of Object.keys(patient)) {
    const element = elementOf(member);
    if (element === null) continue;
    const members = elements.get(element) ?? { ...shared };
    members[member] = saidElement(element, patient[member] as JsonValue);
    elements.set(element, members);
  }
  const empty = membersText(shared);
  const statements = [...elements]
    .map(([element, members]) => ({ element, identity: OWN_TO_THE_SOURCE.has(element) ? [] : [`demographics|${element}`], value: membersText(members) }))
    .filter(({ element, value }) => element === 'modifierExtension' || value !== empty);
  return statements.length > 0 ? statements : [{ element: null, identity: [], value: empty }];
}
