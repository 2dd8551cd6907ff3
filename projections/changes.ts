import type { EventOf, LedgerEvent, Recorded } from '../schemas/catalogue.js';
import type { ChangeRow, ChangeStep } from '../schemas/read-models/change.js';
import { type Changes, NO_CHANGES, type Projection, type RowView } from './projection.js';
import { sealedTextOf } from './sealed-text.js';

/** Protected changes: the work list of those who approve and review. In the order of proposal. */
export const changesProjection: Projection = {
  name: 'changes',
  version: 1,
  lingerMs: 25,
  events: ['change-proposed', 'change-approved', 'change-rejected', 'change-applied', 'change-reviewed'],
  needs: (event) => ({ keys: [], index: isChange(event) ? changeIndexes(event) : [] }),
  apply,
};

type ChangeEvent = EventOf<'change-proposed' | 'change-approved' | 'change-rejected' | 'change-applied' | 'change-reviewed'>;

function isChange(event: LedgerEvent): event is ChangeEvent {
  return (changesProjection.events as readonly string[]).includes(event.type);
}

/** The change itself, and the one that it makes good. */
function changeIndexes({ tenant, data }: ChangeEvent): string[] {
  const followed = 'followsUp' in data && data.followsUp !== null ? [data.followsUp] : [];
  return [data.changeId, ...followed].map((changeId) => changeIndex(tenant, changeId));
}

function apply({ event }: Recorded, rows: RowView): Changes {
  if (!isChange(event)) return NO_CHANGES;
  if (event.type === 'change-proposed') return { put: [rowOf(event.tenant, proposed(event))], remove: [] };
  const known = find(rows, event.tenant, event.data.changeId);
  if (known === undefined) return NO_CHANGES;
  return { put: [rowOf(event.tenant, stepped(known, event)), ...followedUp(event, rows)], remove: [] };
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
  return { key: `${changePrefix(tenant)}${row.proposedAt}/${row.changeId}`, value: row, index: [changeIndex(tenant, row.changeId)] };
}

export function changePrefix(tenant: string): string {
  return `${tenant}/`;
}

export function changeIndex(tenant: string, changeId: string): string {
  return `${tenant}/${changeId}`;
}
