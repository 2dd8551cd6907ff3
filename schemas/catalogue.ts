import type { Static } from '@sinclair/typebox';
import { AccessRecorded } from './events/access-recorded.js';
import { DemographicsUpdated } from './events/demographics-updated.js';
import { FactCorrected } from './events/fact-corrected.js';
import { FactRecorded } from './events/fact-recorded.js';
import { FactRetracted } from './events/fact-retracted.js';
import { InputQuarantined } from './events/input-quarantined.js';
import { PatientRegistered } from './events/patient-registered.js';
import { SourceRegistered } from './events/source-registered.js';
import { SourceReinstated } from './events/source-reinstated.js';
import { SourceSuspended } from './events/source-suspended.js';
import { SystemOfRecordDesignated } from './events/system-of-record-designated.js';

/** THE list of events, newest version of each. Older versions live beside them and reach these through `upcast.ts`. */
export const EVENTS = {
  'source-registered': SourceRegistered,
  'source-suspended': SourceSuspended,
  'source-reinstated': SourceReinstated,
  'patient-registered': PatientRegistered,
  'demographics-updated': DemographicsUpdated,
  'fact-recorded': FactRecorded,
  'fact-corrected': FactCorrected,
  'fact-retracted': FactRetracted,
  'system-of-record-designated': SystemOfRecordDesignated,
  'access-recorded': AccessRecorded,
  'input-quarantined': InputQuarantined,
} as const;

export type EventType = keyof typeof EVENTS;
export const EVENT_TYPES = Object.keys(EVENTS) as readonly EventType[];

/** An event of one type, as the newest schema has it. */
export type EventOf<T extends EventType> = Static<(typeof EVENTS)[T]>;
export type LedgerEvent = { [T in EventType]: EventOf<T> }[EventType];

/** Where an event stands: `revision` in its stream from 0, `position` in the whole log (opaque; see EventStore). */
export interface Recorded<E extends LedgerEvent = LedgerEvent> {
  readonly event: E;
  readonly revision: number;
  readonly position: string;
}

/** Events that state, correct or take back something about a patient. */
export const ASSERTION_EVENTS = ['patient-registered', 'demographics-updated', 'fact-recorded', 'fact-corrected', 'fact-retracted'] as const;
export type AssertionEvent = EventOf<(typeof ASSERTION_EVENTS)[number]>;

export function isAssertion(event: LedgerEvent): event is AssertionEvent {
  return (ASSERTION_EVENTS as readonly string[]).includes(event.type);
}
