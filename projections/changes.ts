import type { EventOf, LedgerEvent, Recorded } from '../schemas/catalogue.js';
import type { ChangeRow, ChangeStep } from '../schemas/read-models/change.js';
import { erasedKey, type Forgetting, forgotten, isErasedIn, isForgetting } from './erased.js';
import { type Changes, type Needs, NO_CHANGES, type Projection, type RowView } from './projection.js';
import { sealedTextOf } from './sealed-text.js';

/** Protected changes: the work list of those who approve and review. In the order of proposal. */
export const changesProjection: Projection = {
  name: 'changes',
  version: 2,
  lingerMs: 25,
  events: ['change-proposed', 'change-approved', 'change-rejected', 'change-applied', 'change-reviewed', 'erasure-ordered'],
  needs,
  apply,
};

type ChangeEvent = EventOf<'change-proposed' | 'change-approved' | 'change-rejected' | 'change-applied' | 'change-reviewed'>;

function isChange(event: LedgerEvent): event is ChangeEvent {
  return !isForgetting(event) && (changesProjection.events as readonly string[]).includes(event.type);
}

function needs(event: LedgerEvent): Needs {
  if (isForgetting(event)) return { keys: [], index: [patientChangesIndex(event.tenant, event.data.patientId)] };
  const patientId = event.type === 'change-proposed' ? event.data.patientId : null;
  return { keys: patientId === null ? [] : [erasedKey(event.tenant, patientId)], index: isChange(event) ? changeIndexes(event) : [] };
}

/** The change itself, and the one that it makes good. */
function changeIndexes({ tenant, data }: ChangeEvent): string[] {
  const followed = 'followsUp' in data && data.followsUp !== null ? [data.followsUp] : [];
  return [data.changeId, ...followed].map((changeId) => changeIndex(tenant, changeId));
}

function apply({ event }: Recorded, rows: RowView): Changes {
  if (isForgetting(event)) return withoutBodies(event, rows);
  if (!isChange(event)) return NO_CHANGES;
  if (event.type === 'change-proposed') {
    const row = proposed(event);
    return { put: [rowOf(event.tenant, isErasedIn(rows, event.tenant, row.patientId) ? { ...row, body: null } : row)], remove: [] };
  }
  const known = find(rows, event.tenant, event.data.changeId);
  if (known === undefined) return NO_CHANGES;
  return { put: [rowOf(event.tenant, stepped(known, event)), ...followedUp(event, rows)], remove: [] };
}

/** That people decided something, and who, stays to be accounted for; what they wrote of an erased patient does not. */
function withoutBodies(event: Forgetting, rows: RowView): Changes {
  const about = rows.byIndex(patientChangesIndex(event.tenant, event.data.patientId));
  const put = about.map(({ value }) => rowOf(event.tenant, { ...(value as ChangeRow), body: null }));
  return { put: [...put, ...forgotten(event, []).put], remove: [] };
}

function proposed(event: EventOf<'change-proposed'>): ChangeRow {
  const { changeId, command, patientId, reason, expiresAt, reviewDueBy, followsUp } = event.data;
  return {
    changeId,
    command,
    patientId,
    reason,
    proposedBy: event.actor.subject,
    proposedAt: event.recordedAt,
    correlationId: event.correlationId,
    expiresAt,
    reviewDueBy,
    followsUp,
    body: sealedTextOf(event),
    decision: null,
    application: null,
    review: null,
    followedUpBy: null,
  };
}

function stepped(row: ChangeRow, event: Exclude<ChangeEvent, { type: 'change-proposed' }>): ChangeRow {
  const step: ChangeStep = { eventId: event.id, subject: event.actor.subject, at: event.recordedAt };
  switch (event.type) {
    case 'change-approved':
      return { ...row, decision: { ...step, kind: 'approved', reason: event.data.reason } };
    case 'change-rejected':
      return { ...row, decision: { ...step, kind: 'rejected', reason: event.data.reason } };
    case 'change-applied': {
      const { outcome, code, effects } = event.data;
      return { ...row, application: { ...step, outcome, code, effects } };
    }
    case 'change-reviewed':
      return { ...row, review: { ...step, verdict: event.data.verdict, reason: event.data.reason } };
  }
}

/** Only what has taken effect makes another change good. */
function followedUp(event: ChangeEvent, rows: RowView): Changes['put'][number][] {
  if (event.type !== 'change-applied' || event.data.outcome !== 'applied' || event.data.followsUp === null) return [];
  const followed = find(rows, event.tenant, event.data.followsUp);
  return followed === undefined ? [] : [rowOf(event.tenant, { ...followed, followedUpBy: event.data.changeId })];
}

function find(rows: RowView, tenant: string, changeId: string): ChangeRow | undefined {
  return rows.byIndex(changeIndex(tenant, changeId))[0]?.value as ChangeRow | undefined;
}

function rowOf(tenant: string, row: ChangeRow): Changes['put'][number] {
  const about = row.patientId === null ? [] : [patientChangesIndex(tenant, row.patientId)];
  return { key: `${changePrefix(tenant)}${row.proposedAt}/${row.changeId}`, value: row, index: [changeIndex(tenant, row.changeId), ...about] };
}

export function changePrefix(tenant: string): string {
  return `${tenant}/`;
}

export function changeIndex(tenant: string, changeId: string): string {
  return `${tenant}/${changeId}`;
}

/** Changes about one patient. */
export function patientChangesIndex(tenant: string, patientId: string): string {
  return `p/${tenant}/${patientId}`;
}
