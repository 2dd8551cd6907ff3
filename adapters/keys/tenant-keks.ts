import { randomBytes, randomUUID } from 'node:crypto';
import { LedgerFault } from '../../domain/rejections.js';
import { openCommitted, sealCommitted } from '../webcrypto/committing.js';
import { fromBase64url } from '../webcrypto/subtle.js';
import { currentKek, type KeyState, type KeyStore, type WrappedKek, type WrappedSecret } from './key-store.js';
import { Material, SECRET_BYTES } from './material.js';
import type { RootKeys } from './root.js';

const DAY_MS = 86_400_000;
const TRUSTED_MS = 60_000;
const KEKS_AT_MOST = 10_000;

/** What a secret is wrapped for. Bound in: no row can be moved to another owner, generation or key. */
export type SecretPlace = Pick<WrappedSecret, 'tenant' | 'owner' | 'keyId' | 'generation'>;

interface Current {
  readonly kek: Promise<WrappedKek>;
  readonly untilMs: number;
}

/**
 * Key-encryption keys, one a tenant in generations, each random and stored wrapped under a root key. Patients' secrets are
 * wrapped under them in this process, so that the root's provider is asked once a tenant and not once a patient.
 */
export class TenantKeks {
  readonly #current = new Map<string, Current>();
  readonly #open = new Map<string, Promise<Material | null>>();

  constructor(
    private readonly store: KeyStore,
    private readonly root: RootKeys,
    private readonly nowMs: () => number,
    private readonly cryptoperiodDays = Number.POSITIVE_INFINITY,
    private readonly keksAtMost = KEKS_AT_MOST,
  ) {}

  /** The id of the key under which the tenant's secrets are wrapped now; made when the tenant has none that may wrap. */
  async currentId(tenant: string): Promise<string> {
    return (await this.#currentKek(tenant)).kekId;
  }

  async wrap(place: SecretPlace, secret: Uint8Array): Promise<{ kekId: string; wrapped: string }> {
    const { kekId } = await this.#currentKek(place.tenant);
    const kek = await this.#material(place.tenant, kekId);
    if (kek === null) throw new LedgerFault('key-unreadable', { cause: new Error('the current key-encryption key is gone') });
    const bytes = sealCommitted(kek.secret(), contextOf(place, kekId), secret);
    return { kekId, wrapped: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url') };
  }

  /** Throws `key-unreadable` when the row was changed, cut or moved, or its key-encryption key is gone. */
  async unwrap(row: SecretPlace & Pick<WrappedSecret, 'kekId' | 'wrapped'>): Promise<Uint8Array<ArrayBuffer>> {
    const context = contextOf(row, row.kekId);
    const kek = await this.#material(row.tenant, row.kekId);
    // Rows from before tenants had keys of their own are under the root key itself.
    if (kek === null) return this.root.unwrap({ rootId: row.kekId, wrapped: row.wrapped }, context);
    try {
      return openCommitted(kek.secret(), context, fromBase64url(row.wrapped));
    } catch (cause) {
      throw new LedgerFault('key-unreadable', { cause });
    }
  }

  /** Makes the key of the next generation current. Of two at once both get the same. */
  async advance(tenant: string, from: WrappedKek): Promise<WrappedKek> {
    const made = await this.#activated(await this.#make(tenant, from.generation + 1, 'active'));
    this.#current.delete(tenant);
    return made;
  }

  /** Makes the key of the next generation, and leaves it unused: every process knows it before anything is wrapped under it. */
  prepare(tenant: string, from: WrappedKek): Promise<WrappedKek> {
    return this.#make(tenant, from.generation + 1, 'pre-active');
  }

  /** The same key wrapped under the root's current key. */
  async rewrapUnderRoot(kek: WrappedKek): Promise<boolean> {
    const secret = await this.root.unwrap(kek, kekContext(kek));
    try {
      const under = await this.root.wrap(secret, kekContext(kek));
      return await this.store.rewrapKek({ tenant: kek.tenant, kekId: kek.kekId, ...under }, kek.rootId);
    } finally {
      secret.fill(0);
    }
  }

  /** Which key is current is looked up anew; the keys themselves stay in memory for those who use them. */
  forgetCurrent(tenant: string): void {
    this.#current.delete(tenant);
  }

  /** Nothing of the tenant's keys is kept in memory; what comes next is read from the store. */
  forget(tenant: string): void {
    this.#current.delete(tenant);
    for (const name of [...this.#open.keys()].filter((one) => one.startsWith(`${tenant}/`))) this.#drop(name);
  }

  wipe(): void {
    for (const name of [...this.#open.keys()]) this.#drop(name);
    this.#current.clear();
  }

  async #currentKek(tenant: string): Promise<WrappedKek> {
    const known = this.#current.get(tenant);
    if (known !== undefined && known.untilMs > this.nowMs()) return known.kek;
    const kek = this.#find(tenant);
    this.#current.set(tenant, { kek, untilMs: this.nowMs() + TRUSTED_MS });
    kek.catch(() => this.#current.delete(tenant));
    return kek;
  }

  async #find(tenant: string): Promise<WrappedKek> {
    const newest = currentKek(await this.store.keks(tenant));
    if (newest?.state === 'active' && this.#isExpired(newest)) throw new LedgerFault('key-expired');
    if (newest?.state === 'active') return newest;
    if (newest?.state === 'suspended') throw new LedgerFault('key-suspended');
    return this.#activated(await this.#make(tenant, (newest?.generation ?? 0) + 1, 'active'));
  }

  /** One that was made ahead of its time is needed now. */
  async #activated(kek: WrappedKek): Promise<WrappedKek> {
    if (kek.state !== 'pre-active') return kek;
    await this.store.setKekState(kek.tenant, kek.kekId, 'active');
    return { ...kek, state: 'active' };
  }

  #isExpired({ createdAt }: WrappedKek): boolean {
    return this.nowMs() - Date.parse(createdAt) > this.cryptoperiodDays * DAY_MS;
  }

  async #make(tenant: string, generation: number, state: KeyState): Promise<WrappedKek> {
    const place = { tenant, kekId: randomUUID(), generation };
    const secret = new Uint8Array(randomBytes(SECRET_BYTES));
    try {
      const under = await this.root.wrap(secret, kekContext(place));
      return await this.store.addKek({ ...place, ...under, state, createdAt: new Date(this.nowMs()).toISOString() });
    } finally {
      secret.fill(0);
    }
  }

  #material(tenant: string, kekId: string): Promise<Material | null> {
    const name = `${tenant}/${kekId}`;
    const known = this.#open.get(name);
    if (known !== undefined) return known;
    const opening = this.#load(tenant, kekId);
    this.#open.set(name, opening);
    const forget = () => this.#open.delete(name);
    opening.then((found) => found === null && forget(), forget);
    for (const oldest of this.#open.keys()) {
      if (this.#open.size <= this.keksAtMost) break;
      this.#drop(oldest);
    }
    return opening;
  }

  /** Null when the tenant has no such key. */
  async #load(tenant: string, kekId: string): Promise<Material | null> {
    const kek = (await this.store.keks(tenant)).find((one) => one.kekId === kekId);
    if (kek === undefined) return null;
    return new Material(await this.root.unwrap(kek, kekContext(kek)));
  }

  #drop(name: string): void {
    this.#open.get(name)?.then(
      (material) => material?.wipe(),
      () => undefined,
    );
    this.#open.delete(name);
  }
}

function contextOf({ tenant, owner, keyId, generation }: SecretPlace, kekId: string): string {
  return JSON.stringify([tenant, owner, keyId, generation, kekId]);
}

/** What a key-encryption key is bound to: it opens nowhere else. */
export function kekContext({ tenant, kekId, generation }: Pick<WrappedKek, 'tenant' | 'kekId' | 'generation'>): string {
  return JSON.stringify(['kek', tenant, kekId, generation]);
}
