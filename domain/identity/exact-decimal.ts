/** `digits × 10^exponent`, exactly. */
export interface ExactDecimal {
  readonly digits: bigint;
  readonly exponent: number;
}

const NUMBER = /^(-?)(\d{1,60})(?:\.(\d{1,60}))?(?:[eE]([+-]?\d{1,3}))?$/;

/** The number that a JSON lexeme states; `null` for one that no instrument writes (over 120 digits, an exponent of four). */
export function exactDecimal(lexeme: string): ExactDecimal | null {
  const parts = NUMBER.exec(lexeme);
  if (parts === null) return null;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts;
  return { digits: BigInt(`${sign}${whole}${fraction}`), exponent: Number(exponent) - fraction.length };
}

/** How many digits a lexeme states: without the zeros in front, with those behind. Zero states one. */
export function statedDigits(lexeme: string): number {
  let digits = 0;
  for (let at = 0; at < lexeme.length; at += 1) {
    const code = lexeme.charCodeAt(at);
    if (code === 69 || code === 101) break;
    if (code > 48 || (code === 48 && digits > 0)) digits += 1;
  }
  return Math.max(1, digits);
}

const powerOfTen = (exponent: number): bigint => 10n ** BigInt(exponent);

/** `stated × factor + offset`. */
export function scaled(stated: ExactDecimal, factor: ExactDecimal, offset: ExactDecimal): ExactDecimal {
  const digits = stated.digits * factor.digits;
  const exponent = stated.exponent + factor.exponent;
  if (offset.digits === 0n) return { digits, exponent };
  const lowest = Math.min(exponent, offset.exponent);
  return { digits: digits * powerOfTen(exponent - lowest) + offset.digits * powerOfTen(offset.exponent - lowest), exponent: lowest };
}

/** Drops the digits at the end that are `dropped`, which `exponent` then makes up for. */
function trimmed(digits: string, dropped: string): string {
  let end = digits.length;
  while (end > 0 && digits[end - 1] === dropped) end -= 1;
  return digits.slice(0, end);
}

/** The digits rounded to so many of them, halves away from zero as laboratories round: `0.0996` to two is `1e-1`. */
function roundedDigits(sign: string, all: string, exponent: number, significant: number): string {
  let kept = all.slice(0, significant);
  if (all.length > significant && all.charCodeAt(significant) >= 53) {
    const below = trimmed(kept, '9');
    // All nines: the next power of ten, which has one digit more than it keeps.
    if (below === '') return `${sign}1e${exponent + all.length}`;
    kept = below.slice(0, -1) + String.fromCharCode(below.charCodeAt(below.length - 1) + 1);
  } else kept = trimmed(kept, '0');
  return `${sign}${kept}e${exponent + all.length - kept.length}`;
}

/** The number rounded to 1, 2, … significant digits, each written in the one way in which `decimalText` writes numbers. */
export function roundedTexts({ digits, exponent }: ExactDecimal, upTo: number): string[] {
  if (digits === 0n) return Array.from({ length: upTo }, () => '0');
  const sign = digits < 0n ? '-' : '';
  const all = String(digits < 0n ? -digits : digits);
  return Array.from({ length: upTo }, (_, index) => roundedDigits(sign, all, exponent, index + 1));
}

/** The one way to write the number: `7.0` and `7.00` are `7e0`. */
export function decimalText({ digits, exponent }: ExactDecimal): string {
  if (digits === 0n) return '0';
  const all = String(digits < 0n ? -digits : digits);
  return roundedDigits(digits < 0n ? '-' : '', all, exponent, all.length);
}
