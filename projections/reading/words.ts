import { damageBehind, openWith, ringsOf, type Unreadable } from '../../domain/record/unreadable.js';
import type { KeyRing, Vault } from '../../domain/rings.js';
import type { SealedText } from '../../schemas/read-models/sealed-text.js';
import { type DamageSaid, damageOf } from './damage.js';

/** What a reader is given of a sealed text. `none`: there is nothing, or its keys were erased. */
export type Word =
  | { readonly kind: 'none' }
  | { readonly kind: 'withheld' }
  | { readonly kind: 'unreadable'; readonly unreadable: Unreadable }
  | { readonly kind: 'shown'; readonly text: string };

/** The keys of a patient, or of the tenant's own affairs. */
export type OwnerRings = (patientId: string | null, read?: 'anew') => Promise<KeyRing | undefined>;

export function ownersOf(vault: Vault, tenant: string): OwnerRings {
  const patients = ringsOf(vault, tenant);
  return (patientId, read) => (patientId === null ? vault.tenantRing(tenant, read) : patients(patientId, read));
}

const NONE: Word = { kind: 'none' };

/** Opens what people wrote in requests and proposals, each text by itself, and keeps count. */
export class Words {
  #count = 0;
  readonly #unreadable: Unreadable[] = [];

  constructor(private readonly ringOf: OwnerRings) {}

  /** How many sealed parts were opened: what is withheld is none of them. */
  get count(): number {
    return this.#count;
  }

  get unreadable(): readonly Unreadable[] {
    return this.#unreadable;
  }

  async of(patientId: string | null, text: SealedText | null): Promise<Word> {
    if (text === null) return NONE;
    try {
      const word = await openWith(
        (read) => this.ringOf(patientId, read),
        (ring) => opened(ring, text),
      );
      if (word?.kind === 'shown') this.#count += 1;
      return word ?? NONE;
    } catch (fault) {
      const code = await damageBehind(fault, () => this.ringOf(null, 'anew'));
      const unreadable = { code, eventId: text.eventId, stream: text.stream };
      this.#unreadable.push(unreadable);
      return { kind: 'unreadable', unreadable };
    }
  }
}

async function opened(ring: KeyRing, text: SealedText): Promise<Word> {
  return ring.holds(text.sealed) ? { kind: 'shown', text: await ring.open(text.sealed, text) } : { kind: 'withheld' };
}

export interface WordSaid extends DamageSaid {
  readonly text?: string;
  readonly withheld?: true;
}

/** The text, or why there is none; no mark where nothing was written. */
export function wordJson(word: Word): WordSaid {
  switch (word.kind) {
    case 'none':
      return {};
    case 'withheld':
      return { withheld: true };
    case 'unreadable':
      return damageOf(word.unreadable);
    case 'shown':
      return { text: word.text };
  }
}
