import type { webcrypto } from 'node:crypto';
import { createRequire } from 'node:module';

/** What an HSM cannot be used for, or how it was set up wrongly, in words for the operator. Holds no PIN and no key. */
export class Pkcs11Refused extends Error {
  override readonly name: string = 'Pkcs11Refused';
}

/** The token itself refused the PIN, or is about to lock. Never tried again by itself: a few wrong PINs lock an HSM. */
export class PinRefused extends Pkcs11Refused {}

/*
 * What is used of graphene-pk11 and node-webcrypto-p11. Written down here because they are optional: where no compiler was at
 * hand when they were installed they are absent, and the ledger still has to compile.
 */
export type Template = Readonly<Record<string, string | number | boolean | Buffer | null>>;

export interface TokenObject {
  readonly handle: Buffer;
  getAttribute(template: Template): Record<string, unknown>;
  toType(): TokenObject;
  destroy(): void;
}

export interface Session {
  login(pin: string): void;
  find(template: Template, found: (object: TokenObject) => void): unknown;
  generateKey(mechanism: number, template: Template, done: (fault: Error | null, key: TokenObject) => void): void;
}

export interface Token {
  readonly label: string;
  readonly serialNumber: string;
  readonly flags: number;
}

export interface Slot {
  getToken(): Token;
  open(flags: number): Session;
}

export interface CryptokiModule {
  cryptokiVersion: { readonly major: number; readonly minor: number };
  initialize(options: { readonly flags: number }): void;
  finalize(): void;
  getSlots(tokenPresent: boolean): { readonly length: number; items(index: number): Slot };
}

export interface Cryptoki {
  readonly Module: { load(library: string, name: string): CryptokiModule };
  readonly ObjectClass: { readonly SECRET_KEY: number };
  readonly KeyType: { readonly AES: number };
  readonly KeyGenMechanism: { readonly AES: number };
  readonly Crypto: new (over: { readonly session: Session; readonly name: string }) => { readonly subtle: webcrypto.SubtleCrypto };
  readonly CryptoKey: new (object: TokenObject, algorithm: { readonly name: string; readonly length: number }) => webcrypto.CryptoKey;
}

const PACKAGE = 'node-webcrypto-p11';

/** The optional package, and the layer beneath it that knows modules and slots. Throws `Pkcs11Refused` when it is absent. */
export async function loadCryptoki(name: string = PACKAGE): Promise<Cryptoki> {
  try {
    const webcryptoLayer = (await import(name)) as Pick<Cryptoki, 'Crypto' | 'CryptoKey'>;
    // The very copy that the package itself uses: its classes tell their own sessions from others.
    const graphene = createRequire(import.meta.resolve(name))('graphene-pk11') as Omit<Cryptoki, 'Crypto' | 'CryptoKey'>;
    const { Module, ObjectClass, KeyType, KeyGenMechanism } = graphene;
    return { Module, ObjectClass, KeyType, KeyGenMechanism, Crypto: webcryptoLayer.Crypto, CryptoKey: webcryptoLayer.CryptoKey };
  } catch (cause) {
    throw new Pkcs11Refused(
      `the optional package ${name} is not installed, and keys in an HSM need it: install a C++ compiler, make and Python 3, then \`npm ci\` again`,
      { cause },
    );
  }
}

/** The `CKR_` number of a module's answer; undefined for what is no such answer. */
export function codeOf(fault: unknown): number | undefined {
  const code = (fault as { code?: unknown } | null)?.code;
  return typeof code === 'number' && code !== 0 ? code : undefined;
}

const MAY_BE_THE_DATA = new Set([
  0x05, // CKR_GENERAL_ERROR
  0x06, // CKR_FUNCTION_FAILED
  0x20, // CKR_DATA_INVALID
  0x21, // CKR_DATA_LEN_RANGE
  0x40, // CKR_ENCRYPTED_DATA_INVALID
  0x41, // CKR_ENCRYPTED_DATA_LEN_RANGE
  0x42, // CKR_AEAD_DECRYPT_FAILED
  0xc0, // CKR_SIGNATURE_INVALID
]);

/** No room for another object on the token: CKR_DEVICE_MEMORY. */
export function isFull(fault: unknown): boolean {
  return codeOf(fault) === 0x31;
}

/** Modules answer to a changed ciphertext with one of these, and some of them to a broken device too. */
export function mayBeTheData(fault: unknown): boolean {
  const code = codeOf(fault);
  return code !== undefined && MAY_BE_THE_DATA.has(code);
}
