import type { KeyRing } from './ports.js';

/** Names a source's patient record within the tenant, so that registering it twice, or twice at once, makes one patient. */
export function claimOf(tenantRing: KeyRing, sourceId: string, sourceRecordId: string): string {
  return tenantRing.blind('claim', `${sourceId}|${sourceRecordId}`);
}
