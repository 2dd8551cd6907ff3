import { fromBase64url } from '../../webcrypto/subtle.js';
import { type Kdf, parseKdf, SALT_BYTES } from './kdf.js';
import { KeyFileRefused } from './refused.js';

export const KEY_FILE_AT_MOST_BYTES = 16_384;
/** Root keys change about once a year; this many fit well below the size limit. */
export const KEYS_AT_MOST = 50;
export const KEY_BYTES = 32;
const PASSPHRASES_AT_MOST = 2;
const NAME_AT_MOST = 64;

export interface KeyName {
  readonly keyId: string;
  readonly created: string;
}

/** A key file without protection. The first version of the file, which held one key, reads as this one does. */
export interface ClearKeyFile {
  readonly protection: 'none';
  /** Oldest first; the last one is current. */
  readonly keys: readonly (KeyName & { readonly key: Uint8Array })[];
}

export interface ProtectedKeyFile {
  readonly protection: 'passphrase';
  readonly kdf: Kdf;
  /** One for each passphrase that the file asks for, in their order. */
  readonly salts: readonly string[];
  readonly keys: readonly KeyName[];
  /** All keys in the order of `keys`, sealed together: no key can be taken out, added or moved without being noticed. */
  readonly sealed: string;
}

export type KeyFile = ClearKeyFile | ProtectedKeyFile;

export function formatClear(keys: ClearKeyFile['keys']): string {
  const written = keys.map(({ keyId, created, key }) => ({ keyId, created, key: Buffer.from(key).toString('base64url') }));
  return `${JSON.stringify({ v: 2, protection: 'none', keys: written })}\n`;
}

export function formatProtected(file: ProtectedKeyFile): string {
  const { protection, kdf, salts, keys, sealed } = file;
  return `${JSON.stringify({ v: 2, protection, kdf, salts, keys: keys.map(nameOf), sealed })}\n`;
}

/** Everything in a protected file but the sealed keys, in one unambiguous text: they are sealed to it. */
export function headOf({ kdf, salts, keys }: Omit<ProtectedKeyFile, 'sealed' | 'protection'>): string {
  const cost = kdf.name === 'scrypt' ? [kdf.N, kdf.r, kdf.p] : [kdf.memoryKib, kdf.passes, kdf.lanes];
  return JSON.stringify(['clinical-ledger/key-file', 2, kdf.name, ...cost, salts, keys.map(({ keyId, created }) => [keyId, created])]);
}

/** Throws `KeyFileRefused` for what no version of this program wrote; shows nothing of it. */
export function parseKeyFile(bytes: Uint8Array): KeyFile {
  const file = objectOf(bytes);
  if (file['v'] === 1) return { protection: 'none', keys: [clearKeyOf(file)] };
  const { keys, salts, sealed } = file;
  if (file['v'] !== 2 || !Array.isArray(keys) || keys.length === 0 || keys.length > KEYS_AT_MOST) throw new KeyFileRefused('damaged');
  if (new Set(keys.map((key) => nameOf(key).keyId)).size !== keys.length) throw new KeyFileRefused('damaged');
  if (file['protection'] === 'none') return { protection: 'none', keys: keys.map(clearKeyOf) };
  if (file['protection'] !== 'passphrase' || typeof sealed !== 'string') throw new KeyFileRefused('damaged');
  bytesOf(sealed);
  return { protection: 'passphrase', kdf: parseKdf(file['kdf']), salts: saltsOf(salts), keys: keys.map(nameOf), sealed };
}

function objectOf(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    // The reason that the parser gives quotes the text.
    throw new KeyFileRefused('not-json');
  }
  if (typeof value !== 'object' || value === null) throw new KeyFileRefused('damaged');
  return value as Readonly<Record<string, unknown>>;
}

function saltsOf(value: unknown): string[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > PASSPHRASES_AT_MOST) throw new KeyFileRefused('damaged');
  for (const salt of value) if (bytesOf(salt).length !== SALT_BYTES) throw new KeyFileRefused('damaged');
  return value as string[];
}

function nameOf(value: unknown): KeyName {
  const { keyId, created } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (!isName(keyId) || !isName(created) || Number.isNaN(Date.parse(created))) throw new KeyFileRefused('damaged');
  return { keyId, created };
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= NAME_AT_MOST;
}

function clearKeyOf(value: unknown): KeyName & { readonly key: Uint8Array } {
  const key = bytesOf((value as Readonly<Record<string, unknown>>)['key']);
  if (key.length !== KEY_BYTES) throw new KeyFileRefused('damaged');
  return { ...nameOf(value), key };
}

function bytesOf(value: unknown): Buffer {
  try {
    return fromBase64url(value as string);
  } catch {
    // Said by `fromBase64url` of text of another encoding, and by `Buffer` of what is no text.
    throw new KeyFileRefused('damaged');
  }
}
