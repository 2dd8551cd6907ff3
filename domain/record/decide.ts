import type { EventOf } from '../../schemas/catalogue.js';
import type { ValidTime } from '../../schemas/event.js';
import type { BlindStatement, TranslatedStatement } from '../../schemas/events/statement.js';
import { accept, type ClearContent, type Decider, type Decision, type Draft, TIMELESS } from '../decider.js';
import { reject } from '../rejections.js';
import { decideReopen, decideSettle, type ReopenCommand, type SettleCommand } from './settle.js';
import { evolvePatient, initialPatient, type PatientState, recordRef, type SourceRecord } from './state.js';
import { decideTranslate, type TranslateCommand, translationDraft } from './translate.js';
import { isOutdated } from './versions.js';

/** A source's statement, its words already turned into keyed hashes; `content` is what it wrote, not looked into. */
export interface Assertion {
  readonly patientId: string;
  readonly source: string;
  readonly recordKey: string;
  readonly sourceVersion: string | null;
  readonly category: string;
  readonly resourceType: string;
  readonly contentToken: string;
  readonly statements: BlindStatement[];
  readonly validTime: ValidTime;
  readonly content: ClearContent;
  /** A random id, used if this record is new. */
  readonly newAssertionId: string;
  /** Where the patient was merged: its statements under the survivor's key, for the event that will have this id. */
  readonly translation?: { readonly toward: string; readonly eventId: string; readonly statements: TranslatedStatement[] };
}

export type PatientCommand =
  | TranslateCommand
  | SettleCommand
  | ReopenCommand
  | { readonly name: 'register-patient' | 'update-demographics' | 'record-fact'; readonly assertion: Assertion }
  | {
      readonly name: 'correct-fact';
      readonly assertion: Assertion;
      readonly reason: EventOf<'fact-corrected'>['data']['reason'];
      /** The change by which somebody else than the source corrects it. */
      readonly approval: string | null;
    }
  | {
      readonly name: 'retract-fact';
      readonly patientId: string;
      readonly source: string;
      readonly recordKey: string;
      readonly reason: EventOf<'fact-retracted'>['data']['reason'];
    };

export const patientDecider: Decider<PatientState, PatientCommand> = {
  initial: initialPatient,
  evolve: evolvePatient,
  decide: decidePatient,
};

export function decidePatient(state: PatientState, command: PatientCommand): Decision {
  if (command.name === 'register-patient') return decideRegister(state, command.assertion);
  if (!state.exists) return reject('unknown-patient');
  switch (command.name) {
    case 'update-demographics':
      return decideDemographics(state, command.assertion);
    case 'record-fact':
      return decideRecord(state, command.assertion);
    case 'settle-conflict':
      return decideSettle(state, command);
    case 'reopen-conflict':
      return decideReopen(state, command);
    case 'correct-fact':
      return decideCorrect(state, command);
    case 'retract-fact':
      return decideRetract(state, command);
    case 'translate-statements':
      return decideTranslate(state, command);
  }
}

/** Registering again is a repeat when nothing changed, and an update of the demographics when something did. */
function decideRegister(state: PatientState, assertion: Assertion): Decision {
  if (state.exists) return decideDemographics(state, assertion);
  return said(assertion, { type: 'patient-registered', data: assertionData(assertion, assertion.newAssertionId), ...attribution(assertion) });
}

/** A source that sends its demographics without a version means its present ones: they take the place of what it held before. */
function decideDemographics(state: PatientState, assertion: Assertion): Decision {
  const record = recordOf(state, assertion);
  const repeat = record === undefined ? undefined : assertion.sourceVersion === null ? headOf(record, assertion) : repeatOf(record, assertion);
  if (repeat === 'changed') return reject('source-version-conflict');
  if (repeat !== undefined) return repeat;
  const replaces = assertion.sourceVersion === null ? headIds(record) : [];
  return said(assertion, {
    type: 'demographics-updated',
    data: { ...assertionData(assertion, record?.assertionId ?? assertion.newAssertionId), replaces },
    ...attribution(assertion),
  });
}

function decideRecord(state: PatientState, assertion: Assertion): Decision {
  const record = recordOf(state, assertion);
  if (record !== undefined) {
    const repeat = repeatOf(record, assertion);
    if (repeat === 'changed') return reject('source-version-conflict');
    if (repeat !== undefined) return repeat;
  }
  const assertionId = record?.assertionId ?? assertion.newAssertionId;
  return said(assertion, { type: 'fact-recorded', data: assertionData(assertion, assertionId), ...attribution(assertion) });
}

function decideCorrect(state: PatientState, { assertion, reason, approval }: Extract<PatientCommand, { name: 'correct-fact' }>): Decision {
  const record = recordOf(state, assertion);
  if (record === undefined) return reject('unknown-fact');
  const [head] = record.lineage.heads;
  if (head === undefined) return reject('fact-retracted');
  if (record.category !== assertion.category) return reject('category-changed');
  const same = record.lineage.heads.length === 1 && head.contentToken === assertion.contentToken;
  if (same && (assertion.sourceVersion === null || assertion.sourceVersion === head.sourceVersion)) {
    return { kind: 'repeat', eventId: head.eventId, revision: head.revision };
  }
  if (isOutdated(record.lineage, assertion.sourceVersion)) {
    const repeat = repeatOf(record, assertion);
    return repeat === undefined || repeat === 'changed' ? reject('source-version-conflict') : repeat;
  }
  // Without a version of its own a correction keeps the one it corrects, so that the source's next version supersedes it.
  const sourceVersion = assertion.sourceVersion ?? head.sourceVersion;
  return said(assertion, {
    type: 'fact-corrected',
    data: { ...assertionData({ ...assertion, sourceVersion }, record.assertionId), replaces: headIds(record), approval, reason },
    ...attribution(assertion),
  });
}

function decideRetract(state: PatientState, command: Extract<PatientCommand, { name: 'retract-fact' }>): Decision {
  const record = state.records.get(recordRef(command.source, command.recordKey));
  if (record === undefined) return reject('unknown-fact');
  if (record.lineage.heads.length === 0 && record.retraction !== null) {
    return { kind: 'repeat', eventId: record.retraction.eventId, revision: record.retraction.revision };
  }
  return accept({
    type: 'fact-retracted',
    data: {
      patientId: command.patientId,
      category: record.category,
      assertionId: record.assertionId,
      replaces: headIds(record),
      reason: command.reason,
    },
    source: { id: command.source, recordKey: command.recordKey },
    validTime: TIMELESS,
    content: null,
  });
}

/** Natural idempotency: the same version with the same content is the first event again; with other content it is `'changed'`. */
function repeatOf(record: SourceRecord, assertion: Assertion): Decision | 'changed' | undefined {
  const known = record.known.get(assertion.sourceVersion ?? '');
  if (known === undefined) return undefined;
  const same = known.findLast((version) => version.contentToken === assertion.contentToken);
  return same === undefined ? 'changed' : { kind: 'repeat', eventId: same.eventId, revision: same.revision };
}

/** The live version with this content: what went before is no repeat, since a value may come back. */
function headOf(record: SourceRecord, assertion: Assertion): Decision | undefined {
  const same = record.lineage.heads.find((head) => head.contentToken === assertion.contentToken);
  return same === undefined ? undefined : { kind: 'repeat', eventId: same.eventId, revision: same.revision };
}

function recordOf(state: PatientState, assertion: Assertion): SourceRecord | undefined {
  return state.records.get(recordRef(assertion.source, assertion.recordKey));
}

function headIds(record: SourceRecord | undefined): string[] {
  return record?.lineage.heads.map((head) => head.eventId) ?? [];
}

function assertionData(assertion: Assertion, assertionId: string) {
  const { patientId, category, resourceType, sourceVersion, contentToken, statements } = assertion;
  return { patientId, category, resourceType, assertionId, sourceVersion, contentToken, statements };
}

/** Of a merged patient, what was said is known under the survivor's key at the same moment. */
function said({ patientId, translation }: Assertion, draft: Draft): Decision {
  if (translation === undefined) return accept(draft);
  return accept({ ...draft, id: translation.eventId }, translationDraft(patientId, translation.toward, translation.statements));
}

function attribution(assertion: Assertion) {
  return {
    source: { id: assertion.source, recordKey: assertion.recordKey },
    validTime: assertion.validTime,
    content: assertion.content,
  };
}
