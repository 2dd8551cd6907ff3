import type { FhirResource } from '../../domain/identity/resource.js';
import { openWhole } from '../../domain/record/content.js';
import type { Vault } from '../../domain/rings.js';
import type { LedgerEvent } from '../../schemas/catalogue.js';

/** The Patient that a source's event brought, as it was written; undefined for whoever was erased. */
export async function openPatient(vault: Vault, { tenant, stream, id, sealed }: LedgerEvent, patientId: string): Promise<FhirResource | undefined> {
  const ring = await vault.patientRing(tenant, patientId);
  if (ring === undefined) return undefined;
  const { resource } = await openWhole(ring, sealed, { stream, eventId: id });
  return JSON.parse(resource) as FhirResource;
}
