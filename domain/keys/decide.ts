import type { EventOf } from '../../schemas/catalogue.js';
import { accept, type Decider, type Decision, type Draft, TIMELESS } from '../decider.js';
import { reject } from '../rejections.js';
import { evolveKeys, type KeysState, noKeys, type Place, type Rotation, type StateChange } from './state.js';

export type { CompromiseReport, KeysState, Rotation, StateChange, Suspension } from './state.js';

type OrderedRotation = EventOf<'key-rotation-ordered'>['data'];

export type KeysCommand =
  | { readonly name: 'order-rotation'; readonly data: OrderedRotation }
  | { readonly name: 'prepare-rotation'; readonly state: StateChange }
  | { readonly name: 'activate-rotation'; readonly rotationId: string }
  | { readonly name: 'complete-rotation'; readonly data: EventOf<'key-rotation-completed'>['data']; readonly states: readonly StateChange[] }
  | { readonly name: 'order-suspension'; readonly data: EventOf<'key-suspension-ordered'>['data'] }
  | { readonly name: 'carry-out-suspension'; readonly state: StateChange }
  | { readonly name: 'report-compromise'; readonly data: EventOf<'key-compromise-reported'>['data']; readonly description: string | null }
  | { readonly name: 'change-states'; readonly reportId: string; readonly states: readonly StateChange[] }
  | { readonly name: 'open-incident'; readonly data: EventOf<'incident-opened'>['data'] }
  | { readonly name: 'say-destroyed'; readonly state: StateChange };

/** The scope of what is said about keys in words, under the tenant's own keys. */
export const KEYS_SCOPE = 'key-management';

export const keysDecider: Decider<KeysState, KeysCommand> = { initial: noKeys, evolve: evolveKeys, decide: decideKeys };

function decideKeys(state: KeysState, command: KeysCommand): Decision {
  switch (command.name) {
    case 'order-rotation':
      return ordered(state, command.data);
    case 'prepare-rotation':
      return once(state.rotations.get(command.state.because)?.prepared, plain('key-state-changed', command.state));
    case 'activate-rotation':
      return activated(state.rotations.get(command.rotationId));
    case 'complete-rotation':
      return once(
        state.rotations.get(command.data.rotationId)?.completed,
        ...command.states.map((data) => plain('key-state-changed', data)),
        plain('key-rotation-completed', command.data),
      );
    case 'order-suspension':
      return suspensionOrdered(state, command.data);
    case 'carry-out-suspension':
      return once(state.suspensions.get(command.state.because)?.carriedOut, plain('key-state-changed', command.state));
    case 'report-compromise':
      return reported(state, command);
    case 'change-states':
      return once(state.reports.get(command.reportId)?.changed, ...command.states.map((data) => plain('key-state-changed', data)));
    case 'open-incident':
      return once(state.reports.get(command.data.reportId)?.incident, plain('incident-opened', command.data));
    case 'say-destroyed':
      return once(state.destroyedRoots.get(command.state.keyId), plain('key-state-changed', command.state));
  }
}

/** What every process does when it reads an order is said by the first of them. */
function once(known: Place | null | undefined, ...drafts: Draft[]): Decision {
  return known === null || known === undefined ? accept(...drafts) : { kind: 'repeat', eventId: known.eventId, revision: known.revision };
}

/** One at a time: two that replace the same key would each leave the other's work half wrapped. */
function ordered(state: KeysState, data: OrderedRotation): Decision {
  // Whoever carried it out could only wait, and all that is ordered after it would wait too.
  const wraps = data.kind === 'reseal' || (data.level !== 'tenant' && data.level !== 'root');
  if (wraps && [...state.suspended.values()].includes('tenant')) return reject('tenant-key-suspended');
  const same = openRotations(state).filter((one) => one.data.level === data.level && one.data.patientId === data.patientId);
  // One that waits for its time leaves the way free: a key may have to go sooner than was planned.
  const isInTheWay = ({ data: known }: Rotation) => !waits(known) || (data.activatesAt !== null && known.fromKeyId === data.fromKeyId);
  return same.some(isInTheWay) ? reject('rotation-under-way') : accept(plain('key-rotation-ordered', data));
}

function activated(rotation: Rotation | undefined): Decision {
  if (rotation === undefined) return reject('unknown-key');
  return once(waits(rotation.data) ? null : rotation, plain('key-rotation-ordered', { ...rotation.data, kind: 'activate' }));
}

/** A suspended key may be resumed, replaced, or reported as compromised; one that was reported stays out of use. */
function suspensionOrdered(state: KeysState, data: EventOf<'key-suspension-ordered'>['data']): Decision {
  const isSuspended = state.suspended.has(data.keyId);
  if (data.kind === 'suspend' && isSuspended) return reject('key-already-suspended');
  if (data.kind === 'resume' && !isSuspended) return reject('key-not-suspended');
  if (isReported(state, data)) return reject('compromise-reported');
  // A rotation that goes on wraps under the tenant's key, whichever key it replaces.
  const inTheWay = openRotations(state).filter(({ data: one }) => !waits(one) && (data.level === 'tenant' || one.level === data.level));
  const isOthers = (one: Rotation) => data.level === 'patient' && one.data.patientId !== data.patientId;
  return inTheWay.every(isOthers) ? accept(plain('key-suspension-ordered', data)) : reject('rotation-under-way');
}

/** The same key is reported once: what more is known of it goes into the incident. */
function reported(state: KeysState, { data, description }: Extract<KeysCommand, { name: 'report-compromise' }>): Decision {
  if (isReported(state, data)) return reject('compromise-reported');
  const content = description === null ? null : { scope: KEYS_SCOPE, text: description };
  return accept({ type: 'key-compromise-reported', data, source: null, validTime: TIMELESS, content });
}

function isReported({ reports }: KeysState, { keyId, level }: { readonly keyId: string; readonly level: string }): boolean {
  return [...reports.values()].some(({ data }) => data.keyId === keyId && data.level === level);
}

function openRotations({ rotations }: KeysState): Rotation[] {
  return [...rotations.values()].filter(({ completed }) => completed === null);
}

/** Scheduled, and its time has not come. */
export function waits({ kind, activatesAt }: OrderedRotation): boolean {
  return kind === 'rotate' && activatesAt !== null;
}

type KeyEvents = 'key-rotation-ordered' | 'key-rotation-completed' | 'key-state-changed' | 'key-suspension-ordered' | 'incident-opened';

function plain<T extends KeyEvents>(type: T, data: EventOf<T>['data']): Draft {
  return { type, data, source: null, validTime: TIMELESS, content: null } as Draft;
}
