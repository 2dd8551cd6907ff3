import { stringOf } from '../identity/resource.js';
import { isJsonArray, type JsonObject } from '../json/json-value.js';
import { isNobody, joined, words } from './normalise.js';

export interface Address {
  readonly number: string | null;
  /** One text for each line that names a street or a house. */
  readonly streets: readonly string[];
  readonly city: string | null;
  readonly postCode: string | null;
  readonly state: string | null;
}

const LINES_AT_MOST = 4;

/** A kind of street is written out by one and shortened by another. */
const SHORT: ReadonlyMap<string, string> = new Map(
  `street:st str; road:rd; avenue:ave av; drive:dr; court:ct crt; place:pl; crescent:cres cr; boulevard:blvd bvd; lane:ln; highway:hwy; parade:pde; circuit:cct;
   terrace:tce ter; square:sq; close:cl; grove:gr; parkway:pkwy; way:wy; north:n; south:s; east:e; west:w; saint:st; mount:mt`
    .split(';')
    .flatMap((entry) => {
      const [long = '', short = ''] = entry.trim().split(':');
      const [kept = '', ...others] = short.split(' ');
      return [long, ...others].map((word) => [word, kept] as const);
    }),
);

/** What stands before the number of a flat: neighbours in one house differ in it, and sources leave it out. */
const UNIT = new Set('apt apartment unit flat suite ste room rm floor fl lot level'.split(' '));
const NOWHERE = /^(nofixed|homeless|unknown|none|generaldelivery|notknown|nfa$)/;
const NUMBER = /^\d+[a-z]?$/;

export function addressOf(address: JsonObject): Address {
  const listed = address['line'];
  const lines = (isJsonArray(listed) ? listed : [])
    .filter((line) => typeof line === 'string')
    .slice(0, LINES_AT_MOST)
    .map((line) => withoutUnit(words(line)));
  const number = lines.flatMap((line) => line.find((word) => NUMBER.test(word)) ?? []).at(0) ?? null;
  const streets = lines.map((line) => joined(line.filter((word) => !NUMBER.test(word)).map((word) => SHORT.get(word) ?? word)));
  return {
    number,
    streets: [...new Set(streets)].filter((street) => street.length > 1 && !NOWHERE.test(street)),
    city: placeOf(address, 'city'),
    postCode: postCodeOf(stringOf(address, 'postalCode') ?? ''),
    state: placeOf(address, 'state'),
  };
}

function withoutUnit(line: readonly string[]): string[] {
  const at = line.findIndex((word) => UNIT.has(word));
  return at === -1 ? [...line] : [...line.slice(0, at), ...line.slice(at + 2)];
}

function placeOf(address: JsonObject, member: string): string | null {
  const place = joined(words(stringOf(address, member) ?? '').map((word) => SHORT.get(word) ?? word));
  return place === '' || isNobody(place) ? null : place;
}

/** The United States' last four digits are left out as often as not. */
function postCodeOf(text: string): string | null {
  const code = joined(words(text));
  if (code === '' || isNobody(code) || /^(.)\1+$/.test(code)) return null;
  return /^\d{9}$/.test(code) ? code.slice(0, 5) : code;
}
