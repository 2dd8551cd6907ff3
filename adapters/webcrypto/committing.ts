import { createCipheriv, createDecipheriv, createHmac, type KeyObject, randomFillSync, timingSafeEqual } from 'node:crypto';
import { NONCE_BYTES, TAG_BITS } from './subtle.js';

const KEY_BYTES = 32;
const RANDOM_BYTES = 24;
const COMMITMENT_BYTES = 32;
const TAG_BYTES = TAG_BITS / 8;
const CIPHER = 'aes-256-gcm';
const ZERO_IV = new Uint8Array(NONCE_BYTES);
/** Without it the module would take a tag that was cut to four bytes. */
const WHOLE_TAG = { authTagLength: TAG_BYTES };
/** What `sealCommitted` adds to the plaintext. */
export const COMMITTED_OVERHEAD_BYTES = RANDOM_BYTES + COMMITMENT_BYTES + TAG_BYTES;

const REASONS = {
  'wrong-key': 'it was sealed under another key or for another place',
  changed: 'the sealed bytes were changed',
  malformed: 'the sealed bytes are cut short',
} as const;

/** Sealed bytes that do not open, and which of the ways it is. Holds nothing of them. */
export class SealRefused extends Error {
  override readonly name = 'SealRefused';

  constructor(readonly reason: keyof typeof REASONS) {
    super(REASONS[reason]);
  }
}

/** The three fields of sealed bytes. */
export interface Committed {
  readonly nonce: Uint8Array;
  readonly commitment: Uint8Array;
  readonly box: Uint8Array;
}

/**
 * AES-256-GCM under a key of its own for each call, with a commitment to key, nonce and `aad`. HMAC-SHA-512 over `aad` ‖ nonce
 * makes both the key and the commitment; the nonce has a fixed length and comes last, so that no two inputs read the same.
 * Since each message has its own key, the IV may be zero, and 192 random bits leave no bound on the messages of one key that
 * anyone will meet. The cipher is called directly: a key for one call gains nothing from a handle, which would also keep a copy
 * of it that nobody can overwrite (docs/adr/0024).
 */
export function sealFields(key: KeyObject | Uint8Array, aad: string, plaintext: Uint8Array): Committed {
  const nonce = randomNonce();
  const derived = derive(key, aad, nonce);
  try {
    const cipher = createCipheriv(CIPHER, derived.key, ZERO_IV, WHOLE_TAG);
    const ciphertext = cipher.update(plaintext);
    cipher.final();
    return { nonce, commitment: derived.commitment, box: concatenated(ciphertext, cipher.getAuthTag()) };
  } finally {
    derived.key.fill(0);
  }
}

/** Opens what `sealFields` made with the same key and `aad`. Throws `SealRefused`; never gives wrong bytes. */
export function openFields(key: KeyObject | Uint8Array, aad: string, { nonce, commitment, box }: Committed): Uint8Array<ArrayBuffer> {
  if (nonce.length !== RANDOM_BYTES || commitment.length !== COMMITMENT_BYTES || box.length < TAG_BYTES) throw new SealRefused('malformed');
  const derived = derive(key, aad, nonce);
  try {
    if (!timingSafeEqual(derived.commitment, commitment)) throw new SealRefused('wrong-key');
    return deciphered(derived.key, box);
  } finally {
    derived.key.fill(0);
  }
}

/** The fields as one: nonce 24 ‖ commitment 32 ‖ ciphertext ‖ tag 16. */
export function sealCommitted(key: KeyObject | Uint8Array, aad: string, plaintext: Uint8Array): Uint8Array<ArrayBuffer> {
  const { nonce, commitment, box } = sealFields(key, aad, plaintext);
  return concatenated(nonce, commitment, box);
}

/** Opens what `sealCommitted` made with the same key and `aad`. Throws `SealRefused`; never gives wrong bytes. */
export function openCommitted(key: KeyObject | Uint8Array, aad: string, sealed: Uint8Array): Uint8Array<ArrayBuffer> {
  if (sealed.length < COMMITTED_OVERHEAD_BYTES) throw new SealRefused('malformed');
  const boxAt = RANDOM_BYTES + COMMITMENT_BYTES;
  return openFields(key, aad, { nonce: sealed.subarray(0, RANDOM_BYTES), commitment: sealed.subarray(RANDOM_BYTES, boxAt), box: sealed.subarray(boxAt) });
}

function deciphered(key: Uint8Array, box: Uint8Array): Uint8Array<ArrayBuffer> {
  const tagAt = box.length - TAG_BYTES;
  const decipher = createDecipheriv(CIPHER, key, ZERO_IV, WHOLE_TAG).setAuthTag(box.subarray(tagAt));
  const plaintext = decipher.update(box.subarray(0, tagAt)) as Buffer<ArrayBuffer>;
  try {
    decipher.final();
  } catch {
    // The module throws a plain `Error` for a tag that does not fit, and this call can fail in no other way.
    plaintext.fill(0);
    throw new SealRefused('changed');
  }
  return new Uint8Array(plaintext.buffer, plaintext.byteOffset, plaintext.byteLength);
}

/** The key is a copy that the caller overwrites; the commitment may be shown. */
function derive(key: KeyObject | Uint8Array, aad: string, nonce: Uint8Array): { readonly key: Uint8Array<ArrayBuffer>; readonly commitment: Uint8Array } {
  const length = key instanceof Uint8Array ? key.length : key.symmetricKeySize;
  if (length !== KEY_BYTES) throw new TypeError('a sealing key has 32 bytes');
  const mac = createHmac('sha512', key).update(aad, 'utf8').update(nonce).digest() as Buffer<ArrayBuffer>;
  return { key: mac.subarray(0, KEY_BYTES), commitment: mac.subarray(KEY_BYTES) };
}

const NONCES_AT_ONCE = 256;
let pool = new Uint8Array(0);
let used = 0;

/** 192 random bits from the operating system, drawn in blocks. Random and not counted: a restored backup repeats a counter. */
function randomNonce(): Uint8Array {
  if (used === pool.length) {
    pool = randomFillSync(new Uint8Array(RANDOM_BYTES * NONCES_AT_ONCE));
    used = 0;
  }
  used += RANDOM_BYTES;
  return pool.slice(used - RANDOM_BYTES, used);
}

function concatenated(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
