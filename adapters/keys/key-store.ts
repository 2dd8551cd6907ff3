/** NIST SP 800-57 Part 1 r5, §7. `destroyed` is no row: what was destroyed is in the log. */
export const KEY_STATES = ['pre-active', 'active', 'suspended', 'deactivated', 'compromised'] as const;
export type KeyState = (typeof KEY_STATES)[number];

/** A random 32-byte secret of a patient, a tenant or an index, in one of its generations, wrapped under a tenant's key-encryption key. */
export interface WrappedSecret {
  readonly tenant: string;
  /** Patient id, `tenant` for the tenant's own affairs, `index` for its search indexes, `input/…` for a refused line that is kept. */
  readonly owner: string;
  /** From 1 on. The first also names facts, for ever; the newest seals. */
  readonly generation: number;
  readonly keyId: string;
  /** The key-encryption key; a root key's id in rows from before tenants had keys of their own. */
  readonly kekId: string;
  readonly wrapped: string;
  readonly state: KeyState;
  /** RFC 3339; empty in rows that were made before this was kept. */
  readonly createdAt: string;
}

/** A tenant's key-encryption key, wrapped under a root key. */
export interface WrappedKek {
  readonly tenant: string;
  readonly kekId: string;
  readonly generation: number;
  readonly rootId: string;
  readonly wrapped: string;
  readonly state: KeyState;
  readonly createdAt: string;
}

/** The key under which a tenant's secrets come: the newest that is not waiting for its time. `keks` of one tenant, oldest first. */
export function currentKek(keks: readonly WrappedKek[]): WrappedKek | undefined {
  return keks.findLast(({ state }) => state !== 'pre-active');
}

export const TENANT_OWNER = 'tenant';
export const INDEX_OWNER = 'index';
/** Each refused line that is kept has keys of its own, so that it can be destroyed alone: `input` is the line's keyed hash. */
export const inputOwner = (input: string): string => `input/${input}`;

/** One secret wrapped anew. Nothing happens to a row that is no longer under `fromKekId`: somebody else was faster. */
export interface Rewrap {
  readonly tenant: string;
  readonly owner: string;
  readonly generation: number;
  readonly fromKekId: string;
  readonly kekId: string;
  readonly wrapped: string;
  /** Null: as it was. */
  readonly state: KeyState | null;
}

export interface SecretCount {
  readonly kekId: string;
  readonly state: KeyState;
  readonly secrets: number;
}

/**
 * Where wrapped keys live: apart from the log, so that destroying one really erases, and backed up apart from it.
 * An implementation promises:
 *
 * - Every change is durable when it resolves, and atomic: of two at once, both get what the first stored.
 * - `claim` binds a claim to what is claimed (a patient id, the fingerprint of a command) for ever. When it is the first
 *   of its kind, and a secret came with it, that is stored in the same step; a secret of a claim that lost is not stored.
 * - `erase` removes all secrets of an owner for good, overwritten where the store can, and for ever: afterwards `add` and
 *   `claim` store no secret for that owner (`add` then resolves undefined). Erasing twice is fine.
 * - `rewrap` changes all rows of a call or none; it answers how many it changed. It may be durable no sooner than the next other change,
 *   and no later: a loss of power in between leaves rows under the former key, which is still there.
 * - `secretsUnder` lists by owner then generation, after the given row: with `rewrap` a rotation goes on where it was cut.
 * - Faults are `LedgerFault('keys-unavailable')`, `store-full`, `outcome-unknown` and `overloaded`; repeating is safe.
 */
export interface KeyStore {
  /** All generations of an owner, oldest first. */
  secrets(tenant: string, owner: string): Promise<readonly WrappedSecret[]>;
  /** Stores the secret unless this generation is there already; answers what is there, or undefined for an erased owner. */
  add(secret: WrappedSecret): Promise<WrappedSecret | undefined>;
  setState(tenant: string, owner: string, generation: number, state: KeyState): Promise<void>;
  claim(tenant: string, claim: string, claimed: string, secret: WrappedSecret | null): Promise<string>;
  secretsUnder(tenant: string, kekId: string, page: { after: { owner: string; generation: number } | null; limit: number }): Promise<readonly WrappedSecret[]>;
  rewrap(changes: readonly Rewrap[]): Promise<number>;
  countSecrets(tenant: string): Promise<readonly SecretCount[]>;
  /** All tenants that have a secret here. Looks at each secret where the store cannot do better. */
  tenants(): Promise<readonly string[]>;
  erase(tenant: string, owner: string): Promise<void>;
  isErased(tenant: string, owner: string): Promise<boolean>;
  /** Of one tenant, oldest generation first. */
  keks(tenant: string): Promise<readonly WrappedKek[]>;
  /** Of all tenants. */
  allKeks(): Promise<readonly WrappedKek[]>;
  /** Stores the key unless the tenant has one of this generation; answers what is there. */
  addKek(kek: WrappedKek): Promise<WrappedKek>;
  /** The key wrapped under another root key; false when it is no longer under `fromRootId`. */
  rewrapKek(kek: Pick<WrappedKek, 'tenant' | 'kekId' | 'rootId' | 'wrapped'>, fromRootId: string): Promise<boolean>;
  setKekState(tenant: string, kekId: string, state: KeyState): Promise<void>;
  /** Removes a key under which no secret is wrapped any more; `TypeError` while one is. */
  removeKek(tenant: string, kekId: string): Promise<void>;
  /** How far the log has been carried out here, under a name: a restored backup is behind the log, and knows it. */
  cursor(name: string): Promise<string | null>;
  keepCursor(name: string, position: string): Promise<void>;
  close(): Promise<void>;
}
