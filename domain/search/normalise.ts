/**
 * How texts are brought into the form that is hashed for searching. A change here makes other hashes of the same text: count
 * the version up, and the index is made anew beside the one that is searched.
 */
export const NORMALISATION = 1;

/** Longer texts are cut: no two people are told apart by what comes after. */
const LETTERS_AT_MOST = 64;
const WORDS_AT_MOST = 12;

/** Letters that Unicode does not take apart, and people type in two ways. The last of them is one Greek letter at the end of a word. */
const SPELLED: Readonly<Record<string, string>> = { ß: 'ss', ø: 'o', æ: 'ae', œ: 'oe', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ı: 'i', ς: 'σ' };

/**
 * Marks that many people leave out: those that Unicode lends to every script, and the Hebrew points. The Japanese voicing
 * marks and the vowel signs of India are letters to those who write them.
 */
const MARKS = /(?![\u3099\u309a])[\p{Script=Inherited}\u0591-\u05c7]/gu;

const TITLES = new Set('dr mr mrs ms miss mx prof professor sir dame rev fr hon herr frau sra sr don dona mme mlle dott'.split(' '));
const SUFFIXES = new Set('jr junior sr senior ii iii iv 2nd 3rd 4th md phd dds dvm rn esq'.split(' '));

/** Without accents and case, as people type it who have no other letters. */
export function plainLetters(text: string): string {
  const plain = text.normalize('NFKD').replace(MARKS, '').toLowerCase().replace(MARKS, '');
  return plain.replace(/[ßøæœłđðþıς]/g, (letter) => SPELLED[letter] as string);
}

/** Words of a name without accents, case, apostrophes and titles. A hyphen parts two words as a blank does. */
export function nameWords(text: string): string[] {
  const words = plainLetters(text)
    .replace(/['’‘`´ʼ.]/g, '')
    .split(/[^\p{L}\p{N}\p{M}]+/u)
    .filter((word) => word !== '')
    .slice(0, WORDS_AT_MOST);
  // What is left over has to be a name: somebody may be called Junior, or Prof.
  while (words.length > 1 && TITLES.has(words[0] as string)) words.shift();
  while (words.length > 1 && SUFFIXES.has(words.at(-1) as string)) words.pop();
  return words;
}

/** A name as one word: `O'Neil-Smith`, `ONeil Smith` and `o’neil smith` are one. Empty when nothing is left. */
export function nameText(text: string): string {
  return Array.from(nameWords(text).join('')).slice(0, LETTERS_AT_MOST).join('');
}

const DATE = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?/;

/** `YYYY`, `YYYY-MM` or `YYYY-MM-DD`: the date as far as it is known; null for what is none. */
export function dateText(text: string): string | null {
  const [written = '', year = '', month, day] = DATE.exec(text.trim()) ?? [];
  if (written === '' || !/^(T|$)/.test(text.trim().slice(written.length))) return null;
  const whole = `${year}-${month ?? '01'}-${day ?? '01'}`;
  const ms = Date.parse(`${whole}T00:00:00Z`);
  // `Date.parse` takes the 30th of February for the 2nd of March.
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(whole) ? written : null;
}

/** The date, and all that it is when less of it is known: what a source that knew less may have said. */
export function dateForms(date: string): string[] {
  return [date, date.slice(0, 7), date.slice(0, 4)].filter((form, nth, forms) => forms.indexOf(form) === nth);
}

/** Can both be said of one day? */
export function datesAgree(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one);
}
