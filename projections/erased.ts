import type { EventOf, LedgerEvent } from '../schemas/catalogue.js';
import type { Changes, RowView } from './projection.js';

export type Forgetting = EventOf<'erasure-ordered'>;

/** The event from which on a read model holds nothing of a patient. It is the order, and not the certificate: that says that it is so. */
export function isForgetting(event: LedgerEvent): event is Forgetting {
  return event.type === 'erasure-ordered';
}

/**
 * The mark that a patient was erased, in models whose other rows could not tell: what was on its way to the log when the order came
 * must not bring anything back. No tenant's name begins like this.
 */
export function erasedKey(tenant: string, patientId: string): string {
  return `~erased/${tenant}/${patientId}`;
}

export function isErasedIn(rows: RowView, tenant: string, patientId: string | null): boolean {
  return patientId !== null && rows.get(erasedKey(tenant, patientId)) !== undefined;
}

/** These rows go, and the mark stays. */
export function forgotten({ tenant, data: { patientId } }: Forgetting, rows: Iterable<{ readonly key: string }>): Changes {
  return { put: [{ key: erasedKey(tenant, patientId), value: { patientId }, index: [] }], remove: [...rows].map(({ key }) => key) };
}
