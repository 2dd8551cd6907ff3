import { groupIntoFacts } from '../domain/resolution/grouping.js';
import type { EventOf, LedgerEvent, Recorded } from '../schemas/catalogue.js';
import type { PatientGroup } from '../schemas/events/patients-merged.js';
import type { Fact } from '../schemas/read-models/fact.js';
import type { Forgetting } from './erased.js';
import type { Changes, RowView } from './projection.js';

/** Which patients a patient is one with, and since when: kept for every patient that was ever merged. */
export interface GroupRow extends PatientGroup {
  readonly patientId: string;
  readonly history: readonly GroupThen[];
  /** Of an erased patient nothing is kept but this, so that nothing comes back. */
  readonly erased?: true;
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

/** Was the patient erased? In models that keep groups this row is the mark. */
export function isErased(rows: RowView, tenant: string, patientId: string): boolean {
  return (rows.get(groupKey(tenant, patientId))?.value as GroupRow | undefined)?.erased === true;
}

/** Everybody with whom the patient is one, or ever was. */
export function companionsOf(rows: RowView, tenant: string, patientId: string): string[] {
  const row = rows.get(groupKey(tenant, patientId))?.value as GroupRow | undefined;
  const ever = [row, ...(row?.history ?? [])].flatMap((group) => group?.members ?? []);
  return [...new Set(ever)].filter((member) => member !== patientId);
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
  const groups = groupsIn(event)
    .map(({ root, members }) => ({ root, members: members.filter((member) => !isErased(rows, event.tenant, member)) }))
    .filter(({ members }) => members.length > 0);
  const after = groups.flatMap((group) => {
    const members = new Set(group.members);
    const own = assertions.filter(({ patientId }) => members.has(patientId));
    return groupIntoFacts({ tenant: event.tenant, ...group }, own);
  });
  return { before, after, groups: groups.flatMap((group) => groupRows(recorded, group, rows)) };
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

/**
 * The facts of an erased patient's group, told apart anew without what was said of the patient. Nobody's past has them any more
 * either: what was known of a group then is read without them.
 */
export function regroupedWithout({ tenant, data: { patientId: erased } }: Forgetting, before: ReadonlyMap<string, Fact>, rows: RowView): Regrouped {
  const { root, members } = groupIn(rows, tenant, erased);
  const left = { root, members: members.filter((member) => member !== erased) };
  const assertions = [...before.values()].flatMap((fact) => fact.assertions).filter(({ patientId }) => patientId !== erased);
  const after = left.members.length === 0 ? [] : groupIntoFacts({ tenant, ...left }, assertions);
  const mark: GroupRow = { root: erased, members: [], patientId: erased, history: [], erased: true };
  const others = companionsOf(rows, tenant, erased)
    .map((member) => rows.get(groupKey(tenant, member)))
    .filter((row) => row !== undefined)
    .map(({ key, value }) => ({ key, value: parted(value as GroupRow, erased), index: [] }));
  return { before, after, groups: [{ key: groupKey(tenant, erased), value: mark, index: [] }, ...others] };
}

function parted(row: GroupRow, erased: string): GroupRow {
  const without = <Group extends PatientGroup>(group: Group): Group => ({ ...group, members: group.members.filter((member) => member !== erased) });
  return { ...without(row), history: row.history.map(without) };
}
