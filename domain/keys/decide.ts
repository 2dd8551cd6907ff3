import type { EventOf, LedgerEvent } from '../../schemas/catalogue.js';
import type { KeyLevel } from '../../schemas/phi/key-levels.js';
import { accept, type Decider, type Decision, type Draft, TIMELESS } from '../decider.js';
import { reject } from '../rejections.js';

interface Place {
  readonly eventId: string;
  readonly revision: number;
}

export interface Rotation extends Place {
  readonly data: EventOf<'key-rotation-ordered'>['data'];
  readonly at: string;
  completed: (Place & { readonly data: EventOf<'key-rotation-completed'>['data']; readonly at: string }) | null;
}

export interface CompromiseReport extends Place {
  readonly data: EventOf<'key-compromise-reported'>['data'];
  readonly at: string;
  /** The last of the changes that it brought about. */
  changed: Place | null;
  incident: (Place & { readonly data: EventOf<'incident-opened'>['data'] }) | null;
}

/** What was decided about a tenant's keys, and what became of it. The keys themselves, and their states, are the key store's. */
export interface KeysState {
  readonly rotations: Map<string, Rotation>;
  readonly reports: Map<string, CompromiseReport>;
}

export type KeysCommand =
  | { readonly name: 'order-rotation'; readonly data: EventOf<'key-rotation-ordered'>['data'] }
  | { readonly name: 'complete-rotation'; readonly data: EventOf<'key-rotation-completed'>['data']; readonly states: readonly StateChange[] }
  | { readonly name: 'report-compromise'; readonly data: EventOf<'key-compromise-reported'>['data']; readonly description: string | null }
  | { readonly name: 'change-states'; readonly reportId: string; readonly states: readonly StateChange[] }
  | { readonly name: 'open-incident'; readonly data: EventOf<'incident-opened'>['data'] };

export type StateChange = EventOf<'key-state-changed'>['data'];

/** The scope of what is said about keys in words, under the tenant's own keys. */
export const KEYS_SCOPE = 'key-management';

export const keysDecider: Decider<KeysState, KeysCommand> = {
  initial: () => ({ rotations: new Map(), reports: new Map() }),
  evolve: evolveKeys,
  decide: decideKeys,
};

function evolveKeys(state: KeysState, event: LedgerEvent, revision: number): KeysState {
  const place = { eventId: event.id, revision };
  if (event.type === 'key-rotation-ordered') state.rotations.set(event.data.rotationId, { ...place, data: event.data, at: event.recordedAt, completed: null });
  if (event.type === 'key-compromise-reported')
    state.reports.set(event.data.reportId, { ...place, data: event.data, at: event.recordedAt, changed: null, incident: null });
  const rotation = event.type === 'key-rotation-completed' ? state.rotations.get(event.data.rotationId) : undefined;
  if (rotation !== undefined && event.type === 'key-rotation-completed') rotation.completed = { ...place, data: event.data, at: event.recordedAt };
  const behind = event.type === 'key-state-changed' ? state.reports.get(event.data.because) : undefined;
  if (behind !== undefined) behind.changed = place;
  const report = event.type === 'incident-opened' ? state.reports.get(event.data.reportId) : undefined;
  if (report !== undefined && event.type === 'incident-opened') report.incident = { ...place, data: event.data };
  return state;
}

function decideKeys(state: KeysState, command: KeysCommand): Decision {
  switch (command.name) {
    case 'order-rotation':
      return underWay(state, command.data.level, command.data.patientId) ? reject('rotation-under-way') : accept(plain('key-rotation-ordered', command.data));
    case 'complete-rotation': {
      const known = state.rotations.get(command.data.rotationId)?.completed;
      if (known !== undefined && known !== null) return { kind: 'repeat', eventId: known.eventId, revision: known.revision };
      return accept(...command.states.map((data) => plain('key-state-changed', data)), plain('key-rotation-completed', command.data));
    }
    case 'report-compromise':
      return reported(state, command);
    case 'change-states': {
      const known = state.reports.get(command.reportId)?.changed;
      if (known !== undefined && known !== null) return { kind: 'repeat', eventId: known.eventId, revision: known.revision };
      return accept(...command.states.map((data) => plain('key-state-changed', data)));
    }
    case 'open-incident': {
      const known = state.reports.get(command.data.reportId)?.incident;
      if (known !== undefined && known !== null) return { kind: 'repeat', eventId: known.eventId, revision: known.revision };
      return accept(plain('incident-opened', command.data));
    }
  }
}

/** One at a time: two that replace the same key would each leave the other's work half wrapped. */
function underWay({ rotations }: KeysState, level: KeyLevel, patientId: string | null): boolean {
  return [...rotations.values()].some(({ data, completed }) => completed === null && data.level === level && data.patientId === patientId);
}

/** The same key is reported once: what more is known of it goes into the incident. */
function reported({ reports }: KeysState, { data, description }: Extract<KeysCommand, { name: 'report-compromise' }>): Decision {
  if ([...reports.values()].some((known) => known.data.keyId === data.keyId && known.data.level === data.level)) return reject('compromise-reported');
  const content = description === null ? null : { scope: KEYS_SCOPE, text: description };
  return accept({ type: 'key-compromise-reported', data, source: null, validTime: TIMELESS, content });
}

type KeyEvents = 'key-rotation-ordered' | 'key-rotation-completed' | 'key-state-changed' | 'incident-opened';

function plain<T extends KeyEvents>(type: T, data: EventOf<T>['data']): Draft {
  return { type, data, source: null, validTime: TIMELESS, content: null } as Draft;
}
