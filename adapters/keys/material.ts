import { hkdfSync } from 'node:crypto';
import { LedgerFault } from '../../domain/rejections.js';

export const SECRET_BYTES = 32;

/**
 * One secret in memory of its own, outside of the pool that small buffers share, and what was derived from it by HKDF-SHA-256.
 * `wipe` overwrites all of it: afterwards every use is refused, since an overwritten key would still be a key, and a known one.
 * Overwriting is the best that can be done: the runtime may have moved or kept what it copied.
 */
export class Material {
  readonly #secret: Buffer<ArrayBuffer>;
  readonly #derived = new Map<string, Buffer<ArrayBuffer>>();
  #wiped = false;

  /** Takes the secret over and overwrites what it was given. */
  constructor(secret: Uint8Array<ArrayBuffer>) {
    if (secret.length !== SECRET_BYTES) throw new LedgerFault('key-unreadable');
    this.#secret = own(secret);
    secret.fill(0);
  }

  /** The key itself, for as long as the caller needs it in this turn of the event loop. */
  secret(): Buffer<ArrayBuffer> {
    this.#refuseWiped();
    return this.#secret;
  }

  /** A key for one use: `cl/v1/{purpose}/{scope}/{generation}`. */
  derived(info: string): Buffer<ArrayBuffer> {
    this.#refuseWiped();
    const known = this.#derived.get(info);
    if (known !== undefined) return known;
    const bytes = new Uint8Array(hkdfSync('sha256', this.#secret, new Uint8Array(0), info, SECRET_BYTES));
    const fresh = own(bytes);
    bytes.fill(0);
    this.#derived.set(info, fresh);
    return fresh;
  }

  wipe(): void {
    this.#wiped = true;
    this.#secret.fill(0);
    for (const key of this.#derived.values()) key.fill(0);
    this.#derived.clear();
  }

  #refuseWiped(): void {
    if (this.#wiped) throw new LedgerFault('keys-unavailable');
  }
}

function own(bytes: Uint8Array): Buffer<ArrayBuffer> {
  const copy = Buffer.allocUnsafeSlow(bytes.length) as Buffer<ArrayBuffer>;
  copy.set(bytes);
  return copy;
}
