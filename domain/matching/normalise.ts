/** Longer texts are cut: no name, street or city is told from another by what comes after. */
const LETTERS_AT_MOST = 48;
/** Below this length one letter is too much of a word: Jon and Jan are two people. */
const NEAR_FROM_LETTERS = 4;

/** Letters that Unicode does not take apart and that people type in more than one way. */
const SPELLED: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ı: 'i' };

/** Text without what people type differently for the same: accents, case, punctuation, repeated blanks. Words stay apart. */
export function words(text: string): string[] {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[ßæœøłđðþı]/g, (letter) => SPELLED[letter] ?? letter)
    .replace(/['’`´.]/g, '')
    .replace(/\bn\/a\b/g, 'unknown')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .slice(0, 16);
}

export const joined = (parts: readonly string[]): string => parts.join('').slice(0, LETTERS_AT_MOST);

export const digitsOf = (text: string): string => text.normalize('NFKC').replace(/\D/g, '');

/**
 * The text and each text that lacks one of its letters. Two texts share one when a letter is missing, added, replaced or
 * changed places with its neighbour: the typing errors that keyed hashes can still see.
 */
export function deletions(text: string): string[] {
  if (text.length < NEAR_FROM_LETTERS) return text === '' ? [] : [text];
  return [text, ...new Set(Array.from(text, (_, at) => text.slice(0, at) + text.slice(at + 1)))];
}

/** What is typed where a given name, a surname or a place is demanded and none is known. */
const NOBODY = new Set(
  'unknown unk unkn none null test tester testing patient anonymous anon confidential noname nfn fnu lnu nmn nmi xx xxx xxxx refused declined donotuse'.split(
    ' ',
  ),
);
const NEWBORN =
  /^(baby|babe|infant|newborn|neonate|bb|bg|boy|girl|male|female|twin|triplet|fetus|foetus|stillborn)(boy|girl|male|female|of|one|two|three|[a-d1-4])?$/;
const DOE = /^(doe|roe|bloggs)$/;
const STAND_IN = /^(john|jane|baby|joe|johnny|janie)$/;

export const isNobody = (word: string): boolean => NOBODY.has(word) || /^(.)\1{2,}$/.test(word);

/** "Baby Boy", "Twin A": names the hospital gave, which many people share and nobody keeps. */
export const isNewbornName = (parts: readonly string[]): boolean =>
  parts.length > 0 && parts.every((part) => NEWBORN.test(part) || part.length === 1) && NEWBORN.test(joined(parts.slice(0, 1)));

/** John Doe and his kin stand for somebody whose name is not known. */
export const isStandIn = (given: string, surname: string): boolean => DOE.test(surname) && STAND_IN.test(given);

/** `0000000000`, `5555555555`, `1234567`: numbers of nobody. */
export const isNobodysNumber = (digits: string): boolean => /^(\d)\1+$/.test(digits) || '01234567890'.includes(digits) || '9876543210'.includes(digits);
