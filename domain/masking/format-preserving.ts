/** What may be encrypted digit for digit. Dates, ZIP codes and years are not among them: so few values are tried in no time. */
export const FF1_KINDS = ['ssn', 'mrn', 'phone', 'npi'] as const;
export type Ff1Kind = (typeof FF1_KINDS)[number];

/** Why a text is not encrypted. */
export type Ff1Refusal = 'domain-too-small' | 'not-digits' | 'wrong-length' | 'bad-check-digit';

/** A keyed permutation of texts of so many digits, and its reverse. */
export interface DigitCipher {
  encrypt(kind: Ff1Kind, digits: readonly number[]): readonly number[];
  decrypt(kind: Ff1Kind, digits: readonly number[]): readonly number[];
}

/** NIST SP 800-38G r1 asks for a domain of a million: radix^length, so six decimal digits. */
export const DOMAIN_AT_LEAST = 1_000_000;
const MRN_AT_MOST_DIGITS = 24;

const LENGTHS: Readonly<Record<Ff1Kind, readonly [number, number]>> = { ssn: [9, 9], mrn: [6, MRN_AT_MOST_DIGITS], phone: [10, 10], npi: [10, 10] };
const PREFIX_OF_NPI = '80840';

/** Whether so many digits of this radix are a domain that FF1 may be used on. */
export function isLargeEnough(radix: number, length: number): boolean {
  return radix ** length >= DOMAIN_AT_LEAST;
}

/** The text with its digits encrypted and everything between them as it was; or why not. */
export function encryptText(kind: Ff1Kind, text: string, cipher: DigitCipher): { readonly text: string } | { readonly refused: Ff1Refusal } {
  return throughDigits(kind, text, (digits) => cipher.encrypt(kind, digits));
}

/** What `encryptText` made the text of. */
export function decryptText(kind: Ff1Kind, text: string, cipher: DigitCipher): { readonly text: string } | { readonly refused: Ff1Refusal } {
  return throughDigits(kind, text, (digits) => cipher.decrypt(kind, digits));
}

function throughDigits(kind: Ff1Kind, text: string, permute: (digits: readonly number[]) => readonly number[]) {
  const start = kind === 'phone' ? countryCodeOf(text) : 0;
  const frame = text.slice(start);
  if (!/^[\d\s().\-/]*$/.test(frame)) return { refused: 'not-digits' as const };
  const digits = [...frame].filter((letter) => /\d/.test(letter)).map(Number);
  const [least, most] = LENGTHS[kind];
  if (!isLargeEnough(10, digits.length)) return { refused: 'domain-too-small' as const };
  if (digits.length < least || digits.length > most) return { refused: 'wrong-length' as const };
  const free = kind === 'npi' ? digits.slice(0, -1) : digits;
  // With another check digit than its own the number would not come back.
  if (kind === 'npi' && npiCheckDigit(free) !== digits.at(-1)) return { refused: 'bad-check-digit' as const };
  const permuted = permute(free);
  const all = kind === 'npi' ? [...permuted, npiCheckDigit(permuted)] : [...permuted];
  return { text: text.slice(0, start) + frame.replace(/\d/g, () => String(all.shift())) };
}

/** `+1` is no part of the number: it stays. */
function countryCodeOf(text: string): number {
  return /^\s*\+?1[\s.\-(]*(?=(?:\D*\d){10}\D*$)/.exec(text)?.[0].length ?? 0;
}

/** Luhn over the prefix that ISO 7812 gives health care in the United States, and the nine digits. */
export function npiCheckDigit(nine: readonly number[]): number {
  const digits = [...[...PREFIX_OF_NPI].map(Number), ...nine];
  const sum = digits.reverse().reduce((total, digit, index) => total + (index % 2 === 0 ? doubled(digit) : digit), 0);
  return (10 - (sum % 10)) % 10;
}

function doubled(digit: number): number {
  return digit > 4 ? 2 * digit - 9 : 2 * digit;
}
