import type { KeyRing, Vault } from '../../domain/rings.js';

/** A vault whose rings hold these scopes and no others: what code that answers a reader is given to work with. */
export function entitledVault(vault: Vault, scopes: ReadonlySet<string>): Vault {
  const limited = (ring: KeyRing | undefined) => ring?.limitedTo(scopes);
  return {
    ...vault,
    patientRing: async (tenant, patientId, read) => limited(await vault.patientRing(tenant, patientId, read)),
    withInput: (tenant, input, use, first) => vault.withInput(tenant, input, (ring) => use(ring.limitedTo(scopes)), first),
    tenantRing: async (tenant, read) => (await vault.tenantRing(tenant, read)).limitedTo(scopes),
  };
}
