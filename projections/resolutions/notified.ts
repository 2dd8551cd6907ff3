import type { EventOf, LedgerEvent, Recorded } from '../../schemas/catalogue.js';
import { type GroupRow, groupKey } from '../groups.js';
import { type Changes, NO_CHANGES, type RowView } from '../projection.js';
import { indexOf } from './lives.js';
import { type ConflictRow, conflictKey, patientConflictIndex } from './rows.js';

/** Readers that an entry names: who was first to be told matters, not everybody who ever looked. */
const NOTIFIED_AT_MOST = 20;

type Access = EventOf<'access-recorded'>;

/** Somebody was shown conflicts: the only accesses that say something about the work list. */
export function showsConflicts(event: LedgerEvent): event is Access {
  return event.type === 'access-recorded' && event.data.action === 'read-conflicts' && event.data.outcome === 'allowed' && event.data.patients.length > 0;
}

export function notifiedKeys({ tenant, data }: Access): string[] {
  return data.patients.map((patientId) => groupKey(tenant, patientId));
}

/** Conflicts of a merged patient stand under the survivor. */
export function notifiedIndex({ tenant, data }: Access, rows: RowView | null): string[] {
  return data.patients.map((patientId) => {
    const group = rows?.get(groupKey(tenant, patientId))?.value as GroupRow | undefined;
    return patientConflictIndex(tenant, group?.root ?? patientId);
  });
}

/** The reader is noted on each entry of the patients and categories that they were shown, the first time. */
export function withReader({ event }: Recorded<Access>, rows: RowView): Changes {
  const { subject } = event.actor;
  const categories = new Set(event.data.categories);
  const shown = new Map(notifiedIndex(event, rows).flatMap((value) => rows.byIndex(value).map((row) => [row.key, row.value as ConflictRow] as const)));
  const news = [...shown.values()].filter(
    ({ category, notified }) => categories.has(category) && notified.length < NOTIFIED_AT_MOST && !notified.some((one) => one.subject === subject),
  );
  if (news.length === 0) return NO_CHANGES;
  const put = news.map((row) => {
    const value: ConflictRow = { ...row, notified: [...row.notified, { subject, at: event.recordedAt }] };
    return { key: conflictKey(value), value, index: indexOf(value) };
  });
  return { put, remove: [] };
}
