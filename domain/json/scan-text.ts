const BACKSLASH = 92;

/** Of ES2024: TypeScript's library for ES2023 does not know it, every Node this runs on does, and it beats a search. */
export const isWellFormed = (text: string): boolean => (text as string & { isWellFormed(): boolean }).isWellFormed();

export const offsetOfLoneSurrogate = (text: string): number => text.search(/\p{Surrogate}/u);

/** The blanks of JSON (RFC 8259 §2). */
export const isBlank = (code: number): boolean => code === 32 || code === 10 || code === 13 || code === 9;

/** The offset just behind the string that opens at `open`, or -1. */
export function endOfString(text: string, open: number): number {
  let at = open + 1;
  for (;;) {
    const close = text.indexOf('"', at);
    if (close < 0) return -1;
    if (text.charCodeAt(close - 1) !== BACKSLASH) return close + 1;
    let slashes = close - 1;
    while (text.charCodeAt(slashes - 1) === BACKSLASH) slashes -= 1;
    if (((close - slashes) & 1) === 0) return close + 1;
    at = close + 1;
  }
}

/** The string that a JSON string literal stands for, or `null` if it is none. */
export function decoded(text: string, start: number, end: number): string | null {
  const raw = text.slice(start + 1, end - 1);
  if (!raw.includes('\\')) return raw;
  try {
    return JSON.parse(text.slice(start, end)) as string;
  } catch {
    return null;
  }
}
