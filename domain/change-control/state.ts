import type { EventOf, LedgerEvent } from '../../schemas/catalogue.js';
import type { SealedPart } from '../../schemas/event.js';

/** Where an event of the change stands: what a repeat of its command answers. */
export interface Place {
  readonly eventId: string;
  readonly revision: number;
}

export interface Proposal extends Place {
  readonly data: EventOf<'change-proposed'>['data'];
  readonly subject: string;
  readonly stream: string;
  readonly sealed: SealedPart | null;
  /** Of all events of the change, its effect included. */
  readonly correlationId: string;
}

/** One change: nothing until proposed; then approved or rejected, applied, and an emergency reviewed. */
export interface ChangeState {
  proposal: Proposal | null;
  approval: (Place & { readonly subject: string }) | null;
  rejection: (Place & { readonly subject: string }) | null;
  application: (Place & { readonly data: EventOf<'change-applied'>['data'] }) | null;
  review: (Place & { readonly subject: string; readonly verdict: string }) | null;
}

export function initialChange(): ChangeState {
  return { proposal: null, approval: null, rejection: null, application: null, review: null };
}

export function evolveChange(state: ChangeState, event: LedgerEvent, revision: number): ChangeState {
  const place = { eventId: event.id, revision };
  const { subject } = event.actor;
  switch (event.type) {
    case 'change-proposed': {
      const { data, stream, correlationId } = event;
      state.proposal = { ...place, data, subject, stream, sealed: event.sealed[0] ?? null, correlationId };
      return state;
    }
    case 'change-approved':
      state.approval = { ...place, subject };
      return state;
    case 'change-rejected':
      state.rejection = { ...place, subject };
      return state;
    case 'change-applied':
      state.application = { ...place, data: event.data };
      return state;
    case 'change-reviewed':
      state.review = { ...place, subject, verdict: event.data.verdict };
      return state;
    default:
      return state;
  }
}

/** The event that gave the change its force, once something did: the approval, or of an emergency the proposal itself. */
export function causeOf({ approval, proposal }: ChangeState): Place | null {
  return approval ?? (proposal !== null && proposal.data.reviewDueBy !== null ? proposal : null);
}
