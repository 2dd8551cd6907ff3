import { share, type Tokens } from './blinded.js';
import type { TokenKind } from './tokens.js';

/** How two records stand to each other in each field, from the most alike to the least. What one side does not say is in none. */
export const LEVELS = {
  given: ['exact', 'crossed', 'crossed-sound', 'nickname', 'near', 'sound', 'initial', 'differs'],
  surname: ['exact', 'crossed', 'near', 'sound', 'differs'],
  middle: ['exact', 'initial', 'differs'],
  suffix: ['exact', 'differs'],
  'birth-date': ['exact', 'crossed', 'near', 'two-parts', 'month', 'year', 'differs'],
  'birth-order': ['exact', 'differs'],
  sex: ['exact', 'differs'],
  home: ['exact', 'number-near', 'street', 'near', 'number', 'differs'],
  place: ['exact', 'one-of-two', 'state', 'differs'],
  phone: ['exact', 'differs'],
  email: ['exact', 'differs'],
  identifier: ['exact', 'differs'],
} as const;

export type Field = keyof typeof LEVELS;
export type Level<F extends Field = Field> = (typeof LEVELS)[F][number];
export const FIELDS = Object.keys(LEVELS) as readonly Field[];

/** The level of each field that both sides speak of. */
export type Comparison = { readonly [F in Field]?: Level<F> };

type Pair = readonly [left: Tokens, right: Tokens];

const both = ([left, right]: Pair, kind: TokenKind): boolean => left[kind] !== undefined && right[kind] !== undefined;
const shared = ([left, right]: Pair, kind: TokenKind): boolean => share(left, right, kind);
const crossed = ([left, right]: Pair, kind: TokenKind, other: TokenKind): boolean => share(left, right, kind, other);

export function compare(left: Tokens, right: Tokens): Comparison {
  const pair: Pair = [left, right];
  const found: { -readonly [F in Field]?: Level<F> | undefined } = {
    ...namesOf(pair),
    middle: middleOf(pair),
    suffix: simple(pair, 'suffix'),
    'birth-date': birthOf(pair),
    'birth-order': simple(pair, 'birth-order'),
    sex: simple(pair, 'sex'),
    home: homeOf(pair),
    place: placeOf(pair),
    phone: simple(pair, 'phone'),
    email: simple(pair, 'email'),
    identifier: identifierOf(pair),
  };
  for (const field of FIELDS) if (found[field] === undefined) delete found[field];
  return found as Comparison;
}

/** Names that changed places are one finding about two fields: the given name carries it, and the surname adds nothing. */
function namesOf(pair: Pair): { given: Level<'given'> | undefined; surname: Level<'surname'> | undefined } {
  const [given, surname] = [givenOf(pair), surnameOf(pair)];
  if (given === 'exact' || surname === 'exact' || given === undefined || surname === undefined) return { given, surname };
  if (crossed(pair, 'name', 'name-crossed')) return { given: 'crossed', surname: 'crossed' };
  const alike = given !== 'differs' && surname !== 'differs';
  return !alike && crossed(pair, 'name-sound', 'name-sound-crossed') ? { given: 'crossed-sound', surname: 'crossed' } : { given, surname };
}

function givenOf(pair: Pair): Level<'given'> | undefined {
  if (!both(pair, 'initial')) return undefined;
  if (!both(pair, 'given')) return shared(pair, 'initial') ? 'initial' : 'differs';
  if (shared(pair, 'given')) return 'exact';
  // Twins are named alike: between them a letter's difference is a difference.
  if (pair.some((tokens) => tokens.multiple !== undefined)) return 'differs';
  if (shared(pair, 'given-long')) return 'nickname';
  if (shared(pair, 'given-near')) return 'near';
  return shared(pair, 'given-sound') ? 'sound' : 'differs';
}

function surnameOf(pair: Pair): Level<'surname'> | undefined {
  if (!both(pair, 'surname')) return undefined;
  if (shared(pair, 'surname')) return 'exact';
  if (shared(pair, 'surname-near')) return 'near';
  return shared(pair, 'surname-sound') ? 'sound' : 'differs';
}

function middleOf(pair: Pair): Level<'middle'> | undefined {
  if (!both(pair, 'middle-initial')) return undefined;
  if (shared(pair, 'middle')) return 'exact';
  // Two middle names that are written out and share a letter differ.
  return shared(pair, 'middle-initial') && !both(pair, 'middle') ? 'initial' : 'differs';
}

/** Whole dates are compared whole; where one side knows the month or the year only, as far as it goes. */
function birthOf(pair: Pair): Level<'birth-date'> | undefined {
  if (both(pair, 'birth')) {
    if (shared(pair, 'birth')) return 'exact';
    if (crossed(pair, 'birth', 'birth-crossed')) return 'crossed';
    if (shared(pair, 'birth-near')) return 'near';
    return shared(pair, 'birth-pair') ? 'two-parts' : 'differs';
  }
  if (both(pair, 'birth-month')) return shared(pair, 'birth-month') ? 'month' : 'differs';
  if (both(pair, 'birth-year')) return shared(pair, 'birth-year') ? 'year' : 'differs';
  return undefined;
}

function homeOf(pair: Pair): Level<'home'> | undefined {
  if (!both(pair, 'street')) return undefined;
  if (shared(pair, 'home')) return 'exact';
  const number = shared(pair, 'number');
  const near = shared(pair, 'street-near');
  if (number && near) return 'number-near';
  if (shared(pair, 'street')) return 'street';
  return near ? 'near' : number ? 'number' : 'differs';
}

/** Post code and city say the same thing twice: together they count once, as one of these levels. */
function placeOf(pair: Pair): Level<'place'> | undefined {
  if (!both(pair, 'post-code') && !both(pair, 'city')) return undefined;
  const [code, city] = [shared(pair, 'post-code'), shared(pair, 'city')];
  if (code && city) return 'exact';
  if (code || city) return 'one-of-two';
  return shared(pair, 'state') ? 'state' : 'differs';
}

/** Two numbers of one system differ; numbers of two systems say nothing of each other. */
function identifierOf(pair: Pair): Level<'identifier'> | undefined {
  if (shared(pair, 'identifier')) return 'exact';
  return shared(pair, 'identifier-system') ? 'differs' : undefined;
}

function simple(pair: Pair, kind: TokenKind): 'exact' | 'differs' | undefined {
  return both(pair, kind) ? (shared(pair, kind) ? 'exact' : 'differs') : undefined;
}
