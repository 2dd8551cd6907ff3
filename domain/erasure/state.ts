import type { EventOf, LedgerEvent } from '../../schemas/catalogue.js';
import type { SealedPart } from '../../schemas/event.js';
import type { Certificate } from '../../schemas/events/patient-erased.js';

/** An event of the stream: what a repeat of its command answers, and who did it when. */
export interface Step {
  readonly eventId: string;
  readonly revision: number;
  readonly at: string;
  readonly subject: string;
}

/** What somebody wrote with a step, sealed under the tenant's keys. */
interface Worded extends Step {
  readonly sealed: readonly SealedPart[];
}

export interface Hold extends Worded {
  released: Step | null;
}

export interface Refusal extends Worded {
  readonly data: EventOf<'erasure-refused'>['data'];
}

export interface Order extends Worded {
  readonly data: EventOf<'erasure-ordered'>['data'];
}

/** All that was decided about erasing one patient. */
export interface ErasureState {
  /** By the id of the event that placed it. */
  readonly holds: Map<string, Hold>;
  /** The last ones; the stream has them all. */
  refusals: Refusal[];
  order: Order | null;
  erased: (Step & { readonly certificate: Certificate }) | null;
}

const REFUSALS_KEPT = 50;

export function initialErasure(): ErasureState {
  return { holds: new Map(), refusals: [], order: null, erased: null };
}

export function evolveErasure(state: ErasureState, event: LedgerEvent, revision: number): ErasureState {
  const step: Step = { eventId: event.id, revision, at: event.recordedAt, subject: event.actor.subject };
  switch (event.type) {
    case 'legal-hold-placed':
      state.holds.set(event.id, { ...step, sealed: event.sealed, released: null });
      return state;
    case 'legal-hold-released': {
      const hold = state.holds.get(event.data.holdId);
      if (hold !== undefined) hold.released ??= step;
      return state;
    }
    case 'erasure-refused':
      state.refusals = [...state.refusals, { ...step, sealed: event.sealed, data: event.data }].slice(-REFUSALS_KEPT);
      return state;
    case 'erasure-ordered':
      state.order ??= { ...step, sealed: event.sealed, data: event.data };
      return state;
    case 'patient-erased':
      state.erased ??= { ...step, certificate: event.data };
      return state;
    default:
      return state;
  }
}
