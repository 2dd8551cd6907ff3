/** Digits of the largest position of any store: 64 bits. */
const DIGITS = 20;

/**
 * A position as text that sorts by its bytes as the log does: every number in it padded to the same length. Positions of all
 * stores are one decimal number, or several joined by dashes, the first the most significant.
 */
export function sortablePosition(position: string): string {
  return position
    .split('-')
    .map((number) => number.padStart(DIGITS, '0'))
    .join('-');
}
