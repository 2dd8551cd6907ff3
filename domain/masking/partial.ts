const SHOWN_AT_MOST = 4;
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

/**
 * All but the last letters and digits as stars: `***-**-1234`. Four stay, and of short texts fewer, so that at least as much
 * is hidden as shown. Marks between stay as they are.
 */
export function partialOf(text: string): string {
  const letters = [...text];
  const counted = letters.filter((letter) => LETTER_OR_DIGIT.test(letter)).length;
  let hidden = counted - Math.min(SHOWN_AT_MOST, Math.floor(counted / 2));
  return letters.map((letter) => (LETTER_OR_DIGIT.test(letter) && hidden-- > 0 ? '*' : letter)).join('');
}
