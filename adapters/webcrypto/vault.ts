import { randomBytes, randomUUID } from 'node:crypto';
import type { KeyRing, Vault } from '../../commands/ports.js';
import { LedgerFault } from '../../domain/rejections.js';
import type { KekProvider } from '../keys/kek.js';
import { type KeyStore, TENANT_OWNER, type WrappedSecret } from '../keys/key-store.js';
import { SecretKeyRing } from './key-ring.js';

const RINGS_AT_MOST = 20_000;
/** How long a ring may be used without looking whether its secret still is there. */
const RING_TRUSTED_MS = 5 * 60 * 1000;
const GENERATION = 1;

interface Cached {
  readonly ring: Promise<KeyRing | undefined>;
  readonly untilMs: number;
}

/** Rings out of wrapped secrets, kept for a while: bounded by number and by age. */
export class WrappedVault implements Vault {
  readonly #rings = new Map<string, Cached>();

  constructor(
    private readonly store: KeyStore,
    private readonly kek: KekProvider,
    private readonly nowMs: () => number,
  ) {}

  async claimPatient(tenant: string, claim: string, patientId?: string): Promise<string> {
    const candidate = patientId ?? randomUUID();
    const secret = patientId === undefined ? await this.#fresh(tenant, candidate) : null;
    return this.store.claim(tenant, claim, candidate, secret);
  }

  bind(tenant: string, key: string, value: string): Promise<string> {
    return this.store.claim(tenant, `bound/${key}`, value, null);
  }

  patientRing(tenant: string, patientId: string): Promise<KeyRing | undefined> {
    return this.#ring(tenant, patientId, async () => {
      const secret = await this.store.get(tenant, patientId);
      return secret === undefined ? undefined : this.#open(secret);
    });
  }

  async tenantRing(tenant: string): Promise<KeyRing> {
    const ring = await this.#ring(tenant, TENANT_OWNER, async () => {
      const known = await this.store.get(tenant, TENANT_OWNER);
      return this.#open(known ?? (await this.store.putIfAbsent(await this.#fresh(tenant, TENANT_OWNER))));
    });
    return ring as KeyRing;
  }

  #ring(tenant: string, owner: string, load: () => Promise<KeyRing | undefined>): Promise<KeyRing | undefined> {
    const name = `${tenant}/${owner}`;
    const known = this.#rings.get(name);
    if (known !== undefined && known.untilMs > this.nowMs()) return known.ring;
    const ring = load();
    this.#rings.delete(name);
    this.#rings.set(name, { ring, untilMs: this.nowMs() + RING_TRUSTED_MS });
    // Neither an absence nor a fault is remembered: both may be over a moment later.
    const forget = () => this.#rings.delete(name);
    ring.then((found) => found === undefined && forget(), forget);
    const oldest = this.#rings.keys().next().value;
    if (this.#rings.size > RINGS_AT_MOST && oldest !== undefined) this.#rings.delete(oldest);
    return ring;
  }

  async #fresh(tenant: string, owner: string): Promise<WrappedSecret> {
    const keyId = randomUUID();
    const place = { tenant, owner, keyId, generation: GENERATION, kekId: this.kek.kekId };
    const secret = randomBytes(32);
    const wrapped = await this.kek.wrap(secret, contextOf(place));
    secret.fill(0);
    return { ...place, wrapped };
  }

  async #open(wrapped: WrappedSecret): Promise<KeyRing> {
    let secret: Uint8Array<ArrayBuffer>;
    try {
      secret = new Uint8Array(await this.kek.unwrap(wrapped.wrapped, wrapped.kekId, contextOf(wrapped)));
    } catch (cause) {
      throw new LedgerFault('keys-unavailable', { cause });
    }
    const ring = await SecretKeyRing.of(wrapped, secret);
    secret.fill(0);
    return ring;
  }
}

function contextOf(secret: Omit<WrappedSecret, 'wrapped'>): string {
  return JSON.stringify([secret.tenant, secret.owner, secret.keyId, secret.generation, secret.kekId]);
}
