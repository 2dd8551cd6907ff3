import type { EventOf, LedgerEvent, Recorded } from '../schemas/catalogue.js';
import type { AmendmentRow, AmendmentStep } from '../schemas/read-models/amendment.js';
import { erasedKey, forgotten, isErasedIn, isForgetting } from './erased.js';
import { type Changes, type Needs, NO_CHANGES, type Projection, type RowView } from './projection.js';
import { sealedTextOf } from './sealed-text.js';

const AMENDMENT_EVENTS = [
  'amendment-requested',
  'amendment-accepted',
  'amendment-denied',
  'amendment-extended',
  'amendment-disagreed',
  'amendment-rebutted',
] as const;
type AmendmentEvent = EventOf<(typeof AMENDMENT_EVENTS)[number]>;

/** How many corrections a row names; the history has them all. */
const CORRECTIONS_KEPT = 50;

/** Requests for amendment by patient, in the order of receipt, and the corrections that followed from them. */
export const amendmentsProjection: Projection = {
  name: 'amendments',
  version: 1,
  lingerMs: 25,
  events: [...AMENDMENT_EVENTS, 'fact-corrected', 'erasure-ordered'],
  needs,
  apply,
};

function isAmendment(event: LedgerEvent): event is AmendmentEvent {
  return (AMENDMENT_EVENTS as readonly string[]).includes(event.type);
}

function needs(event: LedgerEvent): Needs {
  const { tenant } = event;
  if (isForgetting(event)) return { keys: [], index: [], prefixes: [amendmentPrefix(tenant, event.data.patientId)] };
  const keys = event.type === 'amendment-requested' ? [erasedKey(tenant, event.data.patientId)] : [];
  return { keys, index: indexNeeded(event) };
}

function indexNeeded(event: LedgerEvent): string[] {
  if (isAmendment(event)) return [amendmentIndex(event.tenant, event.data.amendmentId)];
  return event.type === 'fact-corrected' && event.data.reason === 'amended' ? [disputedIndex(event.tenant, event.data.assertionId)] : [];
}

function apply({ event }: Recorded, rows: RowView): Changes {
  if (event.type === 'fact-corrected') return corrected(event, rows);
  if (isForgetting(event)) return forgotten(event, rows.byPrefix(amendmentPrefix(event.tenant, event.data.patientId)));
  if (!isAmendment(event) || isErasedIn(rows, event.tenant, event.data.patientId)) return NO_CHANGES;
  if (event.type === 'amendment-requested') return { put: [rowOf(event.tenant, requested(event))], remove: [] };
  const known = rows.byIndex(amendmentIndex(event.tenant, event.data.amendmentId))[0]?.value as AmendmentRow | undefined;
  return known === undefined ? NO_CHANGES : { put: [rowOf(event.tenant, stepped(known, event))], remove: [] };
}

function requested(event: EventOf<'amendment-requested'>): AmendmentRow {
  return {
    ...event.data,
    request: stepOf(event),
    extension: null,
    acceptance: null,
    denial: null,
    includeRequest: null,
    statement: null,
    rebuttal: null,
    corrections: [],
  };
}

function stepped(row: AmendmentRow, event: Exclude<AmendmentEvent, { type: 'amendment-requested' }>): AmendmentRow {
  const step = stepOf(event);
  switch (event.type) {
    case 'amendment-accepted':
      return { ...row, acceptance: { ...step, extent: event.data.extent } };
    case 'amendment-denied':
      return { ...row, denial: { ...step, basis: event.data.basis } };
    case 'amendment-extended':
      return { ...row, dueBy: event.data.dueBy, extension: { ...step, days: event.data.days } };
    case 'amendment-disagreed': {
      const { statement, includeRequest } = event.data;
      const asked = includeRequest ? { eventId: event.id, at: event.recordedAt } : null;
      return { ...row, statement: statement ? step : row.statement, includeRequest: row.includeRequest ?? asked };
    }
    case 'amendment-rebutted':
      return { ...row, rebuttal: step };
  }
}

/** A correction with the reason `amended`, of an assertion that an accepted request disputes. */
function corrected(event: EventOf<'fact-corrected'>, rows: RowView): Changes {
  if (event.data.reason !== 'amended') return NO_CHANGES;
  const correction = {
    eventId: event.id,
    assertionId: event.data.assertionId,
    source: event.source?.id ?? null,
    approval: event.data.approval,
    at: event.recordedAt,
  };
  const put = rows
    .byIndex(disputedIndex(event.tenant, event.data.assertionId))
    .map((row) => row.value as AmendmentRow)
    .filter(({ acceptance }) => acceptance !== null)
    .map((row) => rowOf(event.tenant, { ...row, corrections: [...row.corrections, correction].slice(-CORRECTIONS_KEPT) }));
  return { put, remove: [] };
}

function stepOf(event: LedgerEvent): AmendmentStep {
  return { eventId: event.id, subject: event.actor.subject, at: event.recordedAt, text: sealedTextOf(event) };
}

function rowOf(tenant: string, row: AmendmentRow): Changes['put'][number] {
  const index = [amendmentIndex(tenant, row.amendmentId), ...row.assertions.map((assertionId) => disputedIndex(tenant, assertionId))];
  return { key: `${amendmentPrefix(tenant, row.patientId)}${row.receivedAt}/${row.amendmentId}`, value: row, index };
}

export function amendmentPrefix(tenant: string, patientId: string): string {
  return `${tenant}/${patientId}/`;
}

function amendmentIndex(tenant: string, amendmentId: string): string {
  return `a/${tenant}/${amendmentId}`;
}

/** Requests that dispute an assertion. */
export function disputedIndex(tenant: string, assertionId: string): string {
  return `d/${tenant}/${assertionId}`;
}
