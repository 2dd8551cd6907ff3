import { DEADLINE_POLICY, deadlineOf, severityOf } from '../../domain/resolution/severity.js';
import type { Changes } from '../projection.js';
import type { FeedItems } from './feed-items.js';
import type { Finding } from './findings.js';
import { type ConflictRow, conflictKey, type Moment, partIndex, patientConflictIndex } from './rows.js';

export type ConflictTurn = 'opened' | 'changed' | 'ruled' | 'settled' | 'reopened' | 'closed';

/**
 * Entries of the work list after an event: each finding goes on with the life of the entry that it was before, under its
 * own id or, where facts were regrouped, under that of one about the same assertions. What no finding goes on with is over.
 */
export function conflictChanges(
  { moment, because }: { moment: Moment; because: string },
  before: readonly ConflictRow[],
  findings: readonly Finding[],
  feed: FeedItems,
): Changes {
  const left = new Map(before.map((row) => [row.conflictId, row]));
  const own = findings.map((finding) => taken(left, left.get(finding.conflictId), finding));
  const rows = findings.map((finding, index) => {
    const former = own[index] ?? taken(left, heirOf(left, finding), finding);
    const row = livedOn(moment, former, finding);
    const turn = turnOf(former, row);
    if (turn !== null) feed.add('conflicts', row, itemOf(because, turn, row, former));
    return row;
  });
  for (const row of left.values()) feed.add('conflicts', row, itemOf(because, 'closed', row, undefined));
  const put = rows.map((row) => ({ key: conflictKey(row), value: row, index: indexOf(row) }));
  const kept = new Set(put.map(({ key }) => key));
  return { put, remove: before.map(conflictKey).filter((key) => !kept.has(key)) };
}

/** Each entry has one heir. Its patient may be another one: of merged patients it moves to the survivor. */
function taken(left: Map<string, ConflictRow>, row: ConflictRow | undefined, finding: Finding): ConflictRow | undefined {
  if (row === undefined || row.kind !== finding.kind) return undefined;
  left.delete(row.conflictId);
  return row;
}

/** The oldest entry each of whose facts shares an assertion with what was found. */
function heirOf(left: ReadonlyMap<string, ConflictRow>, finding: Finding): ConflictRow | undefined {
  const mine = new Set(finding.statements.map(({ assertionId }) => assertionId));
  const shares = (row: ConflictRow, id: string) => row.statements.some(({ factId, assertionId }) => factId === id && mine.has(assertionId));
  const fits = (row: ConflictRow) => row.kind === finding.kind && row.factIds.every((id) => shares(row, id));
  return [...left.values()].filter(fits).sort(byAge)[0];
}

function byAge(left: ConflictRow, right: ConflictRow): number {
  if (left.since.recordedAt !== right.since.recordedAt) return left.since.recordedAt < right.since.recordedAt ? -1 : 1;
  return left.conflictId < right.conflictId ? -1 : 1;
}

function livedOn(moment: Moment, former: ConflictRow | undefined, finding: Finding): ConflictRow {
  const severity = severityOf(finding);
  const stateSince = former?.state === finding.state ? former.stateSince : moment;
  return {
    ...finding,
    severity,
    since: former?.since ?? moment,
    stateSince,
    deadline: finding.state === 'open' ? deadlineOf(severity, stateSince.recordedAt) : null,
    policy: DEADLINE_POLICY,
    notified: former?.notified ?? [],
  };
}

function turnOf(former: ConflictRow | undefined, row: ConflictRow): ConflictTurn | null {
  if (former?.state === row.state) return signatureOf(former) === signatureOf(row) ? null : 'changed';
  if (row.state !== 'open') return row.state;
  return former?.state === 'settled' ? 'reopened' : 'opened';
}

/** Who says what of which facts, whatever is shown first. */
function signatureOf({ patientId, factIds, statements, takenBackBy, settlement }: ConflictRow): string {
  return [patientId, ...factIds, settlement, ...takenBackBy, ...statements.map(({ eventId, assertionId }) => `${eventId}|${assertionId}`).sort()].join('\n');
}

/** What consumers hear of it: no content, they read the record. */
function itemOf(because: string, turn: ConflictTurn, row: ConflictRow, former: ConflictRow | undefined) {
  const { conflictId, kind, patientId, category, element, factIds, severity, state, since, deadline, designation, settlement } = row;
  return {
    turn,
    conflictId,
    formerConflictId: former === undefined || former.conflictId === conflictId ? null : former.conflictId,
    kind,
    patientId,
    category,
    element,
    factIds,
    sources: [...new Set(row.statements.map(({ source }) => source))].sort(),
    takenBackBy: row.takenBackBy,
    severity,
    state: turn === 'closed' ? 'closed' : state,
    since: since.recordedAt,
    deadline: turn === 'closed' ? null : deadline,
    designation,
    settlement,
    because,
  };
}

export function indexOf(row: ConflictRow): string[] {
  const { tenant, patientId, factIds } = row;
  return [patientConflictIndex(tenant, patientId), ...factIds.map((factId) => partIndex(tenant, patientId, factId))];
}
