import { joined } from './normalise.js';
import type { Person } from './person.js';
import { soundOf } from './sound.js';
import { isDay } from './tokens.js';

/** A record that names several homes and names has several keys of a kind; beyond this it is found by those it has. */
export const BLOCKS_A_RECORD_AT_MOST = 48;

/**
 * What two records have to share for being compared at all: any one of these. Each catches what the others miss: a wrong
 * birth date (place, home), a new surname or a mistyped name (birth date, street), a move (birth date, names); names are in order of the
 * alphabet where they stand together, so that a swap falls into the same block. Each is shared by few: what is read for
 * one patient grows with the block.
 */
export function blockTextsOf(person: Person): string[] {
  const blocks = new Set<string>();
  const add = (kind: string, ...parts: (string | null)[]) => {
    if (parts.every((part) => part !== null && part !== '')) blocks.add(`${kind}|${parts.join('|')}`);
  };
  add('birth', sortedDay(person.birthDate));
  for (const { given, surname } of person.names) {
    const sounds = [given, surname].map((name) => (name === null || name.length < 2 ? null : soundOf(name)));
    const initials = [given, surname].map((name) => name?.slice(0, 1) ?? null);
    add('named', ...[given, surname].sort());
    add('names', ...[...sounds].sort(), person.birthDate?.slice(0, 4) ?? null);
    for (const { postCode, streets } of person.addresses) {
      for (const sound of sounds) add('place', postCode, ...[...initials].sort(), sound);
      for (const street of streets) for (const initial of initials) add('street', postCode, street, initial);
    }
  }
  for (const { number, streets } of person.addresses) for (const street of streets) add('home', number, street);
  for (const phone of person.phones) add('phone', phone);
  for (const email of person.emails) add('email', email);
  for (const identifier of person.identifiers) add('identifier', identifier);
  return [...blocks].sort().slice(0, BLOCKS_A_RECORD_AT_MOST);
}

/** Day and month in order of size: a swap falls into the same block. A date that does not exist is its own text. */
function sortedDay(birthDate: string | null): string | null {
  if (birthDate === null || /^\d{4}(-\d\d)?$/.test(birthDate)) return null;
  if (!/^\d{4}-\d\d-\d\d$/.test(birthDate) || !isDay(birthDate)) return joined([birthDate]);
  const [year = '', ...rest] = birthDate.split('-');
  return [year, ...rest.sort()].join('-');
}
