import type { EventOf } from '../schemas/catalogue.js';
import { changedPair, freshPair } from './candidates-pairs.js';
import { type CandidateRow, type MemberRow, memberKey, pairsOf, versionsOf } from './candidates-rows.js';
import { groupsIn } from './groups.js';
import type { Changes, RowView } from './projection.js';

/** Was the patient erased? Then there is nothing to be said of them. */
export function isErased(rows: RowView, tenant: string, patientId: string): boolean {
  return (rows.get(memberKey(tenant, patientId))?.value as MemberRow | undefined)?.erased === true;
}

function pairIn(rows: RowView, tenant: string, [one, other]: readonly string[]): CandidateRow | undefined {
  const pairs = rows.byIndex(pairsOf(tenant, one as string)).map(({ value }) => value as CandidateRow);
  return pairs.find(({ patients }) => patients.includes(other as string));
}

export function applyLinked({ tenant, data, recordedAt }: EventOf<'patients-linked'>, rows: RowView): Changes {
  const [one, other] = data.patientIds as [string, string];
  const known = pairIn(rows, tenant, data.patientIds);
  return changedPair(tenant, known, known ?? freshPair(one, other, recordedAt), { linked: true, dismissed: false }, recordedAt);
}

/** `different-people` takes the pair off the list until what is said of either changes; a link that merely ends puts it back. */
export function applyUnlinked({ tenant, data, recordedAt }: EventOf<'patients-unlinked'>, rows: RowView): Changes {
  const known = pairIn(rows, tenant, data.patientIds);
  if (known === undefined) return { put: [], remove: [] };
  const dismissed = data.verdict === 'different-people' || known.dismissed;
  return changedPair(tenant, known, known, { linked: false, dismissed }, recordedAt);
}

/** After a merge the members of a group are one; after an unmerge those of the two sides are not, and are a candidate again. */
export function applyRegrouped(event: EventOf<'patients-merged' | 'patients-unmerged'>, rows: RowView): Changes {
  const { tenant, recordedAt } = event;
  const roots = new Map(groupsIn(event).flatMap(({ root, members }) => members.map((member) => [member, root] as const)));
  const put: Changes['put'][number][] = [];
  const remove: string[] = [];
  const seen = new Set<string>();
  for (const [member, root] of roots) {
    if (isErased(rows, tenant, member)) continue;
    put.push({ key: memberKey(tenant, member), value: { patientId: member, root } satisfies MemberRow, index: [] });
    for (const row of rows.byIndex(versionsOf(tenant, member))) put.push({ key: row.key, value: { ...(row.value as object), root }, index: row.index });
    for (const row of rows.byIndex(pairsOf(tenant, member))) {
      const pair = row.value as CandidateRow;
      const [one, other] = pair.patients.map((patientId) => roots.get(patientId));
      // A pair with somebody outside the group is as it was.
      if (one === undefined || other === undefined || seen.has(row.key)) continue;
      seen.add(row.key);
      const merged = one === other;
      const changes = changedPair(tenant, pair, pair, { merged, dismissed: pair.dismissed && !merged }, recordedAt);
      put.push(...changes.put);
      remove.push(...changes.remove);
    }
  }
  return { put, remove };
}
