import { createHmac } from 'node:crypto';
import { LedgerFault } from '../../domain/rejections.js';
import type { BlindPurpose, IndexKey, PartPlace } from '../../domain/rings.js';
import type { SealedPart } from '../../schemas/event.js';
import { isOpenScope, scopesWithin } from '../../schemas/phi/scopes.js';
import { type Committed, openFields, sealFields } from '../webcrypto/committing.js';
import { fromBase64url, gcm, subtle } from '../webcrypto/subtle.js';
import type { KeyState } from './key-store.js';
import type { Material } from './material.js';

const SUITE = 2;
const BLIND_LETTERS = 22;
const NAMING = 'cl/v1/fact/names/1';
const SENSITIVE = '~';

/** One generation of an owner's secret, in use. */
export interface Generation {
  readonly keyId: string;
  readonly generation: number;
  readonly state: KeyState;
  readonly material: Material;
}

type Place = Pick<PartPlace, 'stream' | 'eventId'>;
type Head = Pick<SealedPart, 'name' | 'scope' | 'suite' | 'keyId' | 'generation'>;

/**
 * All keys of one owner. Keys come from the generation's random secret by HKDF-SHA-256 with `info =
 * cl/v{suite}/seal/{scope}/{generation}`; the newest generation seals, the others open what was sealed when they were new. The
 * first names things (NIST SP 800-57: its keyed hashes have no cryptoperiod of their own, since a fact has to stay the same fact).
 */
export class OwnerKeys {
  readonly #generations: readonly Generation[];
  readonly #held = new WeakMap<ReadonlySet<string>, ReadonlySet<string>>();
  readonly #published = new Map<string, string>();

  /** `generations` oldest first, at least one. */
  constructor(
    readonly tenant: string,
    readonly owner: string,
    generations: readonly Generation[],
  ) {
    this.#generations = generations;
  }

  /** How a scope is called in the clear of an event: a sensitive one by a keyed hash, since its name would be a diagnosis. */
  published(scope: string): string {
    // What a part is called already stays: it is sealed anew under the same name.
    if (isOpenScope(scope) || scope.startsWith(SENSITIVE)) return scope;
    const known = this.#published.get(scope);
    if (known !== undefined) return known;
    const name = `${SENSITIVE}${this.blind('scope', scope)}`;
    this.#published.set(scope, name);
    return name;
  }

  /** The published names of all scopes that are within these. */
  heldBy(scopes: ReadonlySet<string>): ReadonlySet<string> {
    const known = this.#held.get(scopes);
    if (known !== undefined) return known;
    const held = new Set([...scopesWithin(scopes)].map((scope) => this.published(scope)));
    this.#held.set(scopes, held);
    return held;
  }

  async seal(place: PartPlace, content: string): Promise<SealedPart> {
    const newest = this.#generations.at(-1) as Generation;
    if (newest.state !== 'active') throw new LedgerFault(newest.state === 'suspended' ? 'key-suspended' : 'key-expired');
    const { keyId, generation, material } = newest;
    const scope = this.published(place.scope);
    const head: Head = { name: place.name, scope, suite: SUITE, keyId, generation };
    const sealed = sealFields(material.derived(sealing(SUITE, scope, generation)), this.#associated(head, place), Buffer.from(content));
    return {
      name: place.name,
      scope,
      suite: SUITE,
      keyId,
      generation,
      nonce: base64url(sealed.nonce),
      commitment: base64url(sealed.commitment),
      box: base64url(sealed.box),
    };
  }

  async open(part: SealedPart, place: Place): Promise<string> {
    try {
      const found = this.#generations.find(({ keyId, generation }) => keyId === part.keyId && generation === part.generation);
      if (found === undefined) throw new Error('sealed under another key');
      const key = found.material.derived(sealing(part.suite, part.scope, part.generation));
      const content = part.suite === 1 ? await this.#openOne(key, part, place) : openFields(key, this.#associated(part, place), fieldsOf(part));
      return Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('utf8');
    } catch (cause) {
      if (cause instanceof LedgerFault) throw cause;
      throw new LedgerFault('content-unreadable', { cause });
    }
  }

  blind(purpose: BlindPurpose, text: string): string {
    const { material } = this.#generations[0] as Generation;
    return hashed(material.derived(NAMING), `${purpose}\0${text}`);
  }

  /** One for each generation: hashes under two of them never meet, and an index under the older goes with it. */
  indexKeys(): IndexKey[] {
    return this.#generations.map(({ generation, material }) => ({
      generation,
      blind: (text) => hashed(material.derived(`cl/v1/blind/index/${generation}`), text),
    }));
  }

  wipe(): void {
    for (const { material } of this.#generations) material.wipe();
  }

  /** Suite 1, which nothing is sealed under any more: the scope's key itself, and a random 96-bit nonce. */
  async #openOne(key: Uint8Array, part: Extract<SealedPart, { suite: 1 }>, place: Place): Promise<Uint8Array> {
    const imported = await subtle.importKey('raw', key, 'AES-GCM', false, ['decrypt']);
    const nonce = new Uint8Array(fromBase64url(part.nonce));
    return new Uint8Array(await subtle.decrypt(gcm(nonce, this.#associated(part, place)), imported, fromBase64url(part.box)));
  }

  /** Everything that a part belongs to. JSON of an array of strings: no two places give the same text. */
  #associated(part: Head, place: Place): string {
    return JSON.stringify([part.suite, this.tenant, place.stream, place.eventId, part.name, part.scope, part.keyId, part.generation]);
  }
}

function hashed(key: Uint8Array, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url').slice(0, BLIND_LETTERS);
}

function sealing(suite: number, scope: string, generation: number): string {
  return `cl/v${suite}/seal/${scope}/${generation}`;
}

/** What stands in a field has to have that field's length: no byte may pass from one into the next. */
function fieldsOf({ nonce, commitment, box }: Extract<SealedPart, { suite: 2 }>): Committed {
  return { nonce: fromBase64url(nonce), commitment: fromBase64url(commitment), box: fromBase64url(box) };
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
}
