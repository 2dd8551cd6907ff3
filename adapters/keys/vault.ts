import { randomBytes, randomUUID } from 'node:crypto';
import { LedgerFault } from '../../domain/rejections.js';
import type { IndexKey, KeyRing, Keys, KeyUser, Vault } from '../../domain/rings.js';
import { INDEX_OWNER, inputOwner, type KeyStore, TENANT_OWNER, type WrappedSecret } from './key-store.js';
import { Material, SECRET_BYTES } from './material.js';
import { OwnerCache } from './owner-cache.js';
import { type Generation, OwnerKeys } from './owner-keys.js';
import type { TenantKeks } from './tenant-keks.js';
import { UsedRing } from './used-ring.js';
import type { KeyOperation, KeyUses } from './uses.js';

const DAY_MS = 86_400_000;
/** The key above wraps nothing just now, and unwraps all the same. */
const UNWRAPS_ON: ReadonlySet<string> = new Set(['key-expired', 'key-suspended']);

export interface VaultLimits {
  readonly ringsAtMost: number;
  /** How long an owner's keys may be used without looking whether they still are there. */
  readonly trustedMs: number;
  /** After so long a generation seals nothing more, and the next is made (NIST SP 800-57 Part 1 r5, Table 1: at most two years). */
  readonly cryptoperiodDays: number;
}

export const VAULT_LIMITS: VaultLimits = { ringsAtMost: 20_000, trustedMs: 5 * 60_000, cryptoperiodDays: 730 };

/** Owners' keys out of wrapped secrets, kept for a while: bounded by number and by age, and overwritten when they are given up. */
export class KeyVault implements Keys {
  readonly cache: OwnerCache;

  constructor(
    private readonly store: KeyStore,
    private readonly keks: TenantKeks,
    private readonly uses: KeyUses,
    private readonly nowMs: () => number,
    private readonly limits: VaultLimits = VAULT_LIMITS,
  ) {
    this.cache = new OwnerCache(nowMs, limits);
  }

  usedBy(user: KeyUser): Vault {
    const ringOf = async (keys: Promise<OwnerKeys | undefined>): Promise<KeyRing | undefined> => {
      const found = await keys;
      return found === undefined ? undefined : new UsedRing(found, user, this.uses);
    };
    return {
      claimPatient: (tenant, claim, patientId) => this.#claim(user, tenant, claim, patientId),
      bind: (tenant, key, value) => this.store.claim(tenant, `bound/${key}`, value, null),
      patientRing: (tenant, patientId, read) => {
        if (read === 'anew') this.cache.renew(tenant, patientId);
        return ringOf(this.#known(user, tenant, patientId));
      },
      tenantRing: (tenant, read) => {
        if (read === 'anew') this.cache.renew(tenant, TENANT_OWNER);
        return ringOf(this.#own(user, tenant, TENANT_OWNER)) as Promise<KeyRing>;
      },
      withInput: (tenant, input, use, first) => this.#withInput(user, tenant, inputOwner(input), use, first === 'make'),
      indexKeys: (tenant, atLeast) => this.#indexKeys(user, tenant, atLeast ?? 1),
      standing: (tenant, patientId) => this.#standing(tenant, patientId),
      keysOf: async (tenant, patientId) => (await this.store.secrets(tenant, patientId)).map(({ keyId, generation }) => ({ keyId, generation })),
    };
  }

  /** The owner's keys are overwritten at once: a use in flight is refused. */
  forget(tenant: string, owner: string): void {
    this.cache.forget(tenant, owner);
  }

  /** What is asked for from now on is read from the store; uses in flight finish with the keys that they have. */
  refresh(tenant: string, owner: string): void {
    this.cache.renew(tenant, owner);
  }

  /** All keys of a tenant are overwritten at once. Uses in flight are refused (`keys-unavailable`): whoever repeats them gets keys that are read anew. */
  forgetTenant(tenant: string): void {
    this.cache.forgetTenant(tenant);
    this.keks.forget(tenant);
  }

  /**
   * A generation after `after` (the newest when absent), which the caller has put out of use. Of two at once both get the same, and
   * so does who comes after somebody that needed it sooner: reading a key out of use makes its successor.
   */
  async renew(user: KeyUser, tenant: string, owner: string, after?: number): Promise<WrappedSecret | undefined> {
    const newest = (await this.store.secrets(tenant, owner)).at(-1);
    if (newest === undefined) return undefined;
    if (after !== undefined && newest.generation > after) return newest;
    const made = await this.store.add(await this.#fresh(user, tenant, owner, newest.generation + 1));
    this.cache.renew(tenant, owner);
    return made;
  }

  close(): void {
    this.cache.wipe();
    this.keks.wipe();
  }

  async #claim(user: KeyUser, tenant: string, claim: string, patientId?: string): Promise<string> {
    const candidate = patientId ?? randomUUID();
    const secret = patientId === undefined ? await this.#fresh(user, tenant, candidate, 1) : null;
    try {
      return await this.store.claim(tenant, claim, candidate, secret);
    } catch (fault) {
      // It may be that the key that it was wrapped under has gone: whoever repeats it finds the current one.
      this.keks.forgetCurrent(tenant);
      throw fault;
    }
  }

  /** Patients' keys are made by a claim alone: nobody has keys because somebody asked for them. */
  #known(user: KeyUser, tenant: string, owner: string): Promise<OwnerKeys | undefined> {
    return this.cache.get(tenant, owner, async () => this.#open(user, await this.store.secrets(tenant, owner)));
  }

  #own(user: KeyUser, tenant: string, owner: string): Promise<OwnerKeys | undefined> {
    return this.cache.get(tenant, owner, () => this.#openOrMake(user, tenant, owner));
  }

  async #openOrMake(user: KeyUser, tenant: string, owner: string): Promise<OwnerKeys | undefined> {
    const known = await this.store.secrets(tenant, owner);
    if (known.length > 0) return this.#open(user, known);
    const made = await this.store.add(await this.#fresh(user, tenant, owner, 1));
    return this.#open(user, made === undefined ? [] : [made]);
  }

  /** A line is kept once and read hardly ever: among the patients' its keys would only push others out. */
  async #withInput<T>(user: KeyUser, tenant: string, owner: string, use: (ring: KeyRing) => Promise<T>, makes: boolean): Promise<T | undefined> {
    const keys = await (makes ? this.#openOrMake(user, tenant, owner) : this.#open(user, await this.store.secrets(tenant, owner)));
    if (keys === undefined) return undefined;
    try {
      return await use(new UsedRing(keys, user, this.uses));
    } finally {
      keys.wipe();
    }
  }

  async #indexKeys(user: KeyUser, tenant: string, atLeast: number): Promise<readonly IndexKey[]> {
    const now = async () => (await this.#own(user, tenant, INDEX_OWNER))?.indexKeys() ?? [];
    const known = await now();
    if (known.some(({ generation }) => generation >= atLeast)) return known;
    this.cache.renew(tenant, INDEX_OWNER);
    return now();
  }

  async #standing(tenant: string, patientId: string): Promise<'known' | 'erased' | 'unknown'> {
    if (this.cache.has(tenant, patientId) || (await this.store.secrets(tenant, patientId)).length > 0) return 'known';
    return (await this.store.isErased(tenant, patientId)) ? 'erased' : 'unknown';
  }

  async #open(user: KeyUser, rows: readonly WrappedSecret[]): Promise<OwnerKeys | undefined> {
    const newest = rows.at(-1);
    if (newest === undefined) return undefined;
    const { tenant, owner } = newest;
    const all = this.#sealsNoMore(newest) ? await this.#followed(user, rows, newest) : rows;
    const generations: Generation[] = [];
    for (const row of all) {
      this.#note(user, 'unwrap', row);
      generations.push({ keyId: row.keyId, generation: row.generation, state: row.state, material: new Material(await this.#unwrapped(user, row)) });
    }
    return generations.length === 0 ? undefined : new OwnerKeys(tenant, owner, generations);
  }

  /** With the next generation. Where none can be made just now, what there is still opens, and seals nothing. */
  async #followed(user: KeyUser, rows: readonly WrappedSecret[], newest: WrappedSecret): Promise<readonly WrappedSecret[]> {
    const { tenant, owner, generation, state } = newest;
    if (state === 'active') await this.store.setState(tenant, owner, generation, 'deactivated');
    try {
      const next = await this.store.add(await this.#fresh(user, tenant, owner, generation + 1));
      // Erased in the meantime: nothing is there any more.
      return next === undefined ? [] : [...rows, next];
    } catch (fault) {
      if (!(fault instanceof LedgerFault) || !UNWRAPS_ON.has(fault.code)) throw fault;
      return [...rows.slice(0, -1), { ...newest, state: state === 'active' ? 'deactivated' : state }];
    }
  }

  /** Past its cryptoperiod, or put out of use: what it sealed still opens. A suspended one waits for a decision instead. */
  #sealsNoMore({ state, createdAt }: WrappedSecret): boolean {
    if (state === 'deactivated' || state === 'compromised') return true;
    return state === 'active' && createdAt !== '' && this.nowMs() - Date.parse(createdAt) > this.limits.cryptoperiodDays * DAY_MS;
  }

  async #unwrapped(user: KeyUser, row: WrappedSecret): Promise<Uint8Array<ArrayBuffer>> {
    try {
      return await this.keks.unwrap(row);
    } catch (fault) {
      this.#note(user, 'failure', row);
      throw fault;
    }
  }

  async #fresh(user: KeyUser, tenant: string, owner: string, generation: number): Promise<WrappedSecret> {
    const place = { tenant, owner, keyId: randomUUID(), generation };
    this.#note(user, 'generate', place);
    const secret = randomBytes(SECRET_BYTES);
    try {
      return { ...place, ...(await this.keks.wrap(place, secret)), state: 'active', createdAt: new Date(this.nowMs()).toISOString() };
    } finally {
      secret.fill(0);
    }
  }

  #note(user: KeyUser, operation: KeyOperation, { tenant, owner, generation }: Pick<WrappedSecret, 'tenant' | 'owner' | 'generation'>): void {
    this.uses.note({ tenant, owner, user, operation, scope: `generation-${generation}` });
  }
}
