import { identifierText } from '../identity/identifiers.js';
import { bornOnOrAbout, called, type Sought } from './fields.js';
import { datesAgree, dateText, nameText } from './normalise.js';
import { isNoDate, isNoIdentifier, isNoName, isNoPhone } from './placeholders.js';
import type { PhoneReader, Searchable } from './searchable.js';

/** What somebody knows of the patient they look for, as they typed it. */
export interface Asked {
  readonly family?: string;
  readonly given?: string;
  readonly birthDate?: string;
  readonly phone?: string;
  readonly identifier?: { readonly system: string; readonly value: string };
}

export const CRITERIA = ['identifier', 'phone', 'family', 'given', 'birthDate'] as const;
export type Criterion = (typeof CRITERIA)[number];

/** The same in normal form. At least one combination that has an index is there. */
export type Criteria = Readonly<Partial<Record<Criterion, string>>>;

/** What cannot be searched by: a criterion that says nothing, or `null` for too few of them. */
export interface Unsearchable {
  readonly criterion: Criterion | null;
}

export function criteriaOf(asked: Asked, phoneOf: PhoneReader): Criteria | Unsearchable {
  const read: Record<Criterion, string | null | undefined> = {
    identifier: asked.identifier && identifierOf(asked.identifier),
    phone: asked.phone && known(phoneOf(asked.phone), isNoPhone),
    family: asked.family && known(nameText(asked.family), isNoName),
    given: asked.given && known(nameText(asked.given), isNoName),
    birthDate: asked.birthDate && known(dateText(asked.birthDate), isNoDate),
  };
  const criteria: Partial<Record<Criterion, string>> = {};
  for (const criterion of CRITERIA) {
    if (asked[criterion] === undefined) continue;
    const text = read[criterion];
    if (text === null || text === undefined || text === '') return { criterion };
    criteria[criterion] = text;
  }
  return soughtBy(criteria).length === 0 ? { criterion: null } : criteria;
}

function identifierOf({ system, value }: { readonly system: string; readonly value: string }): string | null {
  const text = identifierText(system, value);
  return system.trim() === '' || isNoIdentifier(text.slice(text.lastIndexOf('|') + 1)) ? null : text;
}

function known(text: string | null, isNone: (text: string) => boolean): string | null {
  return text === null || isNone(text) ? null : text;
}

/** Each of these finds patients by itself; who is found by several is likelier the one. */
export function soughtBy({ identifier, phone, family, given, birthDate }: Criteria): Sought[] {
  return [
    ...(identifier === undefined ? [] : [{ field: 'identifier', text: identifier } as const]),
    ...(phone === undefined ? [] : [{ field: 'phone', text: phone } as const]),
    ...(family === undefined || birthDate === undefined ? [] : bornOnOrAbout(family, birthDate)),
    ...(family === undefined || given === undefined ? [] : [called(family, given)]),
  ];
}

/** What of the criteria one source's demographics meet. A given name counts beside the family name that it was said with. */
function metBy(criteria: Criteria, said: Searchable): Set<Criterion> {
  const met = new Set<Criterion>();
  const { identifier, phone, family, given, birthDate } = criteria;
  if (identifier !== undefined && said.identifiers.includes(identifier)) met.add('identifier');
  if (phone !== undefined && said.phones.includes(phone)) met.add('phone');
  if (birthDate !== undefined && said.birthDate !== null && datesAgree(birthDate, said.birthDate)) met.add('birthDate');
  for (const name of said.names) {
    if (family !== undefined && name.family !== family) continue;
    if (family !== undefined) met.add('family');
    if (given !== undefined && name.given.includes(given)) met.add('given');
  }
  return met;
}

/**
 * Which criteria a patient meets by what all sources say of them, in the order of `CRITERIA`. None when nothing of it is enough
 * to find somebody by: a family name and nothing else, though the index led there.
 */
export function matchedOn(criteria: Criteria, said: readonly Searchable[]): Criterion[] {
  const met = new Set(said.flatMap((one) => [...metBy(criteria, one)]));
  const found = Object.fromEntries(Object.entries(criteria).filter(([criterion]) => met.has(criterion as Criterion)));
  return soughtBy(found).length === 0 ? [] : CRITERIA.filter((criterion) => met.has(criterion));
}
