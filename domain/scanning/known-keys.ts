import { foldedLine } from '../identity/postal.js';
import { shortNamesOf } from '../matching/nicknames.js';
import type { Certainty, FindingType } from './finding.js';
import { fold } from './folded.js';
import type { KnownAddress, KnownName, KnownPerson } from './known-person.js';
import { isOrdinary } from './ordinary-words.js';

/** One spelling of something known: letters and digits only, folded, in lower case. */
export interface KnownKey {
  readonly key: string;
  readonly type: FindingType;
  readonly certainty: Certainty;
  readonly rule: string;
  /** Counts only where it is written with a capital: it is a word of the language too, or very short. */
  readonly capital: boolean;
}

/** Longer values are looked for by their beginning. */
const KEY_AT_MOST = 64;
/** Short numbers count things. */
const NUMBER_AT_LEAST = 4;
const NUMBER_SURE_FROM = 6;
const MIXED_SURE_FROM = 5;

/** What remains of a text when only letters and digits count. */
export const keyOf = (text: string): string =>
  fold(text)
    .lower.replace(/[^\p{L}\p{N}]/gu, '')
    .slice(0, KEY_AT_MOST);

/** Every spelling of everything known, without those that would be found everywhere. */
export function keysOf(known: KnownPerson): KnownKey[] {
  return [
    ...known.names.flatMap(nameKeys),
    ...known.identifiers.flatMap(({ type, value }) => identifierKeys(type, value)),
    ...known.dates.flatMap(dateKeys),
    ...known.phones.flatMap(phoneKeys),
    ...known.addresses.flatMap(addressKeys),
    ...known.emails.map((email) => made('email', email, 'certain', 'known-email')),
  ].filter(({ key }) => key.length > 1);
}

function made(type: FindingType, text: string, certainty: Certainty, rule: string, capital = false): KnownKey {
  return { key: keyOf(text), type, certainty, rule, capital };
}

/** Ü may be written ue, Å aa. */
const WRITTEN_OUT: readonly (readonly [RegExp, string])[] = [
  [/ä/g, 'ae'],
  [/[öø]/g, 'oe'],
  [/ü/g, 'ue'],
  [/å/g, 'aa'],
];

function spellings(name: string): string[] {
  const small = name.normalize('NFC').toLowerCase();
  const out = WRITTEN_OUT.reduce((text, [letter, letters]) => text.replace(letter, letters), small);
  return out === small ? [small] : [small, out];
}

function nameKeys({ given, family }: KnownName): KnownKey[] {
  const names = given.filter((name) => keyOf(name).length > 0);
  const firsts = names.flatMap(spellings);
  const lasts = family === null ? [] : spellings(family);
  const shorts = names.flatMap((name) => shortNamesOf(keyOf(name)));
  const words = [...firsts, ...lasts, ...lasts.flatMap((last) => last.split(/[\s-]+/))].map(wordKey);
  const nicknames = shorts.map((short) => made('name', short, 'likely', 'known-nickname', true));
  const whole = lasts.flatMap((last) => wholeNames([...firsts, ...shorts], names, last));
  return [...words, ...nicknames, ...whole.map((name) => made('name', name, 'certain', 'known-full-name'))];
}

/** Given name and surname either way round, with and without the names between; initials and surname; initials alone when there are three. */
function wholeNames(firsts: readonly string[], names: readonly string[], last: string): string[] {
  const initials = names.map((name) => keyOf(name).charAt(0));
  const middle = initials.slice(1).join('');
  const pairs = firsts.flatMap((first) => [`${first}${last}`, `${last}${first}`, `${first}${middle}${last}`, `${last}${first}${middle}`]);
  const all = names.length > 1 ? [`${names.join('')}${last}`, `${last}${names.join('')}`] : [];
  const short = initials.length === 0 ? [] : [`${initials[0]}${last}`, `${last}${initials[0]}`, `${initials.join('')}${last}`, `${last}${initials.join('')}`];
  return [...pairs, ...all, ...(keyOf(last).length > 2 ? short : [])];
}

function wordKey(word: string): KnownKey {
  const key = keyOf(word);
  const weak = key.length < 4 || isOrdinary(key);
  return made('name', key, weak ? 'likely' : 'certain', weak ? 'known-name-and-word' : 'known-name', weak);
}

function identifierKeys(type: FindingType, value: string): KnownKey[] {
  const key = keyOf(value.replace(/^urn:(?:uuid|oid):/i, ''));
  const isNumber = /^\d+$/.test(key);
  if (key.length < NUMBER_AT_LEAST || !/\d/.test(key)) return [];
  const sure = key.length >= (isNumber ? NUMBER_SURE_FROM : MIXED_SURE_FROM);
  return [made(type, key, sure ? 'certain' : 'possible', 'known-identifier')];
}

const MONTHS = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december'];

/** The usual spellings, with and without separators and leading zeros: ISO, US, elsewhere, in words. */
function dateKeys(date: string): KnownKey[] {
  const [, year, month, day] = /^(\d{4})-(0[1-9]|1[0-2])-(\d\d)/.exec(date) ?? [];
  if (year === undefined || month === undefined || day === undefined) return [];
  const [m, d] = [String(Number(month)), String(Number(day))];
  const long = MONTHS[Number(month) - 1] as string;
  const words = [long, long.slice(0, 3)].flatMap((name) =>
    [d, day, ordinal(Number(d))].flatMap((on) => [`${name}${on}${year}`, `${on}${name}${year}`, `${on}of${name}${year}`, `the${on}of${name}${year}`]),
  );
  const numbers = [`${year}${month}${day}`, `${month}${day}${year}`, `${day}${month}${year}`, `${m}${d}${year}`, `${d}${m}${year}`];
  const short = [`${month}${day}${year.slice(2)}`, `${day}${month}${year.slice(2)}`];
  return [
    ...[...words, ...numbers].map((text) => made('date', text, 'certain', 'known-date')),
    ...short.map((text) => made('date', text, 'likely', 'known-date')),
  ];
}

function ordinal(day: number): string {
  const tens = Math.trunc(day / 10) === 1;
  return `${day}${(tens ? undefined : ['th', 'st', 'nd', 'rd'][day % 10]) ?? 'th'}`;
}

function phoneKeys(phone: string): KnownKey[] {
  const digits = keyOf(phone.replace(/(;|\bext|\bx).*$/i, '')).replace(/\D/g, '');
  if (digits.length < 7) return [];
  const national = digits.length === 11 && digits.startsWith('1') ? digits.slice(1) : digits;
  const whole = [digits, national, ...(national.length === 10 ? [`1${national}`] : [])];
  const local = national.length === 10 ? [made('phone', national.slice(3), 'likely', 'known-phone-local')] : [];
  return [...whole.map((number) => made('phone', number, 'certain', 'known-phone')), ...local];
}

const LONG_WORDS: ReadonlyMap<string, string> = new Map(
  'st=street ave=avenue rd=road dr=drive ln=lane blvd=boulevard ct=court pl=place ter=terrace cir=circle pkwy=parkway hwy=highway sq=square apt=apartment ste=suite n=north s=south e=east w=west'
    .split(' ')
    .map((pair) => pair.split('=') as [string, string]),
);

function addressKeys({ lines, city, postalCode }: KnownAddress): KnownKey[] {
  const written = lines.filter((line) => /\d/.test(line) && keyOf(line).length >= 5);
  const streets = written.flatMap((line) => {
    const short = foldedLine(line);
    const long = short.replace(/[a-z]+/g, (word) => LONG_WORDS.get(word) ?? word);
    const spelled = [line, short, long];
    return [...spelled, ...spelled.map((text) => text.replace(/,? (?:apt|apartment|unit|suite|ste|fl|floor|rm|room|#) ?#?[\w-]+$/i, ''))];
  });
  const zip = postalCode === null ? '' : keyOf(postalCode);
  const codes = zip.length < 5 || /^(.)\1+$/.test(zip) ? [] : [made('zip', zip, /^\d{5}$/.test(zip) ? 'likely' : 'certain', 'known-zip')];
  const short = /^\d{9}$/.test(zip) ? [made('zip', zip.slice(0, 5), 'likely', 'known-zip')] : [];
  const place = city === null || keyOf(city).length < 3 ? [] : [made('address', city, 'likely', 'known-city', true)];
  return [...streets.map((street) => made('address', street, 'certain', 'known-address')), ...codes, ...short, ...place];
}
