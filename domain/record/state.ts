import type { AssertionEvent, LedgerEvent } from '../../schemas/catalogue.js';
import { isAssertion } from '../../schemas/catalogue.js';
import { evolveSettlements, type KnownSettlement } from './settle.js';
import { noteLive, noteTranslated, type Translations, type Untranslated } from './translations.js';
import { addVersion, emptyLineage, type Lineage, removeVersions, type VersionRef } from './versions.js';

/** One version of a source record, as the write side needs it: enough to know a repeat and to answer it. */
export interface KnownVersion extends VersionRef {
  readonly revision: number;
  readonly contentToken: string;
}

/** One record of one source about this patient. */
export interface SourceRecord {
  readonly assertionId: string;
  /** The category of the newest live version. */
  category: string;
  readonly lineage: Lineage<KnownVersion>;
  /** Every version ever recorded, corrections included, by version label (`''` = none). */
  readonly known: Map<string, KnownVersion[]>;
  retraction: { readonly eventId: string; readonly revision: number; readonly replaces: readonly string[] } | null;
}

/** A patient's stream, folded over clear metadata only: no content is opened to decide. */
export interface PatientState {
  exists: boolean;
  readonly records: Map<string, SourceRecord>;
  /** Toward patients that this one was merged into. */
  readonly translations: Translations;
  /** What stewards settled of this patient's record, by event id, in order. */
  readonly settlements: Map<string, KnownSettlement>;
}

export function initialPatient(): PatientState {
  return { exists: false, records: new Map(), translations: new Map(), settlements: new Map() };
}

/** Names a source record within a patient. */
export function recordRef(source: string, recordKey: string): string {
  return `${source}|${recordKey}`;
}

export function evolvePatient(state: PatientState, event: LedgerEvent, revision: number): PatientState {
  if (isAssertion(event)) {
    state.exists = true;
    evolveRecord(state, event, revision);
  }
  if (event.type === 'conflict-settled' || event.type === 'conflict-reopened') evolveSettlements(state.settlements, event, revision);
  if (event.type === 'statements-translated') noteTranslated(state.translations, () => liveVersions(state), event, revision);
  return state;
}

function evolveRecord(state: PatientState, event: AssertionEvent, revision: number): void {
  const ref = recordRef(event.source?.id ?? '', event.source?.recordKey ?? '');
  if (event.type === 'fact-retracted') {
    const record = state.records.get(ref);
    if (record === undefined) return;
    const before = record.lineage.heads;
    removeVersions(record.lineage, event.data.replaces);
    noteLive(state.translations, null, goneOf(before, record.lineage.heads));
    record.retraction = { eventId: event.id, revision, replaces: event.data.replaces };
    return;
  }
  const { assertionId, category, sourceVersion, contentToken } = event.data;
  const record: SourceRecord = state.records.get(ref) ?? {
    assertionId,
    category,
    lineage: emptyLineage(),
    known: new Map(),
    retraction: null,
  };
  state.records.set(ref, record);
  const version: KnownVersion = { eventId: event.id, sourceVersion, revision, contentToken };
  const before = record.lineage.heads;
  const live = addVersion(record.lineage, version, 'replaces' in event.data ? event.data.replaces : []);
  if (live) {
    record.category = category;
    record.retraction = null;
  }
  noteLive(state.translations, live ? { eventId: event.id, revision, category } : null, goneOf(before, record.lineage.heads));
  const label = sourceVersion ?? '';
  record.known.set(label, [...(record.known.get(label) ?? []), version]);
}

function goneOf(before: readonly KnownVersion[], after: readonly KnownVersion[]): KnownVersion[] {
  return before.filter((head) => !after.includes(head));
}

/** Every live version of every record, in the order of the records. */
export function liveVersions(state: PatientState): Untranslated[] {
  return [...state.records.values()].flatMap(({ category, lineage }) => lineage.heads.map(({ eventId, revision }) => ({ eventId, revision, category })));
}
