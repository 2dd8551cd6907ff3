import type { Designation } from '../domain/authority/precedence.js';
import type { EventOf, LedgerEvent, Recorded } from '../schemas/catalogue.js';
import { type Changes, NO_CHANGES, type Projection, type RowView } from './projection.js';

export interface SourceRow {
  readonly sourceId: string;
  readonly displayName: string;
  readonly kind: string;
  readonly organization: string | null;
  readonly suspended: boolean;
}

/** What a tenant has declared: its sources, and whom it believes for what. Small, and read with every record. */
export const directoryProjection: Projection = {
  name: 'directory',
  version: 1,
  events: ['source-registered', 'source-suspended', 'source-reinstated', 'system-of-record-designated'],
  needs: (event) => ({ keys: sourceKeyOf(event), index: [] }),
  apply,
};

function apply({ event }: Recorded, rows: RowView): Changes {
  switch (event.type) {
    case 'source-registered':
      return sourceRow(event.tenant, { ...event.data, suspended: false });
    case 'source-suspended':
    case 'source-reinstated': {
      const known = rows.get(sourceKey(event.tenant, event.data.sourceId))?.value as SourceRow | undefined;
      return known === undefined ? NO_CHANGES : sourceRow(event.tenant, { ...known, suspended: event.type === 'source-suspended' });
    }
    case 'system-of-record-designated':
      return { put: [{ key: `${designationPrefix(event.tenant)}${event.id}`, value: designationOf(event), index: [] }], remove: [] };
    default:
      return NO_CHANGES;
  }
}

function sourceRow(tenant: string, row: SourceRow): Changes {
  return { put: [{ key: sourceKey(tenant, row.sourceId), value: row, index: [] }], remove: [] };
}

export function designationOf(event: EventOf<'system-of-record-designated'>): Designation {
  const { scope, sources, effectiveFrom, revision, reason } = event.data;
  return { eventId: event.id, scope, sources, effectiveFrom, revision, recordedAt: event.recordedAt, reason };
}

function sourceKeyOf(event: LedgerEvent): string[] {
  return event.type === 'source-suspended' || event.type === 'source-reinstated' ? [sourceKey(event.tenant, event.data.sourceId)] : [];
}

export function sourceKey(tenant: string, sourceId: string): string {
  return `${sourcePrefix(tenant)}${sourceId}`;
}

export function sourcePrefix(tenant: string): string {
  return `${tenant}/source/`;
}

export function designationPrefix(tenant: string): string {
  return `${tenant}/designation/`;
}
