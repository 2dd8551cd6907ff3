import type { FhirResource } from '../../domain/identity/resource.js';
import { openWhole } from '../../domain/record/content.js';
import { openWith } from '../../domain/record/unreadable.js';
import type { Vault } from '../../domain/rings.js';
import type { LedgerEvent } from '../../schemas/catalogue.js';

/** The Patient that a source's event brought, as it was written; undefined for whoever was erased. */
export async function openPatient(vault: Vault, { tenant, stream, id, sealed }: LedgerEvent, patientId: string): Promise<FhirResource | undefined> {
  return openWith(
    (read) => vault.patientRing(tenant, patientId, read),
    async (ring) => JSON.parse((await openWhole(ring, sealed, { stream, eventId: id })).resource) as FhirResource,
  );
}
