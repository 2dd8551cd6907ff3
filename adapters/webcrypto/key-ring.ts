import { createHmac, createSecretKey, type KeyObject, type webcrypto } from 'node:crypto';
import type { KeyRing, PartPlace } from '../../commands/ports.js';
import { LedgerFault } from '../../domain/rejections.js';
import type { SealedPart } from '../../schemas/event.js';
import { fromBase64url, gcm, randomNonce, subtle } from './subtle.js';

const SUITE = 1;
const BLIND_LETTERS = 22;

export interface RingOwner {
  readonly tenant: string;
  readonly owner: string;
  readonly keyId: string;
  readonly generation: number;
}

/**
 * Keys derived from one random secret by HKDF-SHA-256 with `info = cl/v1/{purpose}/{scope}/{generation}`. Sealing keys
 * follow the secret's generation; the naming key does not, since names must stay what they are when keys rotate.
 */
export class SecretKeyRing implements KeyRing {
  readonly #secret: webcrypto.CryptoKey;
  readonly #naming: KeyObject;
  readonly #sealing = new Map<string, Promise<webcrypto.CryptoKey>>();

  private constructor(
    readonly owner: RingOwner,
    secret: webcrypto.CryptoKey,
    naming: KeyObject,
  ) {
    this.#secret = secret;
    this.#naming = naming;
  }

  static async of(owner: RingOwner, secret: Uint8Array<ArrayBuffer>): Promise<SecretKeyRing> {
    const key = await subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits']);
    const naming = await derive(key, 'cl/v1/fact/names/1');
    return new SecretKeyRing(owner, key, createSecretKey(naming));
  }

  async seal(place: PartPlace, content: string): Promise<SealedPart> {
    const { keyId, generation } = this.owner;
    const nonce = randomNonce();
    const head = { name: place.name, scope: place.scope, suite: SUITE, keyId, generation } as const;
    const box = await subtle.encrypt(gcm(nonce, this.#associated(head, place)), await this.#sealingKey(place.scope), Buffer.from(content));
    return { ...head, nonce: base64url(nonce), box: base64url(new Uint8Array(box)) };
  }

  async open(part: SealedPart, place: Pick<PartPlace, 'stream' | 'eventId'>): Promise<string> {
    const { keyId, generation } = this.owner;
    try {
      if (part.suite !== SUITE || part.keyId !== keyId || part.generation !== generation) throw new Error('sealed under another key');
      const nonce = new Uint8Array(fromBase64url(part.nonce));
      const content = await subtle.decrypt(gcm(nonce, this.#associated(part, place)), await this.#sealingKey(part.scope), fromBase64url(part.box));
      return Buffer.from(content).toString('utf8');
    } catch (cause) {
      throw new LedgerFault('content-unreadable', { cause });
    }
  }

  blind(purpose: string, text: string): string {
    return createHmac('sha256', this.#naming).update(`${purpose}\0${text}`).digest('base64url').slice(0, BLIND_LETTERS);
  }

  /** Everything that a part belongs to. JSON of an array of strings: no two places give the same text. */
  #associated(part: Pick<SealedPart, 'name' | 'scope' | 'suite' | 'keyId' | 'generation'>, place: Pick<PartPlace, 'stream' | 'eventId'>): string {
    return JSON.stringify([part.suite, this.owner.tenant, place.stream, place.eventId, part.name, part.scope, part.keyId, part.generation]);
  }

  #sealingKey(scope: string): Promise<webcrypto.CryptoKey> {
    const known = this.#sealing.get(scope);
    if (known !== undefined) return known;
    const fresh = derive(this.#secret, `cl/v1/seal/${scope}/${this.owner.generation}`).then((bytes) =>
      subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']),
    );
    this.#sealing.set(scope, fresh);
    return fresh;
  }
}

async function derive(secret: webcrypto.CryptoKey, info: string): Promise<Uint8Array<ArrayBuffer>> {
  const params = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info: Buffer.from(info) };
  return new Uint8Array(await subtle.deriveBits(params, secret, 256));
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
}
