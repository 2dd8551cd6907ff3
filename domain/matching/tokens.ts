import { longNamesOf } from './nicknames.js';
import { deletions, digitsOf, joined } from './normalise.js';
import type { Person, PersonName } from './person.js';
import { soundOf } from './sound.js';

/**
 * What a token may be of. Each kind is hashed under a purpose of its own, so that a surname's token cannot be held against
 * a given name, nor a whole word's against a shortened one. `name` and `name-crossed` are of both names together: the one
 * place where a swap shows.
 */
export const TOKEN_KINDS = [
  'given',
  'given-near',
  'given-sound',
  'given-long',
  'initial',
  'middle',
  'middle-initial',
  'surname',
  'surname-near',
  'surname-sound',
  'name',
  'name-crossed',
  'name-sound',
  'name-sound-crossed',
  'suffix',
  'birth',
  'birth-crossed',
  'birth-near',
  'birth-pair',
  'birth-month',
  'birth-year',
  'birth-order',
  'multiple',
  'sex',
  'home',
  'number',
  'street',
  'street-near',
  'city',
  'post-code',
  'state',
  'phone',
  'email',
  'identifier',
  'identifier-system',
] as const;

export type TokenKind = (typeof TOKEN_KINDS)[number];

/** Plain texts to be hashed, by kind. They exist only while a record's tokens are made. */
export type TokenTexts = ReadonlyMap<TokenKind, ReadonlySet<string>>;

/** More texts of one kind than this are left out: who has many addresses has these at least. */
const TEXTS_AT_MOST = 64;

class Collected {
  readonly texts = new Map<TokenKind, Set<string>>();

  add(kind: TokenKind, texts: Iterable<string | null>): void {
    for (const text of texts) {
      if (text === null || text === '') continue;
      const known = this.texts.get(kind);
      if (known === undefined) this.texts.set(kind, new Set([text]));
      else if (known.size < TEXTS_AT_MOST) known.add(text);
    }
  }
}

/** Everything by which two records of one person may be known, in spite of what people mistype, shorten and swap. */
export function tokenTextsOf(person: Person): TokenTexts {
  const found = new Collected();
  for (const name of person.names) addName(found, name);
  addBirth(found, person);
  if (person.sex !== null) found.add('sex', [person.sex]);
  for (const { number, streets, city, postCode, state } of person.addresses) {
    found.add('home', number === null ? [] : streets.map((street) => `${number} ${street}`));
    found.add('number', [number]);
    found.add('street', streets);
    found.add('street-near', streets.flatMap(deletions));
    found.add('city', [city]);
    found.add('post-code', [postCode]);
    found.add('state', [state]);
  }
  found.add('phone', person.phones);
  found.add('email', person.emails);
  found.add('identifier', person.identifiers);
  found.add(
    'identifier-system',
    person.identifiers.map((text) => text.slice(0, text.lastIndexOf('|'))),
  );
  return found.texts;
}

function addName(found: Collected, name: PersonName): void {
  const { given, givenParts, middle, surname, surnameParts, suffix } = name;
  if (given !== null) {
    found.add('initial', [given.slice(0, 1)]);
    // An initial is no name: it may stand for any that begins with it.
    if (given.length > 1) {
      found.add('given', [given]);
      found.add('given-near', [...deletions(given), ...longParts(givenParts)]);
      found.add('given-sound', [soundOf(given)]);
      found.add('given-long', longNamesOf(given));
    }
  }
  found.add(
    'middle',
    middle.filter((one) => one.length > 1),
  );
  found.add(
    'middle-initial',
    middle.map((one) => one.slice(0, 1)),
  );
  if (surname !== null) {
    found.add('surname', [surname]);
    found.add('surname-near', [...deletions(surname), ...longParts(surnameParts)]);
    found.add('surname-sound', [soundOf(surname)]);
  }
  if (given !== null && surname !== null) {
    found.add('name', [`${given} ${surname}`]);
    found.add('name-crossed', [`${surname} ${given}`]);
    const [first, last] = [soundOf(given), soundOf(surname)];
    if (first !== null && last !== null) {
      found.add('name-sound', [`${first} ${last}`]);
      found.add('name-sound-crossed', [`${last} ${first}`]);
    }
  }
  found.add('suffix', [suffix]);
}

/** Of a double-barrelled name either part may be all that another source has. */
const longParts = (parts: readonly string[]): readonly string[] => (parts.length < 2 ? [] : parts.filter((part) => part.length >= 4));

const WHOLE = /^\d{4}-\d\d-\d\d$/;

function addBirth(found: Collected, { birthDate, birthOrder }: Person): void {
  if (birthOrder !== null) {
    found.add('multiple', ['+']);
    if (birthOrder !== '+') found.add('birth-order', [birthOrder]);
  }
  if (birthDate === null) return;
  if (/^\d{4}(-\d\d)?$/.test(birthDate)) {
    found.add('birth-year', [birthDate.slice(0, 4)]);
    found.add('birth-month', birthDate.length > 4 ? [birthDate] : []);
    return;
  }
  const digits = digitsOf(birthDate);
  found.add('birth', [digits === '' ? joined([birthDate]) : digits]);
  found.add('birth-near', deletions(digits));
  // A day that no calendar has is a text like any other: what it was meant to be is not ours to say.
  if (!WHOLE.test(birthDate) || !isDay(birthDate)) return;
  const [year = '', month = '', day = ''] = birthDate.split('-');
  found.add('birth-crossed', month !== day && isDay(`${year}-${day}-${month}`) ? [`${year}${day}${month}`] : []);
  found.add('birth-pair', [`${year}-${month}-`, `${year}--${day}`, `-${month}-${day}`]);
  found.add('birth-month', [`${year}-${month}`]);
  found.add('birth-year', [year]);
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export function isDay(date: string): boolean {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day >= 1 && day <= (month === 2 && leap ? 29 : (DAYS[month - 1] ?? 0));
}
