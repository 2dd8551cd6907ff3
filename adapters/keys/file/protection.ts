import { createSecretKey, hkdfSync, type KeyObject, randomBytes, randomUUID } from 'node:crypto';
import { openCommitted, SealRefused, sealCommitted } from '../../webcrypto/committing.js';
import { formatClear, formatProtected, headOf, KEY_BYTES, type KeyFile, type KeyName } from './form.js';
import { type Kdf, SALT_BYTES, stretch } from './kdf.js';
import { KeyFileRefused } from './refused.js';

const PASSPHRASE_AT_LEAST_BYTES = 12;
const PASSPHRASE_AT_MOST_BYTES = 1024;

/** A root key in memory. A `KeyObject` keeps it out of the heap, and clears it when it goes. */
export interface FileKey extends KeyName {
  readonly key: KeyObject;
}

/** What the keys in a file are sealed under, and how passphrases lead to it. Null stands for a file without protection. */
export interface Protection {
  readonly kdf: Kdf;
  readonly salts: readonly string[];
  readonly key: KeyObject;
}

/** A protection that no file has yet. The order of two passphrases matters. */
export async function newProtection(passphrases: readonly Uint8Array[], kdf: Kdf): Promise<Protection | null> {
  if (passphrases.length === 0) return null;
  refuseUnfit(passphrases);
  const salts = passphrases.map(() => randomBytes(SALT_BYTES).toString('base64url'));
  return { kdf, salts, key: await keyOf(passphrases, salts, kdf) };
}

/** The protection of a file, by the passphrases that it asks for. A protected file never opens without, nor a clear one with. */
export async function protectionOf(file: KeyFile, passphrases: readonly Uint8Array[]): Promise<Protection | null> {
  if (file.protection === 'none') {
    if (passphrases.length > 0) throw new KeyFileRefused('unprotected');
    return null;
  }
  if (passphrases.length !== file.salts.length) throw new KeyFileRefused('passphrases-wanted');
  return { kdf: file.kdf, salts: file.salts, key: await keyOf(passphrases, file.salts, file.kdf) };
}

/** The keys of a file, oldest first. Throws `KeyFileRefused`; never gives a wrong key. */
export async function openKeys(file: KeyFile, protection: Protection | null): Promise<readonly FileKey[]> {
  if (file.protection === 'none') {
    if (protection !== null) throw new KeyFileRefused('unprotected');
    return file.keys.map(({ keyId, created, key }) => ({ keyId, created, key: taken(key) }));
  }
  if (protection === null) throw new KeyFileRefused('passphrases-wanted');
  if (file.salts.join() !== protection.salts.join()) throw new KeyFileRefused('protected-anew');
  const plain = openSealed(file, protection);
  if (plain.length !== file.keys.length * KEY_BYTES) throw new KeyFileRefused('damaged');
  return file.keys.map(({ keyId, created }, at) => ({ keyId, created, key: taken(plain.subarray(at * KEY_BYTES, (at + 1) * KEY_BYTES)) }));
}

function openSealed(file: Extract<KeyFile, { protection: 'passphrase' }>, { key }: Protection): Uint8Array<ArrayBuffer> {
  try {
    return openCommitted(key, headOf(file), Buffer.from(file.sealed, 'base64url'));
  } catch (cause) {
    const isWrongKey = cause instanceof SealRefused && cause.reason === 'wrong-key';
    throw new KeyFileRefused(isWrongKey ? 'wrong-passphrase' : 'changed', 'key file', { cause });
  }
}

/** The text of a file with these keys. */
export async function sealKeys(keys: readonly FileKey[], protection: Protection | null): Promise<string> {
  const plain = keys.map(({ keyId, created, key }) => ({ keyId, created, key: key.export() }));
  const whole = Buffer.concat(plain.map(({ key }) => key));
  try {
    if (protection === null) return formatClear(plain);
    const { kdf, salts, key } = protection;
    const sealed = sealCommitted(key, headOf({ kdf, salts, keys }), whole);
    return formatProtected({ protection: 'passphrase', kdf, salts, keys, sealed: Buffer.from(sealed).toString('base64url') });
  } finally {
    for (const bytes of [...plain.map(({ key }) => key), whole]) bytes.fill(0);
  }
}

export function freshKey(): FileKey {
  return { keyId: randomUUID(), created: new Date().toISOString(), key: taken(randomBytes(KEY_BYTES)) };
}

async function keyOf(passphrases: readonly Uint8Array[], salts: readonly string[], kdf: Kdf): Promise<KeyObject> {
  const stretched: Uint8Array[] = [];
  for (const [at, passphrase] of passphrases.entries()) {
    stretched.push(await stretch(passphrase, Buffer.from(salts[at] as string, 'base64url'), kdf));
  }
  const both = Buffer.concat(stretched);
  const key = taken(new Uint8Array(hkdfSync('sha256', both, new Uint8Array(0), 'clinical-ledger/key-file/2', KEY_BYTES)));
  for (const bytes of [...stretched, both]) bytes.fill(0);
  return key;
}

/** The bytes as a key object; the buffer that they came in is cleared. */
function taken(bytes: Uint8Array): KeyObject {
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return key;
}

function refuseUnfit(passphrases: readonly Uint8Array[]): void {
  const [first, second] = passphrases;
  const fits = ({ length }: Uint8Array) => length >= PASSPHRASE_AT_LEAST_BYTES && length <= PASSPHRASE_AT_MOST_BYTES;
  const isSame = first !== undefined && second !== undefined && Buffer.compare(first, second) === 0;
  if (passphrases.length > 2 || isSame || !passphrases.every(fits)) throw new KeyFileRefused('passphrase-unfit', 'passphrase');
}
