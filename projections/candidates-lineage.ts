import { addVersion, type Lineage, removeVersions, type VersionRef } from '../domain/record/versions.js';
import type { EventOf, LedgerEvent } from '../schemas/catalogue.js';
import { type LineageRow, lineageKey, lineagesOf } from './candidates-rows.js';
import type { RowView } from './projection.js';

/** Of a patient's source records, and of versions that do not compare, none beyond these is matched: no person is known to so many systems. */
const RECORDS_AT_MOST = 32;
const VERSIONS_AT_MOST = 64;

export type Demographic = EventOf<'patient-registered' | 'demographics-updated' | 'fact-retracted'>;

export function isDemographic(event: LedgerEvent): event is Demographic {
  if (event.type === 'fact-retracted') return event.data.category === 'demographics';
  return event.type === 'patient-registered' || event.type === 'demographics-updated';
}

/** Whether the event's version is live, and which versions it ended; undefined beyond what is matched of one patient. */
export function lineageAfter(event: Demographic, rows: RowView, versions: number) {
  const { tenant } = event;
  const { patientId } = event.data;
  const record = `${event.source?.id}/${event.source?.recordKey}`;
  const key = lineageKey(tenant, patientId, record);
  const all = rows.byIndex(lineagesOf(tenant, patientId));
  const before = all.find((row) => row.key === key)?.value as LineageRow | undefined;
  if (before === undefined && all.length >= RECORDS_AT_MOST) return undefined;
  const lineage: Lineage<VersionRef> = { heads: [...(before?.heads ?? [])], highest: [...(before?.highest ?? [])] };
  let added = false;
  if (event.type === 'fact-retracted') removeVersions(lineage, event.data.replaces);
  else {
    const replaces = event.type === 'demographics-updated' ? event.data.replaces : [];
    added = addVersion(lineage, { eventId: event.id, sourceVersion: event.data.sourceVersion }, replaces);
  }
  const live = new Set(lineage.heads.map(({ eventId }) => eventId));
  const ended = (before?.heads ?? []).map(({ eventId }) => eventId).filter((eventId) => !live.has(eventId));
  if (added && versions - ended.length >= VERSIONS_AT_MOST) return undefined;
  const value: LineageRow = { record, ...lineage };
  return { put: { key, value, index: [lineagesOf(tenant, patientId)] }, added, ended };
}
