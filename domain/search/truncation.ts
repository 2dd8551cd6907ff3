const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const BITS_A_LETTER = 6;

/** All that a keyed hash has. */
export const ALL_BITS = 128;

/**
 * How many bits of a keyed hash to keep in an index over so many rows, so that a row shares its entry with others who differ
 * from it: with `coincidences` to twice as many in the mean, and with no more than the square root of all rows. This is the rule of
 * CipherSweet's planner, 2 ≤ C ≤ √R for C = R / 2^min(L, K), L being the bits kept and K the entropy of what is hashed.
 * Where there are too few rows for both, none are kept: all rows share one entry.
 */
export function bitsFor(rows: number, entropyBits: number, coincidences = 2): number {
  if (rows < (2 * coincidences) ** 2) return 0;
  return Math.min(Math.floor(entropyBits), Math.floor(Math.log2(rows / coincidences)));
}

/**
 * A tenant grows, and an entry once made keeps its length: each entry has the bits that were right when the number of rows
 * last reached a power of two. These are the lengths that entries of a tenant of this size may have. An entry then shares its place
 * with `coincidences` others of its own length, so that one search meets `coincidences` × log2(rows) strangers or a few more.
 */
export function lengthsUpTo(rows: number, entropyBits: number, coincidences = 2): number[] {
  const lengths = new Set<number>();
  for (let size = 1; size <= Math.max(1, rows); size *= 2) lengths.add(bitsFor(size, entropyBits, coincidences));
  return [...lengths];
}

/** The greatest power of two that is not above. */
export function sizeClass(rows: number): number {
  return 2 ** Math.floor(Math.log2(Math.max(1, rows)));
}

/** The first bits of a base64url text, as base64url. */
export function keepBits(token: string, bits: number): string {
  const whole = Math.floor(bits / BITS_A_LETTER);
  const rest = bits % BITS_A_LETTER;
  if (rest === 0 || whole >= token.length) return token.slice(0, whole);
  const dropped = BITS_A_LETTER - rest;
  return token.slice(0, whole) + ALPHABET[(ALPHABET.indexOf(token[whole] as string) >> dropped) << dropped];
}
