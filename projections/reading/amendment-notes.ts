import type { AmendmentNote } from '../../domain/amendment/attached.js';
import type { AmendmentRow } from '../../schemas/read-models/amendment.js';
import { amendmentPrefix } from '../amendments.js';
import { type GroupRow, groupKey } from '../groups.js';
import type { ReadModels } from '../ports.js';
import { type WordSaid, type Words, wordJson } from './words.js';

/** Requests of one patient, of all times: past that, nobody can act on them one by one. */
const AMENDMENTS_AT_MOST = 1000;

export interface NoteJson {
  readonly amendmentId: string;
  readonly accepted: AmendmentNote['accepted'];
  readonly denied: AmendmentNote['denied'];
  readonly material: readonly ({ readonly document: string; readonly at: string } & WordSaid)[];
}

/** What goes out with a fact. To who may not have them opened the documents are named and not shown. */
export async function noteJson(note: AmendmentNote, words: Words): Promise<NoteJson> {
  const { amendmentId, patientId, accepted, denied } = note;
  const material = await Promise.all(
    note.material.map(async ({ name: document, step: { at, text } }) => ({ document, at, ...wordJson(await words.of(patientId, text)) })),
  );
  return { amendmentId, accepted, denied, material };
}

/** The requests that `attachedTo` looks through: those of the patient and of everybody who was merged with them. */
export async function amendmentsOf(models: ReadModels, tenant: string, patientId: string): Promise<AmendmentRow[]> {
  const members = await membersOf(models, tenant, patientId);
  const pages = await Promise.all(members.map((member) => models.byPrefix('amendments', amendmentPrefix(tenant, member), { limit: AMENDMENTS_AT_MOST })));
  return pages.flat().map((row) => row.value as AmendmentRow);
}

export async function membersOf(models: ReadModels, tenant: string, patientId: string): Promise<readonly string[]> {
  const [group] = await models.get('record', [groupKey(tenant, patientId)]);
  return (group?.value as GroupRow | undefined)?.members ?? [patientId];
}
