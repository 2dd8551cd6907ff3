import type { EventOf, LedgerEvent } from '../../schemas/catalogue.js';
import { accept, type Decider, type Decision, type Draft, TIMELESS } from '../decider.js';
import { reject } from '../rejections.js';

/** A source system: unknown until registered, and then active or suspended. */
export interface SourceState {
  registered: { readonly data: EventOf<'source-registered'>['data']; readonly eventId: string; readonly revision: number } | null;
  suspended: { readonly eventId: string; readonly revision: number } | null;
}

export type SourceCommand =
  | { readonly name: 'register-source'; readonly data: EventOf<'source-registered'>['data'] }
  | { readonly name: 'suspend-source' | 'reinstate-source'; readonly sourceId: string; readonly reason: string };

export const sourceDecider: Decider<SourceState, SourceCommand> = {
  initial: () => ({ registered: null, suspended: null }),
  evolve: evolveSource,
  decide: decideSource,
};

function evolveSource(state: SourceState, event: LedgerEvent, revision: number): SourceState {
  const place = { eventId: event.id, revision };
  if (event.type === 'source-registered') state.registered = { data: event.data, ...place };
  if (event.type === 'source-suspended') state.suspended = place;
  if (event.type === 'source-reinstated') state.suspended = null;
  return state;
}

function decideSource(state: SourceState, command: SourceCommand): Decision {
  if (command.name === 'register-source') return decideRegister(state, command.data);
  if (state.registered === null) return reject('unknown-source');
  const data = { sourceId: command.sourceId, reason: command.reason };
  if (command.name === 'suspend-source') {
    if (state.suspended !== null) return { kind: 'repeat', ...state.suspended };
    return accept(plain({ type: 'source-suspended', data }));
  }
  if (state.suspended === null) return reject('source-not-suspended');
  return accept(plain({ type: 'source-reinstated', data }));
}

function decideRegister(state: SourceState, data: EventOf<'source-registered'>['data']): Decision {
  const known = state.registered;
  if (known === null) return accept(plain({ type: 'source-registered', data }));
  const same = known.data.displayName === data.displayName && known.data.kind === data.kind && known.data.organization === data.organization;
  return same ? { kind: 'repeat', eventId: known.eventId, revision: known.revision } : reject('source-exists');
}

type SourceEvents = 'source-registered' | 'source-suspended' | 'source-reinstated';

function plain(draft: { [T in SourceEvents]: { type: T; data: EventOf<T>['data'] } }[SourceEvents]): Draft {
  return { ...draft, source: null, validTime: TIMELESS, content: null };
}

/** May this source write now? */
export function sourceStanding(state: SourceState): 'active' | 'unknown-source' | 'source-suspended' {
  if (state.registered === null) return 'unknown-source';
  return state.suspended === null ? 'active' : 'source-suspended';
}
