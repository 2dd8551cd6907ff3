import { searchableIdentifiers } from '../identity/identifiers.js';
import { type FhirResource, objectsOf, stringOf } from '../identity/resource.js';
import { isJsonArray, type JsonObject } from '../json/json-value.js';
import { type Address, addressOf } from './address.js';
import { digitsOf, isNewbornName, isNobody, isNobodysNumber, isStandIn, joined, words } from './normalise.js';

export interface PersonName {
  /** The first given name, its parts written as one; null when it is not known. */
  readonly given: string | null;
  readonly givenParts: readonly string[];
  readonly middle: readonly string[];
  readonly surname: string | null;
  readonly surnameParts: readonly string[];
  readonly suffix: string | null;
}

/** Who a source's Patient speaks of, as far as matching looks: normalised, without placeholders. */
export interface Person {
  readonly names: readonly PersonName[];
  /** `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, or whatever else was written. */
  readonly birthDate: string | null;
  readonly sex: string | null;
  /** The place in a multiple birth, `+` where only that it was one is known. */
  readonly birthOrder: string | null;
  readonly addresses: readonly Address[];
  readonly phones: readonly string[];
  readonly emails: readonly string[];
  readonly identifiers: readonly string[];
}

/** Of a list beyond this the rest is not looked at: nobody has so many names or homes, and each costs tokens. */
const LIST_AT_MOST = 8;
/** A shorter number says too little; of a longer one the last digits are the same with and without trunk and country code. */
const PHONE_DIGITS_AT_LEAST = 7;
const PHONE_DIGITS = 9;

/** Generations, as they are written. A map and no object: a name may be `constructor`. */
const SUFFIXES: ReadonlyMap<string, string> = new Map(
  ['jr junior', 'sr senior', 'ii 2nd', 'iii 3rd', 'iv 4th'].flatMap((spellings) =>
    spellings.split(' ').map((word, _, [kept]) => [word, kept as string] as const),
  ),
);

/** Dates that programs put where none is known. */
const NO_DATE = /^(0001|1753|18\d\d|1900-01-01|1901-01-01|1970-01-01$|9999|2099)/;

export function personOf(patient: FhirResource): Person {
  const telecom = objectsOf(patient, 'telecom').filter((point) => stringOf(point, 'use') !== 'temp');
  const sex = stringOf(patient, 'gender');
  const birthDate = stringOf(patient, 'birthDate');
  return {
    names: objectsOf(patient, 'name')
      .filter((name) => stringOf(name, 'use') !== 'anonymous')
      .slice(0, LIST_AT_MOST)
      .map(nameOf)
      .filter((name) => name !== null),
    birthDate: birthDate === null || NO_DATE.test(birthDate) ? null : birthDate.slice(0, 10),
    sex: sex === 'male' || sex === 'female' ? sex : null,
    birthOrder: birthOrderOf(patient),
    addresses: objectsOf(patient, 'address').slice(0, LIST_AT_MOST).map(addressOf),
    phones: distinct(telecom.map(phoneOf)),
    emails: distinct(telecom.map(emailOf)),
    identifiers: searchableIdentifiers(patient).slice(0, LIST_AT_MOST),
  };
}

function nameOf(name: JsonObject): PersonName | null {
  const { given: listed, family } = partsOf(name);
  const named = listed.map(words).filter((parts) => parts.length > 0 && !isNobody(joined(parts)));
  const [first, ...rest] = named.length > 0 && isNewbornName(named.flat()) ? [] : named;
  // What follows `Baby` is the mother's name as often as the child's: then none is known.
  const givenParts = first === undefined || isNewbornName(first) ? [] : first;
  const surnameAll = words(family);
  const titled = SUFFIXES.get(surnameAll.at(-1) ?? '');
  const surnameParts = (titled === undefined ? surnameAll : surnameAll.slice(0, -1)).filter((part) => !isNobody(part));
  const suffix =
    textsOf(name, 'suffix')
      .flatMap(words)
      .map((word) => SUFFIXES.get(word))
      .find((word) => word !== undefined) ??
    titled ??
    null;
  const [given, surname] = [joined(givenParts), joined(surnameParts)];
  if ((given === '' && surname === '') || isStandIn(given, surname)) return null;
  return {
    given: given === '' ? null : given,
    givenParts,
    middle: givenParts.length === 0 ? [] : rest.map(joined),
    surname: surname === '' ? null : surname,
    surnameParts,
    suffix,
  };
}

/** A name that was written as one text is taken apart as people read it: the surname last, or before a comma. */
function partsOf(name: JsonObject): { given: readonly string[]; family: string } {
  const given = textsOf(name, 'given');
  const family = stringOf(name, 'family');
  const text = stringOf(name, 'text');
  if (given.length > 0 || family !== null || text === null) return { given: given.flatMap((one) => one.trim().split(/\s+/)), family: family ?? '' };
  const [before = '', after] = text.split(',', 2);
  if (after !== undefined) return { given: after.trim().split(/\s+/), family: before };
  const all = before.trim().split(/\s+/);
  return { given: all.slice(0, -1), family: all.at(-1) ?? '' };
}

function textsOf(object: JsonObject, member: string): string[] {
  const value = object[member];
  return isJsonArray(value) ? value.filter((one) => typeof one === 'string').slice(0, LIST_AT_MOST) : [];
}

function birthOrderOf(patient: FhirResource): string | null {
  const order = patient['multipleBirthInteger'];
  if (order !== undefined) return String(order);
  return patient['multipleBirthBoolean'] === true ? '+' : null;
}

function phoneOf(point: JsonObject): string | null {
  const system = stringOf(point, 'system');
  if (system !== 'phone' && system !== 'sms') return null;
  const digits = digitsOf((stringOf(point, 'value') ?? '').replace(/(;|\bext|\bx).*$/i, ''));
  return digits.length < PHONE_DIGITS_AT_LEAST || isNobodysNumber(digits) ? null : digits.slice(-PHONE_DIGITS);
}

function emailOf(point: JsonObject): string | null {
  if (stringOf(point, 'system') !== 'email') return null;
  const address = (stringOf(point, 'value') ?? '').toLowerCase();
  const [mailbox = '', domain = ''] = address.split('@');
  return domain === '' || isNobody(mailbox) || /^(noreply|no-reply|noemail|info)$/.test(mailbox) ? null : address;
}

function distinct(texts: readonly (string | null)[]): string[] {
  return [...new Set(texts.filter((text) => text !== null))].slice(0, LIST_AT_MOST);
}
