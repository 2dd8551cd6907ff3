import { randomBytes } from 'node:crypto';
import type { KeyRing, Vault } from '../../domain/rings.js';
import type { SealedPart } from '../../schemas/event.js';

const RANDOM_BYTES = 16;
const RANDOM_LETTERS = 2 * RANDOM_BYTES;
const CHECK_LETTERS = 12;
const TOKEN = /^tok-[0-9a-f]{44}$/;
/** Identifying texts are what is tokenized. */
const SCOPE = 'identifiers';

/**
 * Tokens of one patient, kept with the bound claims of the key store and sealed under the patient's ring: when the patient's
 * keys go, no token leads anywhere. A token is random, with 48 bits of a keyed hash by which it is known for one of ours, so
 * that a guess stores nothing.
 */
export class PatientTokens {
  constructor(
    private readonly vault: Pick<Vault, 'bind'>,
    private readonly ring: KeyRing,
    private readonly tenant: string,
    private readonly patientId: string,
  ) {}

  /** The token of a text, the same for ever. Two at once get the same. */
  async tokenOf(text: string): Promise<string> {
    const candidate = this.#checked(randomBytes(RANDOM_BYTES).toString('hex'));
    const token = await this.#bound('value', text, candidate);
    // Repeated for a token that is known: the first call may have died between the two.
    await this.#bound('token', token, text);
    return token;
  }

  /** The text that the token stands for; undefined for what is no token of this patient's. */
  async textOf(token: string): Promise<string | undefined> {
    if (!TOKEN.test(token) || this.#checked(token.slice('tok-'.length, 'tok-'.length + RANDOM_LETTERS)) !== token) return undefined;
    return this.#bound('token', token, '').then((text) => (text === '' ? undefined : text));
  }

  #checked(random: string): string {
    const hash = Buffer.from(this.ring.blind('mask', `token-check/${random}`), 'base64url').toString('hex');
    return `tok-${random}${hash.slice(0, CHECK_LETTERS)}`;
  }

  /** Binds and answers what is bound: the first to come decides. */
  async #bound(kind: 'value' | 'token', key: string, content: string): Promise<string> {
    const name = this.ring.blind('mask', `${kind}/${key}`);
    const place = { stream: `${this.tenant}.mask-${this.patientId}`, eventId: name };
    const sealed = await this.ring.seal({ ...place, name: `mask-${kind}`, scope: SCOPE }, content);
    const kept = await this.vault.bind(this.tenant, `mask/${name}`, JSON.stringify(sealed));
    return this.ring.open(JSON.parse(kept) as SealedPart, place);
  }
}
