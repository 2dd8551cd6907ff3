import type { Static } from '@sinclair/typebox';
import { AccessRecorded } from './events/access-recorded.js';
import { AmendmentAccepted } from './events/amendment-accepted.js';
import { AmendmentDenied } from './events/amendment-denied.js';
import { AmendmentDisagreed } from './events/amendment-disagreed.js';
import { AmendmentExtended } from './events/amendment-extended.js';
import { AmendmentRebutted } from './events/amendment-rebutted.js';
import { AmendmentRequested } from './events/amendment-requested.js';
import { ChangeApplied } from './events/change-applied.js';
import { ChangeApproved } from './events/change-approved.js';
import { ChangeProposed } from './events/change-proposed.js';
import { ChangeRejected } from './events/change-rejected.js';
import { ChangeReviewed } from './events/change-reviewed.js';
import { ConflictReopened } from './events/conflict-reopened.js';
import { ConflictSettled } from './events/conflict-settled.js';
import { DemographicsUpdated } from './events/demographics-updated.js';
import { DesignationWithdrawn } from './events/designation-withdrawn.js';
import { ErasureOrdered } from './events/erasure-ordered.js';
import { ErasureRefused } from './events/erasure-refused.js';
import { FactCorrected } from './events/fact-corrected.js';
import { FactRecorded } from './events/fact-recorded.js';
import { FactRetracted } from './events/fact-retracted.js';
import { IncidentOpened } from './events/incident-opened.js';
import { InputQuarantined } from './events/input-quarantined.js';
import { KeyCompromiseReported } from './events/key-compromise-reported.js';
import { KeyRotationCompleted } from './events/key-rotation-completed.js';
import { KeyRotationOrdered } from './events/key-rotation-ordered.js';
import { KeyStateChanged } from './events/key-state-changed.js';
import { KeySuspensionOrdered } from './events/key-suspension-ordered.js';
import { KeysUsed } from './events/keys-used.js';
import { LegalHoldPlaced } from './events/legal-hold-placed.js';
import { LegalHoldReleased } from './events/legal-hold-released.js';
import { PatientErased } from './events/patient-erased.js';
import { PatientRegistered } from './events/patient-registered.js';
import { PatientsLinked } from './events/patients-linked.js';
import { PatientsMerged } from './events/patients-merged.js';
import { PatientsUnlinked } from './events/patients-unlinked.js';
import { PatientsUnmerged } from './events/patients-unmerged.js';
import { SourceRegistered } from './events/source-registered.js';
import { SourceReinstated } from './events/source-reinstated.js';
import { SourceSuspended } from './events/source-suspended.js';
import { StatementsTranslated } from './events/statements-translated.js';
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
  'conflict-settled': ConflictSettled,
  'conflict-reopened': ConflictReopened,
  'designation-withdrawn': DesignationWithdrawn,
  'patients-linked': PatientsLinked,
  'patients-merged': PatientsMerged,
  'patients-unlinked': PatientsUnlinked,
  'patients-unmerged': PatientsUnmerged,
  'statements-translated': StatementsTranslated,
  'change-proposed': ChangeProposed,
  'change-approved': ChangeApproved,
  'change-rejected': ChangeRejected,
  'change-applied': ChangeApplied,
  'change-reviewed': ChangeReviewed,
  'amendment-requested': AmendmentRequested,
  'amendment-accepted': AmendmentAccepted,
  'amendment-denied': AmendmentDenied,
  'amendment-extended': AmendmentExtended,
  'amendment-disagreed': AmendmentDisagreed,
  'amendment-rebutted': AmendmentRebutted,
  'legal-hold-placed': LegalHoldPlaced,
  'legal-hold-released': LegalHoldReleased,
  'erasure-refused': ErasureRefused,
  'erasure-ordered': ErasureOrdered,
  'patient-erased': PatientErased,
  'access-recorded': AccessRecorded,
  'input-quarantined': InputQuarantined,
  'keys-used': KeysUsed,
  'key-rotation-ordered': KeyRotationOrdered,
  'key-rotation-completed': KeyRotationCompleted,
  'key-suspension-ordered': KeySuspensionOrdered,
  'key-state-changed': KeyStateChanged,
  'key-compromise-reported': KeyCompromiseReported,
  'incident-opened': IncidentOpened,
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

/** The patients that an event is about, by id: none for what a tenant declares. */
export function patientsOf({ data }: LedgerEvent): readonly string[] {
  const about = data as {
    patientId?: string | null;
    patientIds?: readonly string[];
    patients?: readonly string[] | number;
    absorbed?: string;
    survivor?: string;
  };
  // An incident counts its patients, and names none.
  const listed = typeof about.patients === 'number' ? [] : (about.patients ?? []);
  const named = [about.patientId, about.absorbed, about.survivor, ...(about.patientIds ?? []), ...listed];
  return [...new Set(named.filter((id) => typeof id === 'string'))];
}
