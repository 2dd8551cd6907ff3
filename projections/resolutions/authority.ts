import type { Designation } from '../../domain/authority/precedence.js';
import type { ResolutionContext } from '../../domain/resolution/resolve.js';
import type { EventOf, LedgerEvent, Recorded } from '../../schemas/catalogue.js';
import type { Assertion } from '../../schemas/read-models/fact.js';
import { type Changes, NO_CHANGES, type RowView } from '../projection.js';

/** Whom a tenant believes, as far as the log has been read: with this row and a patient's own every fact is settled. */
export interface AuthorityRow {
  /** Tenant-wide ones: the write side bounds how many a scope may have. */
  readonly designations: readonly Designation[];
  readonly organizations: Readonly<Record<string, string>>;
  /** Instants ahead at which a designation for one patient begins or ends. */
  readonly ahead: readonly Reached[];
  /** Every instant up to this one has been taken into account. */
  readonly at: string;
}

/** An instant at which a designation begins or ends; of one patient, or of the whole tenant. */
export interface Reached {
  readonly at: string;
  readonly designation: string;
  readonly patientId: string | null;
}

interface PatientAuthorityRow {
  readonly designations: readonly Designation[];
}

type Designating = EventOf<'system-of-record-designated' | 'designation-withdrawn'>;

const NOBODY: AuthorityRow = { designations: [], organizations: {}, ahead: [], at: '' };

export function authorityKey(tenant: string): string {
  return `~authority/${tenant}`;
}

export function patientAuthorityKey(tenant: string, patientId: string): string {
  return `~authority/${tenant}/${patientId}`;
}

export function isDesignating(event: LedgerEvent): event is Designating {
  return event.type === 'system-of-record-designated' || event.type === 'designation-withdrawn';
}

export function authorityIn(rows: RowView, tenant: string): AuthorityRow {
  return (rows.get(authorityKey(tenant))?.value as AuthorityRow | undefined) ?? NOBODY;
}

function patientDesignations(rows: RowView, tenant: string, patientId: string): readonly Designation[] {
  return (rows.get(patientAuthorityKey(tenant, patientId))?.value as PatientAuthorityRow | undefined)?.designations ?? [];
}

/** The instant for which facts are settled while an event is applied: recorded times of several writers may step back, this does not. */
export function settledAt(rows: RowView, { tenant, recordedAt }: Pick<LedgerEvent, 'tenant' | 'recordedAt'>): string {
  const { at } = authorityIn(rows, tenant);
  return recordedAt > at ? recordedAt : at;
}

/** By what the facts of these patients, who are one person, are settled. */
export function contextOf(rows: RowView, tenant: string, patients: readonly string[], at: string, takenBack: readonly Assertion[]): ResolutionContext {
  const authority = authorityIn(rows, tenant);
  const own = patients.flatMap((patientId) => patientDesignations(rows, tenant, patientId));
  const designations = own.length === 0 ? authority.designations : [...authority.designations, ...own];
  return { designations, organizations: organizationsIn(authority), patients, at, takenBack };
}

const organizationMaps = new WeakMap<object, ReadonlyMap<string, string>>();

/** Made once for a row as it was fetched or put: an event that changes it puts another. */
function organizationsIn({ organizations }: AuthorityRow): ReadonlyMap<string, string> {
  const known = organizationMaps.get(organizations);
  if (known !== undefined) return known;
  const fresh = new Map(Object.entries(organizations));
  organizationMaps.set(organizations, fresh);
  return fresh;
}

/** A source's organization. No fact of it can be there yet: a source is registered once, and before it may speak. */
export function withSource({ event }: Recorded, rows: RowView): Changes {
  if (event.type !== 'source-registered' || event.data.organization === null) return NO_CHANGES;
  const known = authorityIn(rows, event.tenant);
  return putAuthority(event.tenant, { ...known, organizations: { ...known.organizations, [event.data.sourceId]: event.data.organization } });
}

export function withDesignation(recorded: Recorded<Designating>, rows: RowView): Changes {
  const { tenant, data } = recorded.event;
  const at = settledAt(rows, recorded.event);
  const known = authorityIn(rows, tenant);
  const { patientId } = data.scope;
  if (patientId === null) return putAuthority(tenant, { ...known, at, designations: changed(known.designations, recorded) });
  const designations = changed(patientDesignations(rows, tenant, patientId), recorded);
  const ahead = [...known.ahead.filter((one) => one.patientId !== patientId), ...boundariesOf(designations, patientId).filter((one) => one.at > at)];
  const own: PatientAuthorityRow = { designations };
  const { put } = putAuthority(tenant, { ...known, at, ahead: ahead.sort(byInstant) });
  return { put: [...put, { key: patientAuthorityKey(tenant, patientId), value: own, index: [] }], remove: [] };
}

function changed(designations: readonly Designation[], { event, position }: Recorded<Designating>): Designation[] {
  const { recordedAt } = event;
  if (event.type === 'system-of-record-designated') {
    const { scope, sources, effectiveFrom, effectiveTo, revision, reason, approval } = event.data;
    return [
      ...designations,
      { eventId: event.id, scope, sources, effectiveFrom, effectiveTo, revision, recordedAt, position, reason, approval, withdrawn: null },
    ];
  }
  const { designation, effectiveFrom, reason, approval } = event.data;
  const withdrawn = { eventId: event.id, effectiveFrom, recordedAt, position, reason, approval };
  return designations.map((one) => (one.eventId === designation ? { ...one, withdrawn } : one));
}

export function putAuthority(tenant: string, value: AuthorityRow): Changes {
  return { put: [{ key: authorityKey(tenant), value, index: [] }], remove: [] };
}

function boundariesOf(designations: readonly Designation[], patientId: string | null): Reached[] {
  return designations.flatMap(({ eventId, effectiveFrom, effectiveTo, withdrawn }) =>
    [effectiveFrom, effectiveTo, withdrawn?.effectiveFrom ?? null].filter((at) => at !== null).map((at) => ({ at, designation: eventId, patientId })),
  );
}

/** Beginnings and ends of designations that have come since the rows were last settled for all facts. */
export function reachedBy(authority: AuthorityRow, at: string): Reached[] {
  if (at <= authority.at) return [];
  const tenantWide = boundariesOf(authority.designations, null).filter((one) => one.at > authority.at);
  return [...tenantWide, ...authority.ahead].filter((one) => one.at <= at).sort(byInstant);
}

function byInstant(left: Reached, right: Reached): number {
  if (left.at !== right.at) return left.at < right.at ? -1 : 1;
  return left.designation < right.designation ? -1 : Number(left.designation > right.designation);
}
