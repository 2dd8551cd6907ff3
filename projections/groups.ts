import { groupIntoFacts } from '../domain/resolution/grouping.js';
import type { EventOf, LedgerEvent, Recorded } from '../schemas/catalogue.js';
import type { PatientGroup } from '../schemas/events/patients-merged.js';
import type { Fact } from '../schemas/read-models/fact.js';
import type { Changes, RowView } from './projection.js';

/** Which patients a patient is one with, and since when: kept for every patient that was ever merged. */
export interface GroupRow extends PatientGroup {
  readonly patientId: string;
  readonly history: readonly GroupThen[];
}

export interface GroupThen extends PatientGroup {
  readonly position: string;
  readonly recordedAt: string;
}

type Grouping = EventOf<'patients-merged' | 'patients-unmerged'>;

export function isGrouping(event: LedgerEvent): event is Grouping {
  return event.type === 'patients-merged' || event.type === 'patients-unmerged';
}

export function groupsIn(event: Grouping): readonly PatientGroup[] {
  return event.type === 'patients-merged' ? [event.data.group] : [event.data.kept, event.data.released];
}

/** No tenant's name begins like this, so that groups never stand among facts. */
export function groupKey(tenant: string, patientId: string): string {
  return `~group/${tenant}/${patientId}`;
}

function membersIn(event: Grouping): readonly string[] {
  return groupsIn(event).flatMap(({ members }) => members);
}

export function groupKeys(event: LedgerEvent): string[] {
  return isGrouping(event) ? membersIn(event).map((member) => groupKey(event.tenant, member)) : [];
}

/** Everything of all members: a merge is rare, and its cost is that of the patients it is about. */
export function groupPrefixes(event: LedgerEvent): string[] {
  return isGrouping(event) ? membersIn(event).map((member) => `${event.tenant}/${member}/`) : [];
}

/** Whom a patient's facts stand with: under the survivor of merges, or alone. */
export function groupIn(rows: RowView, tenant: string, patientId: string): PatientGroup {
  const row = rows.get(groupKey(tenant, patientId))?.value as GroupRow | undefined;
  return row === undefined ? { root: patientId, members: [patientId] } : { root: row.root, members: row.members };
}

/** What an event makes of the facts that it may change: by row key as they were, and as they are. */
export interface Regrouped {
  readonly before: ReadonlyMap<string, Fact>;
  readonly after: readonly Fact[];
  /** Rows that say who is merged with whom. */
  readonly groups: Changes['put'];
}

/** All facts of the members, told apart anew: each group's under its root, by the names of its root. */
export function regroupedMembers(recorded: Recorded, rows: RowView): Regrouped {
  const event = recorded.event as Grouping;
  const before = new Map(groupPrefixes(event).flatMap((prefix) => rows.byPrefix(prefix).map((row) => [row.key, row.value as Fact] as const)));
  const assertions = [...before.values()].flatMap((fact) => fact.assertions);
  const after = groupsIn(event).flatMap((group) => {
    const members = new Set(group.members);
    const own = assertions.filter(({ patientId }) => members.has(patientId));
    return groupIntoFacts({ tenant: event.tenant, ...group }, own);
  });
  return { before, after, groups: groupsIn(event).flatMap((group) => groupRows(recorded, group, rows)) };
}

function groupRows({ event, position }: Recorded, group: PatientGroup, rows: RowView): Changes['put'][number][] {
  return group.members.map((patientId) => {
    const key = groupKey(event.tenant, patientId);
    const known = rows.get(key)?.value as GroupRow | undefined;
    const then: GroupThen = { ...group, position, recordedAt: event.recordedAt };
    const value: GroupRow = { ...group, patientId, history: [...(known?.history ?? []), then] };
    return { key, value, index: [] };
  });
}
