/** Numbers that carry their own proof. All take digits (or letters and digits) without separators. */

/** ISO/IEC 7812-1: the doubling sum of cards, NPI and others. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let n = 0; n < digits.length; n++) {
    const digit = digits.charCodeAt(digits.length - 1 - n) - 48;
    const doubled = n % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return digits.length > 1 && sum % 10 === 0;
}

/** National Provider Identifier: ten digits from 1 or 2 on, Luhn with the issuer prefix 80840 (45 CFR 162.406). */
export const isNpi = (digits: string): boolean => /^[12]\d{9}$/.test(digits) && passesLuhn(`80840${digits}`);

/** Medicare Beneficiary Identifier (CMS): eleven places, no letter of S L O I B Z. It has no check digit; its form is strict. */
export const isMbi = (text: string): boolean =>
  /^[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d[AC-HJKMNP-RT-Y]{2}\d{2}$/.test(text);

/** Registration with the Drug Enforcement Administration: two letters, seven digits, the last of them the check. */
export function isDea(text: string): boolean {
  if (!/^[ABCDEFGHJKLMPRSTUX][A-Z9]\d{7}$/.test(text)) return false;
  const [a, b, c, d, e, f, check] = Array.from(text.slice(2), Number) as [number, number, number, number, number, number, number];
  return (a + c + e + 2 * (b + d + f)) % 10 === check;
}

/** NHS number: ten digits, weights 10 to 2, modulo 11. */
export function isNhsNumber(digits: string): boolean {
  if (!/^[3-79]\d{9}$/.test(digits) || /^(\d)\1+$/.test(digits)) return false;
  let sum = 0;
  for (let n = 0; n < 9; n++) sum += (digits.charCodeAt(n) - 48) * (10 - n);
  return (11 - (sum % 11)) % 11 === digits.charCodeAt(9) - 48;
}

/** What the Social Security Administration has ever given out, or may: no check digit, but areas, groups and serials that do not exist. */
export function isSsn(digits: string): boolean {
  return /^(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4}$/.test(digits);
}

const CARDS: readonly RegExp[] = [
  /^4(\d{12}|\d{15}|\d{18})$/,
  /^(5[1-5]|2[2-7])\d{14}$/,
  /^3[47]\d{13}$/,
  /^(6011|65\d\d|64[4-9]\d|62\d\d)\d{12,15}$/,
  /^35\d{14}$/,
  /^3(0[0-5]|[68]\d)\d{11}$/,
];

/** A payment card: a prefix that an issuer has, the length that goes with it, and Luhn. */
export const isCard = (digits: string): boolean => CARDS.some((form) => form.test(digits)) && passesLuhn(digits);

const VIN_WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];

/** Vehicle identification number with the North American check digit (49 CFR 565.15(c)). */
export function isVin(text: string): boolean {
  if (!/^(?=.*[A-Z])(?=.*\d)[A-HJ-NPR-Z0-9]{17}$/.test(text)) return false;
  const sum = VIN_WEIGHTS.reduce((all, weight, n) => all + weight * vinValue(text.charAt(n)), 0);
  return '0123456789X'.charAt(sum % 11) === text.charAt(8);
}

function vinValue(character: string): number {
  return /\d/.test(character) ? Number(character) : (VIN_VALUES[character] as number);
}

/** A=1 … H=8, J=1 … N=5, P=7, R=9, S=2 … Z=9. */
const VIN_VALUES: Readonly<Record<string, number>> = Object.fromEntries(
  (
    [
      ['ABCDEFGH', 1],
      ['JKLMN', 1],
      ['P', 7],
      ['R', 9],
      ['STUVWXYZ', 2],
    ] as const
  ).flatMap(([letters, first]) => Array.from(letters, (letter, place) => [letter, first + place])),
);
