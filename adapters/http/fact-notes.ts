import { type AmendmentNote, attachedTo } from '../../domain/amendment/attached.js';
import { amendmentsOf, type NoteJson, noteJson, openedBy } from '../../projections/reading/amendment-notes.js';
import type { Opener } from '../../projections/reading/opener.js';
import type { RecordQuery } from '../../projections/reading/record-reader.js';
import type { Fact } from '../../schemas/read-models/fact.js';
import type { Services } from './services.js';

/** What travels with facts because the patient asked for amendments (45 CFR 164.526(d)(4), (5)). */
export interface FactNotes {
  of(fact: Fact): Promise<NoteJson[]>;
  /** Sealed parts that were opened for it. */
  opened(): number;
}

/** Read once for all facts of an answer. Without an opener the documents are named and not shown. */
export async function notesFor(services: Services, { tenant, patientId, now }: RecordQuery, opener: Opener | null): Promise<FactNotes> {
  const rows = await amendmentsOf(services.models, tenant, patientId);
  let opened = 0;
  const shown = async (note: AmendmentNote) => {
    const ring = (await opener?.ringFor(note.patientId)) ?? null;
    if (ring !== null) opened += openedBy(note, ring);
    return noteJson(note, ring);
  };
  return { of: (fact) => Promise.all(attachedTo(fact, rows, now).map(shown)), opened: () => opened };
}
