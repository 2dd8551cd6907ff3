/** American Soundex: the classes of letters that sound alike; vowels, h, w and y have none. */
const CLASS: Readonly<Record<string, string>> = Object.fromEntries(
  ['bfpv', 'cgjkqsxz', 'dt', 'l', 'mn', 'r'].flatMap((letters, at) => Array.from(letters, (letter) => [letter, String(at + 1)])),
);

/** Beginnings that are spelled in several ways and said in one; Soundex alone keeps the first letter and would part them. */
const BEGINNINGS: readonly (readonly [RegExp, string])[] = [
  [/^(kn|gn|pn)/, 'n'],
  [/^wr/, 'r'],
  [/^ph/, 'f'],
  [/^ps/, 's'],
  [/^(c(?=[eiy])|z)/, 's'],
  [/^(c(?!h)|q)/, 'k'],
  [/^(g(?=[ei]))/, 'j'],
  [/^[eiouy](?=[^aeiou])/, 'a'],
];

/**
 * American Soundex (United States National Archives): the first letter and three digits. `null` where there is no Latin
 * letter: a code for nothing would make all blanks agree.
 */
export function soundex(word: string): string | null {
  const letters = word.toLowerCase().replace(/[^a-z]/g, '');
  const first = letters[0];
  if (first === undefined) return null;
  let code = first;
  let before = CLASS[first] ?? '';
  for (const letter of letters.slice(1)) {
    const digit = CLASS[letter] ?? '';
    if (digit !== '' && digit !== before) code += digit;
    // Two letters of one class count once also with an h or w between them, but not with a vowel between.
    if (letter !== 'h' && letter !== 'w') before = digit;
  }
  return `${code}000`.slice(0, 4).toUpperCase();
}

/** Soundex of the word as it is said at its beginning: Catherine is Kathryn, Philip is Filip. */
export function soundOf(word: string): string | null {
  for (const [form, said] of BEGINNINGS) if (form.test(word)) return soundex(word.replace(form, said));
  return soundex(word);
}
