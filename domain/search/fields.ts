import type { IndexKey } from '../rings.js';
import { dateForms, NORMALISATION } from './normalise.js';
import type { Searchable } from './searchable.js';
import { ALL_BITS, bitsFor, keepBits, lengthsUpTo, sizeClass } from './truncation.js';

/**
 * What has an index. `entropyBits` is what a value has in a population at the least, as far as we know it; null: so much that each
 * value is nearly one person's, and the whole hash is kept. Sex, race, flags and codes have no index, nor has a birth date alone.
 */
const FIELDS = {
  identifier: null,
  phone: null,
  /** Family names some 10 bits, days of birth some 14. */
  'family-birth-date': { entropyBits: 24, coincidences: 2 },
  /** Given names some 8 bits. The commonest pairs are shared by thousands: more strangers are to stand among them. */
  'family-given': { entropyBits: 18, coincidences: 4 },
} as const;

export type SearchField = keyof typeof FIELDS;

/** One text to be found by, in one field. */
export interface Sought {
  readonly field: SearchField;
  readonly text: string;
}

/** A keyed hash with all its bits. */
export interface SearchToken {
  readonly field: SearchField;
  readonly token: string;
}

/** No name holds a bar, and of an identifier the last one parts system and value. */
const pair = (left: string, right: string): string => `${left}|${right}`;

/** Everything that a patient's demographics are found by. A partial date stands with the precision it has. */
export function soughtOf({ names, birthDate, phones, identifiers }: Searchable): Sought[] {
  const sought: Sought[] = [
    ...identifiers.map((text) => ({ field: 'identifier', text }) as const),
    ...phones.map((text) => ({ field: 'phone', text }) as const),
    ...names.flatMap(({ family }) => (birthDate === null ? [] : [bornOn(family, birthDate)])),
    ...names.flatMap(({ family, given }) => given.map((form) => called(family, form))),
  ];
  return [...new Map(sought.map((one) => [`${one.field} ${one.text}`, one])).values()];
}

export const called = (family: string, given: string): Sought => ({ field: 'family-given', text: pair(family, given) });

const bornOn = (family: string, date: string): Sought => ({ field: 'family-birth-date', text: pair(family, date) });

/** Somebody born on a day is also found where a source knew the year alone. */
export const bornOnOrAbout = (family: string, date: string): Sought[] => dateForms(date).map((form) => bornOn(family, form));

/** Each field's hashes are apart from each other's, and so are those of other forms of the same text. */
export function tokenOf(key: IndexKey, { field, text }: Sought): SearchToken {
  return { field, token: key.blind(`${field}@${NORMALISATION}|${text}`) };
}

/** The entry in the index of a tenant that has so many patients now. */
export function entryOf(generation: number, { field, token }: SearchToken, patients: number): string {
  const plan = FIELDS[field];
  return entry(field, generation, token, plan === null ? ALL_BITS : bitsFor(sizeClass(patients), plan.entropyBits, plan.coincidences));
}

/** All entries that the token may stand under, whenever the row was made. */
export function entriesOf(generation: number, { field, token }: SearchToken, patients: number): string[] {
  const plan = FIELDS[field];
  const lengths = plan === null ? [ALL_BITS] : lengthsUpTo(patients, plan.entropyBits, plan.coincidences);
  return lengths.map((bits) => entry(field, generation, token, bits));
}

function entry(field: SearchField, generation: number, token: string, bits: number): string {
  return `${field}/${generation}/${bits}/${bits === ALL_BITS ? token : keepBits(token, bits)}`;
}

/** Does the entry say all by itself whom it is about? Of the others some are about strangers, and only opening tells. */
export const isExact = (field: SearchField): boolean => FIELDS[field] === null;
