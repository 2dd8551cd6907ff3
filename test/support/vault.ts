import type { KeyStore } from '../../adapters/keys/key-store.js';
import { Material } from '../../adapters/keys/material.js';
import { OwnerKeys } from '../../adapters/keys/owner-keys.js';
import type { RootKeys } from '../../adapters/keys/root.js';
import { TenantKeks } from '../../adapters/keys/tenant-keks.js';
import { UsedRing } from '../../adapters/keys/used-ring.js';
import type { KeyUse } from '../../adapters/keys/uses.js';
import { KeyVault, VAULT_LIMITS, type VaultLimits } from '../../adapters/keys/vault.js';
import { MemoryKeyStore } from '../../adapters/memory/key-store.js';
import type { KeyRing, KeyUser, Vault } from '../../domain/rings.js';
import { MemoryRootKeys } from './root-keys.js';

export const TESTER: KeyUser = { subject: 'tester', purpose: 'SYSADMIN', reason: 'test' };

/** A vault over stores in memory, or over those that are given, and every use that was made of it. */
export class TestVault {
  readonly keks: TenantKeks;
  readonly keys: KeyVault;
  readonly vault: Vault;
  readonly uses: KeyUse[] = [];

  constructor(
    readonly store: KeyStore = new MemoryKeyStore(),
    readonly root: RootKeys = new MemoryRootKeys(),
    nowMs: () => number = Date.now,
    limits: Partial<VaultLimits> = {},
    kekDays = Number.POSITIVE_INFINITY,
  ) {
    this.keks = new TenantKeks(store, root, nowMs, kekDays);
    this.keys = new KeyVault(store, this.keks, { note: (use) => this.uses.push(use) }, nowMs, { ...VAULT_LIMITS, ...limits });
    this.vault = this.keys.usedBy(TESTER);
  }

  /** Another process on the same stores. */
  another(): TestVault {
    return new TestVault(this.store, this.root);
  }
}

/** The keys of a new patient, for tests of what rings do. */
export async function newRing(vault: Vault = new TestVault().vault, tenant = 'acme'): Promise<{ patientId: string; ring: KeyRing }> {
  const patientId = await vault.claimPatient(tenant, `claim ${Math.random()}`);
  return { patientId, ring: (await vault.patientRing(tenant, patientId)) as KeyRing };
}

export interface RingOwner {
  readonly tenant: string;
  readonly owner: string;
  readonly keyId: string;
  readonly generation: number;
}

/** A ring of one generation out of a secret that the test knows. */
export function ringFrom({ tenant, owner, keyId, generation }: RingOwner, secret: Uint8Array): KeyRing {
  const material = new Material(new Uint8Array(secret));
  return new UsedRing(new OwnerKeys(tenant, owner, [{ keyId, generation, state: 'active', material }]), TESTER, { note: () => undefined });
}
