import type { EventOf, LedgerEvent } from '../../schemas/catalogue.js';
import type { KeyLevel } from '../../schemas/phi/key-levels.js';

export interface Place {
  readonly eventId: string;
  readonly revision: number;
}

export type StateChange = EventOf<'key-state-changed'>['data'];
type Ordered = EventOf<'key-rotation-ordered'>['data'];

export interface Rotation extends Place {
  /** As it was ordered; `activate` once the time of a scheduled one has come. */
  readonly data: Ordered;
  readonly at: string;
  /** The next generation of a scheduled one is there, and not in use yet. */
  prepared: Place | null;
  completed: (Place & { readonly data: EventOf<'key-rotation-completed'>['data']; readonly at: string }) | null;
}

export interface CompromiseReport extends Place {
  readonly data: EventOf<'key-compromise-reported'>['data'];
  readonly at: string;
  /** The last of the changes that it brought about. */
  changed: Place | null;
  incident: (Place & { readonly data: EventOf<'incident-opened'>['data'] }) | null;
}

export interface Suspension extends Place {
  readonly data: EventOf<'key-suspension-ordered'>['data'];
  readonly at: string;
  /** What the key was when the order had been carried out. */
  carriedOut: (Place & { readonly to: StateChange['to'] }) | null;
}

/** What was decided about a tenant's keys, and what became of it. The keys themselves, and their states, are the key store's. */
export interface KeysState {
  readonly rotations: Map<string, Rotation>;
  readonly reports: Map<string, CompromiseReport>;
  readonly suspensions: Map<string, Suspension>;
  /** Keys that are suspended now, and their levels. */
  readonly suspended: Map<string, KeyLevel>;
  readonly destroyedRoots: Map<string, Place>;
}

export const noKeys = (): KeysState => ({
  rotations: new Map(),
  reports: new Map(),
  suspensions: new Map(),
  suspended: new Map(),
  destroyedRoots: new Map(),
});

export function evolveKeys(state: KeysState, event: LedgerEvent, revision: number): KeysState {
  const place = { eventId: event.id, revision };
  switch (event.type) {
    case 'key-rotation-ordered': {
      const known = state.rotations.get(event.data.rotationId);
      const from = known ?? { at: event.recordedAt, prepared: null, completed: null };
      state.rotations.set(event.data.rotationId, { ...from, ...place, data: event.data });
      break;
    }
    case 'key-rotation-completed': {
      const rotation = state.rotations.get(event.data.rotationId);
      if (rotation !== undefined) rotation.completed = { ...place, data: event.data, at: event.recordedAt };
      break;
    }
    case 'key-compromise-reported':
      state.reports.set(event.data.reportId, { ...place, data: event.data, at: event.recordedAt, changed: null, incident: null });
      break;
    case 'key-suspension-ordered':
      state.suspensions.set(event.data.orderId, { ...place, data: event.data, at: event.recordedAt, carriedOut: null });
      if (event.data.kind === 'suspend') state.suspended.set(event.data.keyId, event.data.level);
      else state.suspended.delete(event.data.keyId);
      break;
    case 'key-state-changed':
      stateChanged(state, event.data, place);
      break;
    case 'incident-opened': {
      const report = state.reports.get(event.data.reportId);
      if (report !== undefined) report.incident = { ...place, data: event.data };
      break;
    }
  }
  return state;
}

/** `because` is the id of whatever brought it about. */
function stateChanged(state: KeysState, { keyId, level, to, because }: StateChange, place: Place): void {
  const [rotation, report, suspension] = [state.rotations.get(because), state.reports.get(because), state.suspensions.get(because)];
  if (rotation !== undefined && to === 'pre-active') rotation.prepared = place;
  if (report !== undefined) report.changed = place;
  if (suspension !== undefined) suspension.carriedOut = { ...place, to };
  if (to !== 'suspended') state.suspended.delete(keyId);
  if (level === 'root' && to === 'destroyed') state.destroyedRoots.set(keyId, place);
}
