import { FF1 } from '@noble/ciphers/ff1.js';
import { type DigitCipher, type Ff1Kind, isLargeEnough } from '../../domain/masking/format-preserving.js';
import type { KeyRing } from '../../domain/rings.js';

const RADIX_AT_MOST = 65_536;
const TWEAK_AT_MOST_BYTES = 256;

export interface Ff1Setting {
  readonly radix: number;
  readonly key: Uint8Array;
  readonly tweak: Uint8Array;
}

/**
 * FF1 of NIST SP 800-38G with the domain that its revision asks for, radix^length ≥ 1,000,000: the library checks a hundred
 * only. Throws for a domain below, since whoever calls has looked before (`encryptText`). Key and tweak are copied: the library
 * would hold them by reference.
 */
export function ff1({ radix, key, tweak }: Ff1Setting) {
  if (!Number.isInteger(radix) || radix < 2 || radix > RADIX_AT_MOST) throw new RangeError('the radix of FF1 is 2 to 65,536');
  if (tweak.length > TWEAK_AT_MOST_BYTES) throw new RangeError('the tweak is at most 256 bytes');
  const cipher = FF1(radix, Uint8Array.from(key), Uint8Array.from(tweak));
  const checked = (digits: readonly number[]): number[] => {
    if (!isLargeEnough(radix, digits.length)) throw new RangeError('FF1 needs a domain of a million');
    return [...digits];
  };
  return {
    encrypt: (digits: readonly number[]): number[] => cipher.encrypt(checked(digits)),
    decrypt: (digits: readonly number[]): number[] => cipher.decrypt(checked(digits)),
  };
}

/**
 * The digit cipher of one patient under one plan. Its AES-256 key is two keyed hashes of the patient's ring, so that no key
 * leaves the ring and an erased patient's numbers cannot come back. The tweak parts kinds and plans: equal numbers in
 * different fields do not match.
 */
export function digitCipher(ring: Pick<KeyRing, 'blind'>, scope: string): DigitCipher {
  const halves = ['ff1/left', 'ff1/right'].map((half) => Buffer.from(ring.blind('mask', half), 'base64url'));
  const key = Buffer.concat(halves);
  const ciphers = new Map<Ff1Kind, ReturnType<typeof ff1>>();
  const cipherFor = (kind: Ff1Kind) => {
    const cipher = ciphers.get(kind) ?? ff1({ radix: 10, key, tweak: Buffer.from(`${scope}/${kind}`) });
    ciphers.set(kind, cipher);
    return cipher;
  };
  return {
    encrypt: (kind, digits) => cipherFor(kind).encrypt(digits),
    decrypt: (kind, digits) => cipherFor(kind).decrypt(digits),
  };
}
