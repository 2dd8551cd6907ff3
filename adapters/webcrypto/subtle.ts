import { randomFillSync, type webcrypto } from 'node:crypto';
import { Crypto } from '@peculiar/webcrypto';

/** The WebCrypto that opens what was sealed under the first suite. A PKCS#11 module has the same interface. */
export const subtle: webcrypto.SubtleCrypto = new Crypto().subtle as unknown as webcrypto.SubtleCrypto;

export const NONCE_BYTES = 12;
export const TAG_BITS = 128;
const POOL_BYTES = 12 * 512;
let pool = new Uint8Array(0);
let used = 0;

/** 96 random bits from the operating system, drawn in blocks. Random and not counted: a restored backup repeats a counter. */
export function randomNonce(): Uint8Array<ArrayBuffer> {
  if (used + NONCE_BYTES > pool.length) {
    pool = randomFillSync(new Uint8Array(POOL_BYTES));
    used = 0;
  }
  const nonce = pool.slice(used, used + NONCE_BYTES);
  used += NONCE_BYTES;
  return nonce;
}

/** Where nonce and tag lengths are enforced: libraries would take shorter ones without a word. */
export function gcm(nonce: Uint8Array<ArrayBuffer>, associatedData: string): webcrypto.AesGcmParams {
  if (nonce.length !== NONCE_BYTES) throw new TypeError('a nonce has 12 bytes');
  return { name: 'AES-GCM', iv: nonce, additionalData: Buffer.from(associatedData), tagLength: TAG_BITS };
}

/** base64url without padding, and strictly so: what does not re-encode to itself is refused. */
export function fromBase64url(text: string): Buffer<ArrayBuffer> {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) throw new TypeError('not base64url');
  return bytes;
}
