import { attachedTo } from '../../domain/amendment/attached.js';
import { amendmentsOf, type NoteJson, noteJson } from '../../projections/reading/amendment-notes.js';
import type { RecordQuery } from '../../projections/reading/record-reader.js';
import type { Words } from '../../projections/reading/words.js';
import type { Fact } from '../../schemas/read-models/fact.js';
import type { Services } from './services.js';

/** What travels with a fact because the patient asked for amendments (45 CFR 164.526(d)(4), (5)). */
export type NotesOf = (fact: Fact) => Promise<NoteJson[]>;

/** Read once for all facts of an answer. */
export async function notesFor(services: Services, { tenant, patientId, now }: RecordQuery, words: Words): Promise<NotesOf> {
  const rows = await amendmentsOf(services.models, tenant, patientId);
  return (fact) => Promise.all(attachedTo(fact, rows, now).map((note) => noteJson(note, words)));
}
