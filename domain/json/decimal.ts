const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** Beyond this many zeros a number is written with an exponent: `1e999999999` must not become a gigabyte of text. */
const MAX_ZEROS = 400;
/** Arithmetic on longer exponents would take a hostile text's time instead of ours. */
const MAX_EXPONENT_DIGITS = 1000;

/** A pattern like `0+$` takes time with the square of the zeros that do not stand at the end; this does not. */
function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits.charCodeAt(end - 1) === 48) end -= 1;
  return digits.slice(0, end);
}

/**
 * The one way to write a decimal: no leading or trailing zeros, no exponent, no sign on zero; `-0.50e1` is `-5`.
 * A number whose plain form needs more than 400 zeros is `<digits>e<exponent>`, digits without trailing zeros.
 *
 * @param lexeme a JSON number; anything else, and an exponent of more than 1,000 digits, comes back unchanged.
 */
export function normalisedDecimal(lexeme: string): string {
  const parts = NUMBER.exec(lexeme);
  if (parts === null) return lexeme;
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = parts;
  const all = (whole + fraction).replace(/^0+/, '');
  const digits = withoutTrailingZeros(all);
  if (digits === '') return '0';
  if (exponentText.length > MAX_EXPONENT_DIGITS) return lexeme;
  // The exponent may itself be beyond a double.
  const exponent = BigInt(exponentText) - BigInt(fraction.length) + BigInt(all.length - digits.length);
  if (exponent > MAX_ZEROS || exponent < -(MAX_ZEROS + digits.length)) return `${sign}${digits}e${exponent}`;
  const shift = Number(exponent);
  if (shift >= 0) return sign + digits + '0'.repeat(shift);
  const point = digits.length + shift;
  if (point > 0) return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
  return `${sign}0.${'0'.repeat(-point)}${digits}`;
}
