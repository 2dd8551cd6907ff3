import { searchableIdentifiers } from '../identity/identifiers.js';
import { type FhirResource, objectsOf, stringOf } from '../identity/resource.js';
import { isJsonArray, type JsonObject } from '../json/json-value.js';
import { dateText, nameText, nameWords } from './normalise.js';
import { isNoDate, isNoIdentifier, isNoName, isNoPhone } from './placeholders.js';

/** A phone number in E.164 (`+4930123456`), or null for what is none. A library's work, so it is given. */
export type PhoneReader = (text: string) => string | null;

export interface SearchableName {
  readonly family: string;
  /** The ways in which the given names may be asked for; none when they are not known. */
  readonly given: readonly string[];
}

/** What of a source's Patient can be searched for, in normal form and without placeholders. */
export interface Searchable {
  readonly names: readonly SearchableName[];
  readonly birthDate: string | null;
  readonly phones: readonly string[];
  readonly identifiers: readonly string[];
}

/** Of a list beyond this the rest finds nobody: no person has so many, and each costs index entries. */
const NAMES_AT_MOST = 8;
const PHONES_AT_MOST = 8;
const IDENTIFIERS_AT_MOST = 16;

export function searchableOf(patient: FhirResource, phoneOf: PhoneReader): Searchable {
  const birthDate = dateText(stringOf(patient, 'birthDate') ?? '');
  return {
    names: objectsOf(patient, 'name')
      .filter((name) => stringOf(name, 'use') !== 'anonymous')
      .slice(0, NAMES_AT_MOST)
      .map(nameOf)
      .filter((name) => name !== null),
    birthDate: birthDate === null || isNoDate(birthDate) ? null : birthDate,
    phones: phonesOf(patient, phoneOf),
    identifiers: searchableIdentifiers(patient)
      .filter((text) => !isNoIdentifier(text.slice(text.lastIndexOf('|') + 1)))
      .slice(0, IDENTIFIERS_AT_MOST),
  };
}

/** Without a family name there is nothing to index: a given name alone tells nobody apart. */
function nameOf(name: JsonObject): SearchableName | null {
  const { given, family } = partsOf(name);
  const surname = nameText(family);
  return isNoName(surname) ? null : { family: surname, given: givenForms(given) };
}

/** `Mary Ann Jane` is asked for as Mary, as Mary Ann when that was written as one name, and as all of it. */
function givenForms(given: readonly string[]): string[] {
  const [first = ''] = given;
  const forms = new Set([nameText(first), nameWords(first)[0] ?? '', nameText(given.join(' '))]);
  return [...forms].filter((form) => !isNoName(form));
}

/** A name that was written as one text is taken apart as people read it: the surname last, or before a comma. */
function partsOf(name: JsonObject): { given: readonly string[]; family: string } {
  const listed = name['given'];
  const given = isJsonArray(listed) ? listed.filter((one) => typeof one === 'string').slice(0, NAMES_AT_MOST) : [];
  const family = stringOf(name, 'family');
  const text = stringOf(name, 'text');
  if (given.length > 0 || family !== null || text === null) return { given, family: family ?? '' };
  const comma = text.indexOf(',');
  if (comma > 0) return { given: [text.slice(comma + 1)], family: text.slice(0, comma) };
  const words = nameWords(text);
  return { given: words.slice(0, -1), family: words.at(-1) ?? '' };
}

function phonesOf(patient: FhirResource, phoneOf: PhoneReader): string[] {
  const numbers = objectsOf(patient, 'telecom')
    .filter((point) => ['phone', 'sms'].includes(stringOf(point, 'system') ?? '') && !['temp', 'old'].includes(stringOf(point, 'use') ?? ''))
    .slice(0, PHONES_AT_MOST)
    .map((point) => phoneOf(stringOf(point, 'value') ?? ''));
  return [...new Set(numbers.filter((number) => number !== null && !isNoPhone(number)))] as string[];
}
