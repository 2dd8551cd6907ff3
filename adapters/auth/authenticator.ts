import { type CryptoKey, jwtVerify, type KeyObject } from 'jose';
import type { Caller } from '../../commands/request.js';
import { strictAjv } from '../ajv.js';
import { Claims } from './claims.js';
import { AUDIENCE, DEVELOPMENT_ISSUER, type DevelopmentIssuer } from './development-issuer.js';

const CACHED_AT_MOST = 10_000;

interface Verified {
  readonly caller: Caller;
  readonly untilMs: number;
}

/** Who stands behind a bearer token. Verified tokens are remembered until they expire: a signature check costs more than a command. */
export class Authenticator {
  readonly #verified = new Map<string, Verified>();
  readonly #fits = strictAjv().compile(Claims);

  private constructor(
    private readonly key: CryptoKey | KeyObject | Uint8Array,
    private readonly nowMs: () => number,
    private readonly cachedAtMost: number,
  ) {}

  static async of(issuer: DevelopmentIssuer, nowMs: () => number, cachedAtMost: number = CACHED_AT_MOST): Promise<Authenticator> {
    return new Authenticator(await issuer.verificationKey(), nowMs, cachedAtMost);
  }

  /** Undefined when the header carries no valid token: the reason is nobody's business. */
  authenticate(authorization: string | undefined): Caller | undefined | Promise<Caller | undefined> {
    if (authorization === undefined || !authorization.startsWith('Bearer ')) return undefined;
    const token = authorization.slice('Bearer '.length);
    const known = this.#verified.get(token);
    if (known === undefined) return this.#verify(token);
    if (known.untilMs > this.nowMs()) return known.caller;
    this.#verified.delete(token);
    return undefined;
  }

  async #verify(token: string): Promise<Caller | undefined> {
    try {
      const { payload } = await jwtVerify(token, this.key, { issuer: DEVELOPMENT_ISSUER, audience: AUDIENCE, algorithms: ['EdDSA'] });
      if (!this.#fits(payload)) return undefined;
      const { sub, tenant, roles, purpose, organization, exp } = payload as unknown as Claims;
      const caller: Caller = { tenant, actor: { subject: sub, roles, organization: organization ?? null }, purpose };
      this.#remember(token, { caller, untilMs: exp * 1000 });
      return caller;
    } catch {
      // Whatever jose found wrong with it, the answer is the same: nobody.
      return undefined;
    }
  }

  #remember(token: string, verified: Verified): void {
    const oldest = this.#verified.keys().next().value;
    if (this.#verified.size >= this.cachedAtMost && oldest !== undefined) this.#verified.delete(oldest);
    this.#verified.set(token, verified);
  }
}
