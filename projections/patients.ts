import { isAssertion, type LedgerEvent, type Recorded } from '../schemas/catalogue.js';
import { type Changes, NO_CHANGES, type Projection, type RowView } from './projection.js';

/** Blind identifier tokens of a patient by source record: what a source's newest demographics say replaces what they said. */
export interface PatientRow {
  readonly patientId: string;
  readonly registeredAt: string;
  readonly identifiers: Readonly<Record<string, readonly string[]>>;
}

/**
 * The patient index, for finding a patient by identifier. The tokens are under the tenant's key and stand in rows that can be
 * deleted, never in events; so somebody who holds the keys has to read them out of the sealed demographics first
 * (`identifiersOf`), and this model runs where the keys are.
 */
export function patientsProjection(identifiersOf: (event: LedgerEvent) => readonly string[]): Projection {
  return {
    name: 'patients',
    version: 1,
    events: ['patient-registered', 'demographics-updated'],
    needs: (event) => ({ keys: isAssertion(event) ? [patientKey(event.tenant, event.data.patientId)] : [], index: [] }),
    apply: (recorded, rows) => apply(recorded, rows, identifiersOf),
  };
}

function apply({ event }: Recorded, rows: RowView, identifiersOf: (event: LedgerEvent) => readonly string[]): Changes {
  if (event.type !== 'patient-registered' && event.type !== 'demographics-updated') return NO_CHANGES;
  const { patientId } = event.data;
  const key = patientKey(event.tenant, patientId);
  const known = rows.get(key)?.value as PatientRow | undefined;
  const record = `${event.source?.id}/${event.source?.recordKey}`;
  const value: PatientRow = {
    patientId,
    registeredAt: known?.registeredAt ?? event.recordedAt,
    identifiers: { ...known?.identifiers, [record]: identifiersOf(event) },
  };
  const tokens = new Set(Object.values(value.identifiers).flat());
  return { put: [{ key, value, index: [...tokens].map((token) => identifierIndex(event.tenant, token)) }], remove: [] };
}

export function patientKey(tenant: string, patientId: string): string {
  return `${tenant}/${patientId}`;
}

export function identifierIndex(tenant: string, token: string): string {
  return `i/${tenant}/${token}`;
}
