import type { AssertionEvent, LedgerEvent } from '../../schemas/catalogue.js';
import { isAssertion } from '../../schemas/catalogue.js';
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
}

export function initialPatient(): PatientState {
  return { exists: false, records: new Map() };
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
  return state;
}

function evolveRecord(state: PatientState, event: AssertionEvent, revision: number): void {
  const ref = recordRef(event.source?.id ?? '', event.source?.recordKey ?? '');
  if (event.type === 'fact-retracted') {
    const record = state.records.get(ref);
    if (record === undefined) return;
    removeVersions(record.lineage, event.data.replaces);
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
  const live = addVersion(record.lineage, version, 'replaces' in event.data ? event.data.replaces : []);
  if (live) {
    record.category = category;
    record.retraction = null;
  }
  const label = sourceVersion ?? '';
  record.known.set(label, [...(record.known.get(label) ?? []), version]);
}
