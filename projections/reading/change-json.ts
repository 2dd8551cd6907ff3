import { findingsOf, standingOf } from '../../domain/change-control/standing.js';
import type { ChangeRow } from '../../schemas/read-models/change.js';
import type { JsonText } from './record-json.js';
import { type Words, wordJson } from './words.js';

/** A change as the API shows it; what it would do is spliced in as it was written, for those who may have it opened. */
export async function changeJson(row: ChangeRow, now: string, words: Words): Promise<JsonText> {
  const { body, ...about } = row;
  const shown = { ...about, state: standingOf(row, now), findings: findingsOf(row, now) };
  const word = await words.of(row.patientId, body);
  if (word.kind === 'shown') return `${JSON.stringify(shown).slice(0, -1)},"body":${word.text}}`;
  return JSON.stringify({ ...shown, ...wordJson(word) });
}
