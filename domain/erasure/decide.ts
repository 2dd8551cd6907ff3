import type { EventOf } from '../../schemas/catalogue.js';
import type { ErasureGround, ErasureRequester, NamedKey, QuarantineFound } from '../../schemas/events/erasure-ordered.js';
import type { Certificate } from '../../schemas/events/patient-erased.js';
import { accept, type Decider, type Decision, type Draft, type Repeat, TIMELESS } from '../decider.js';
import { reject } from '../rejections.js';
import { exceptionsOf } from './exceptions.js';
import { type ErasureState, evolveErasure, initialErasure, type Step } from './state.js';

/** The key scope of what is written about an erasure, under the tenant's keys: it has to outlive the patient's. */
export const ERASURE_SCOPE = 'erasure';

export type ErasureCommand =
  | {
      readonly name: 'erase-patient';
      readonly patientId: string;
      readonly ground: ErasureGround;
      readonly requestedBy: ErasureRequester;
      readonly reason: string;
      readonly approval: string | null;
      readonly keys: readonly NamedKey[];
      /** Null where it was not looked at. */
      readonly quarantine: QuarantineFound | null;
      /** Patients who were merged into this one and are not erased: their statements meet under this patient's keys. */
      readonly livingMembers: number;
      readonly now: string;
      readonly lastStatedAt: string | null;
      readonly retentionYears: number;
    }
  | { readonly name: 'place-legal-hold'; readonly patientId: string; readonly matter: string }
  | { readonly name: 'release-legal-hold'; readonly patientId: string; readonly holdId: string; readonly approval: string | null }
  /** Not sent by anybody: the ledger has seen that nothing is left. `eventId` comes of the order's, so that two who see it say it once. */
  | { readonly name: 'certify'; readonly eventId: string; readonly certificate: Certificate };

export type EraseCommand = Extract<ErasureCommand, { name: 'erase-patient' }>;

export const erasureDecider: Decider<ErasureState, ErasureCommand> = {
  initial: initialErasure,
  evolve: evolveErasure,
  decide: decideErasure,
};

function decideErasure(state: ErasureState, command: ErasureCommand): Decision {
  switch (command.name) {
    case 'erase-patient':
      return decideErase(state, command);
    case 'place-legal-hold': {
      if (state.order !== null) return reject('patient-erased');
      const { patientId, matter } = command;
      return accept(worded({ type: 'legal-hold-placed', data: { patientId } }, matter));
    }
    case 'release-legal-hold':
      return decideRelease(state, command);
    case 'certify':
      return decideCertify(state, command);
  }
}

/** Whether the command would be followed by an order, as things stand. */
export function willBeOrdered(state: ErasureState, command: EraseCommand): boolean {
  return state.order === null && command.livingMembers === 0 && exceptionsOf(state, command).length === 0;
}

/** Refused on record: whoever asked is owed the reason, and an auditor the proof that it was given. */
function decideErase(state: ErasureState, command: EraseCommand): Decision {
  if (state.order !== null) return repeatOf(state.order);
  if (command.livingMembers > 0) return reject('merged-survivor');
  const { patientId, ground, requestedBy, approval, reason, quarantine } = command;
  const exceptions = exceptionsOf(state, command);
  if (exceptions.length > 0) return accept(worded({ type: 'erasure-refused', data: { patientId, ground, requestedBy, exceptions, approval } }, reason));
  return accept(worded({ type: 'erasure-ordered', data: { patientId, ground, requestedBy, keys: [...command.keys], quarantine, approval } }, reason));
}

function decideRelease(state: ErasureState, { patientId, holdId, approval }: Extract<ErasureCommand, { name: 'release-legal-hold' }>): Decision {
  const hold = state.holds.get(holdId);
  if (hold === undefined) return reject('unknown-hold');
  if (hold.released !== null) return repeatOf(hold.released);
  return accept({ type: 'legal-hold-released', data: { patientId, holdId, approval }, source: null, validTime: TIMELESS, content: null });
}

/** There is one certificate of an order, whoever was first. */
function decideCertify(state: ErasureState, { eventId, certificate }: Extract<ErasureCommand, { name: 'certify' }>): Decision {
  if (state.erased !== null) return repeatOf(state.erased);
  if (state.order?.eventId !== certificate.orderId) return reject('unknown-patient');
  return accept({ id: eventId, type: 'patient-erased', data: certificate, source: null, validTime: TIMELESS, content: null });
}

function repeatOf({ eventId, revision }: Step): Repeat {
  return { kind: 'repeat', eventId, revision };
}

type WordedEvents = 'legal-hold-placed' | 'erasure-refused' | 'erasure-ordered';

function worded(draft: { [T in WordedEvents]: { type: T; data: EventOf<T>['data'] } }[WordedEvents], text: string): Draft {
  return { ...draft, source: null, validTime: TIMELESS, content: { scope: ERASURE_SCOPE, text } };
}
