import { isJsonArray, type JsonValue } from '../json/json-value.js';
import { isParted, partsOfList } from './demographic-parts.js';
import type { FhirResource } from './resource.js';
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
 * What each source has of its own: whether its record is in use, its references, its extensions. Two sources that differ in
 * these do not contradict each other, so each one's stands as a fact of its own.
 */
const OWN_TO_THE_SOURCE: ReadonlySet<string> = new Set(['active', 'link', 'generalPractitioner', 'managingOrganization', 'extension', 'contained']);

const ELEMENT_OF = new Map([...ELEMENTS].flatMap(([element, members]) => members.map((member) => [member, element])));

/** The demographic element that a member of a `Patient` belongs to; `null` for the record's own. Unknown ones stand for themselves. */
export function elementOf(member: string): string | null {
  if (HEADER_MEMBERS.has(member)) return null;
  return ELEMENT_OF.get(member) ?? (member.startsWith('_') ? member.slice(1) : member);
}

/** What no demographic statement has: it is no measurement, has no clinical code and claims nothing of others. */
const PLAIN = { precision: [], codes: [], ranges: [], asserts: [], contradicts: [], standing: 'stated' } as const;

type Members = Readonly<Record<string, JsonValue>>;

/** The members by which an element is modified that stand beside it: with them it may mean something else. */
function sharedMembers(patient: FhirResource): Members {
  const shared: Record<string, JsonValue> = {};
  for (const member of ['implicitRules', 'modifierExtension']) {
    const value = patient[member];
    if (value !== undefined) shared[member] = value;
  }
  return shared;
}

/** The members of each element; those that R4 does not know stand together under `null`. */
function membersByElement(patient: FhirResource, shared: Members): Map<string | null, Record<string, JsonValue>> {
  const elements = new Map<string | null, Record<string, JsonValue>>();
  for (const member of Object.keys(patient)) {
    if (HEADER_MEMBERS.has(member)) continue;
    const element = ELEMENT_OF.get(member) ?? null;
    const members = elements.get(element) ?? { ...shared };
    members[member] = patient[member] as JsonValue;
    elements.set(element, members);
  }
  return elements;
}

function elementStatements(element: string | null, members: Members, shared: Members): Statement[] {
  const list = element === null ? undefined : members[element];
  if (element === null || !isParted(element) || !isJsonArray(list)) {
    const identity = element === null || OWN_TO_THE_SOURCE.has(element) ? [] : [`demographics|${element}`];
    return [{ element, part: null, identity, value: membersText(members), ...PLAIN }];
  }
  return partsOfList(element, list).map(({ part, names, said }) => ({
    element,
    part,
    identity: names.map((name) => `demographics|${element}|${name}`).sort(),
    value: membersText({ ...shared, [element]: said }),
    ...PLAIN,
  }));
}

/**
 * One statement for each demographic element that is present. Its identity is the element: a patient has one birth date,
 * and two sources that say different ones disagree. Of names, addresses, contact points and identifiers a patient has
 * several, each a fact of its own. What modifies the whole resource is part of every element's value. An element that says
 * nothing (an empty list, extensions that nobody here knows) makes no statement. A patient of whom nothing is said is one
 * statement about the whole: a source that knows an id only still knows somebody.
 */
export function demographicStatements(patient: FhirResource): Statement[] {
  const shared = sharedMembers(patient);
  const empty = membersText(shared);
  const statements = [...membersByElement(patient, shared)]
    .flatMap(([element, members]) => elementStatements(element, members, shared))
    .filter(({ element, value }) => element === 'modifierExtension' || value !== empty);
  return statements.length > 0 ? statements : [{ element: null, part: null, identity: [], value: empty, ...PLAIN }];
}
