import type { Designation } from '../domain/authority/precedence.js';
import type { EventOf, LedgerEvent, Recorded } from '../schemas/catalogue.js';
import type { SealedPart } from '../schemas/event.js';
import type { DesignationScope } from '../schemas/events/system-of-record-designated.js';
import { erasedKey, forgotten, isErasedIn, isForgetting } from './erased.js';
import { type Changes, NO_CHANGES, type Projection, type RowView } from './projection.js';

export interface SourceRow {
  readonly sourceId: string;
  readonly displayName: string;
  readonly kind: string;
  readonly organization: string | null;
  readonly suspended: boolean;
}

/** A designation with what it takes to open the codes of its scope; both null for a scope without codes. */
export interface DesignationRow extends Designation {
  readonly stream: string | null;
  readonly sealed: SealedPart | null;
}

/** What a tenant has declared: its sources, and whom it believes for what. Small, and read with every record. */
export const directoryProjection: Projection = {
  name: 'directory',
  version: 2,
  events: ['source-registered', 'source-suspended', 'source-reinstated', 'system-of-record-designated', 'designation-withdrawn', 'erasure-ordered'],
  needs: (event) => ({ keys: keysOf(event), index: [], prefixes: isForgetting(event) ? [patientDesignationPrefix(event.tenant, event.data.patientId)] : [] }),
  apply,
};

function apply({ event, position }: Recorded, rows: RowView): Changes {
  switch (event.type) {
    case 'source-registered':
      return sourceRow(event.tenant, { ...event.data, suspended: false });
    case 'source-suspended':
    case 'source-reinstated': {
      const known = rows.get(sourceKey(event.tenant, event.data.sourceId))?.value as SourceRow | undefined;
      return known === undefined ? NO_CHANGES : sourceRow(event.tenant, { ...known, suspended: event.type === 'source-suspended' });
    }
    case 'erasure-ordered':
      return forgotten(event, rows.byPrefix(patientDesignationPrefix(event.tenant, event.data.patientId)));
    case 'system-of-record-designated':
      if (isErasedIn(rows, event.tenant, event.data.scope.patientId)) return NO_CHANGES;
      return designationRow(event.tenant, designationOf(event, position));
    case 'designation-withdrawn': {
      const { scope, designation, effectiveFrom, reason, approval } = event.data;
      const known = rows.get(designationKey(event.tenant, scope, designation))?.value as DesignationRow | undefined;
      const withdrawn = { eventId: event.id, effectiveFrom, recordedAt: event.recordedAt, position, reason, approval };
      return known === undefined ? NO_CHANGES : designationRow(event.tenant, { ...known, withdrawn });
    }
    default:
      return NO_CHANGES;
  }
}

function sourceRow(tenant: string, row: SourceRow): Changes {
  return { put: [{ key: sourceKey(tenant, row.sourceId), value: row, index: [] }], remove: [] };
}

function designationRow(tenant: string, row: DesignationRow): Changes {
  return { put: [{ key: designationKey(tenant, row.scope, row.eventId), value: row, index: [] }], remove: [] };
}

/** The row's own position moves with a withdrawal; what was known when goes by the positions in its value. */
function designationOf(event: EventOf<'system-of-record-designated'>, position: string): DesignationRow {
  const { scope, sources, effectiveFrom, effectiveTo, revision, reason, approval } = event.data;
  const [sealed = null] = event.sealed;
  return {
    eventId: event.id,
    scope,
    sources,
    effectiveFrom,
    effectiveTo,
    revision,
    recordedAt: event.recordedAt,
    position,
    reason,
    approval,
    withdrawn: null,
    stream: sealed === null ? null : event.stream,
    sealed,
  };
}

function keysOf(event: LedgerEvent): string[] {
  if (event.type === 'source-suspended' || event.type === 'source-reinstated') return [sourceKey(event.tenant, event.data.sourceId)];
  if (event.type === 'designation-withdrawn') return [designationKey(event.tenant, event.data.scope, event.data.designation)];
  const patientId = event.type === 'system-of-record-designated' ? event.data.scope.patientId : null;
  return patientId === null ? [] : [erasedKey(event.tenant, patientId)];
}

export function sourceKey(tenant: string, sourceId: string): string {
  return `${sourcePrefix(tenant)}${sourceId}`;
}

export function sourcePrefix(tenant: string): string {
  return `${tenant}/source/`;
}

function designationKey(tenant: string, { patientId }: DesignationScope, eventId: string): string {
  return `${patientId === null ? designationPrefix(tenant) : patientDesignationPrefix(tenant, patientId)}${eventId}`;
}

/** Tenant-wide designations. */
export function designationPrefix(tenant: string): string {
  return `${tenant}/designation/`;
}

/** Designations for one patient: apart, so that a read of one patient does not load those of all. */
export function patientDesignationPrefix(tenant: string, patientId: string): string {
  return `${tenant}/patient-designation/${patientId}/`;
}
