import type { JsonObject } from '../../domain/json/json-value.js';
import { shiftDaysFrom } from '../../domain/masking/dates.js';
import type { KnownTexts } from '../../domain/masking/known-texts.js';
import type { Plan } from '../../domain/masking/plan.js';
import type { MaskTools, Shapes } from '../../domain/masking/tools.js';
import { type MaskedResource, maskResource } from '../../domain/masking/walk.js';
import type { KeyRing } from '../../domain/rings.js';
import { digitCipher } from './ff1.js';
import { hashedId } from './pseudonym.js';
import type { PatientTokens } from './tokens.js';

const TOKENS_AT_MOST = 500;

export interface MaskingParts {
  readonly shapes: Shapes;
  readonly ring: KeyRing;
  readonly tokens: PatientTokens;
  readonly plan: Plan;
  readonly pseudonym: string;
  readonly known: KnownTexts;
  readonly scrub: (text: string) => string;
  readonly nowYear: number;
}

/** A resource of a patient, and the source whose ids stand in it. */
export interface Written {
  readonly source: string;
  readonly resource: JsonObject;
}

/** Masks resources of one patient under one plan, with that patient's keys. */
export class PatientMasking {
  readonly #parts: MaskingParts;
  readonly #tools: Omit<MaskTools, 'idFor' | 'tokenFor'>;
  readonly #tokens = new Map<string, string | undefined>();

  constructor(parts: MaskingParts) {
    const { shapes, ring, plan, pseudonym, known, scrub, nowYear } = parts;
    this.#parts = parts;
    this.#tools = { shapes, digits: digitCipher(ring, plan.name), shiftDays: shiftDaysOf(ring), nowYear, known, scrub, pseudonym };
  }

  /** Tokens are made between two walks: the first finds what there is to tokenize. */
  async mask(written: readonly Written[]): Promise<MaskedResource[]> {
    const first = written.map((one) => this.#masked(one));
    const missing = [...this.#tokens].filter(([, token]) => token === undefined).map(([text]) => text);
    if (missing.length === 0) return first;
    for (const text of missing) this.#tokens.set(text, await this.#parts.tokens.tokenOf(text));
    return written.map((one) => this.#masked(one));
  }

  #masked({ source, resource }: Written): MaskedResource {
    const { plan, ring } = this.#parts;
    return maskResource(resource, plan, {
      ...this.#tools,
      idFor: (id) => hashedId(ring, `${source}/${id}`),
      tokenFor: (text) => this.#tokenFor(text),
    });
  }

  /** Null past the limit; empty as long as the token is not made. */
  #tokenFor(text: string): string | null {
    if (!this.#tokens.has(text)) {
      if (this.#tokens.size >= TOKENS_AT_MOST) return null;
      this.#tokens.set(text, undefined);
    }
    return this.#tokens.get(text) ?? '';
  }
}

/** One offset for all dates of the patient. */
function shiftDaysOf(ring: KeyRing): number {
  return shiftDaysFrom(Buffer.from(ring.blind('mask', 'shift'), 'base64url').readUIntBE(0, 6));
}
