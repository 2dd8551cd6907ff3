import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Sqlite } from '../../adapters/embedded/sqlite.js';
import type { ModelState } from '../../adapters/model-progress.js';
import { layout } from '../../adapters/stores.js';
import type { LedgerProcess } from '../bench/ledger-process.js';
import type { Book } from './book.js';
import { readText, type Tokens, WrongAnswer } from './client.js';
import type { LogIndex, Problems } from './log-index.js';

export const MODELS = ['record', 'directory', 'accesses', 'patients', 'candidates'] as const;
const SIDES = ['record', 'conflicts', 'lineage'];
const BUILT_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 10;
const ACCESSES_A_PAGE = 1000;

/**
 * Every read model against its rebuild: all rows of their files, and what the API says of some patients. Accesses grow by
 * being looked at, so of them what stood before has to stand after, and all that the log holds has to be there.
 */
export async function compareModels(
  ledger: LedgerProcess,
  tokens: Tokens,
  book: Book,
  log: LogIndex,
  patients: readonly string[],
  problems: Problems,
): Promise<void> {
  await ledger.ready();
  await log.readOn(ledger, tokens.auditor, problems);
  const through = log.through as string;
  const before = await shown(ledger, tokens, book, patients, through);
  const generations = await stateOf(ledger);
  const rowsBefore = new Map(MODELS.map((model) => [model, rowsOf(ledger, generations, model)]));
  await Promise.all(MODELS.map((model) => rebuild(ledger, tokens, model, generations)));
  await ledger.ready();
  const after = await shown(ledger, tokens, book, patients, through);
  const rebuilt = await stateOf(ledger);
  for (const model of MODELS) compareRows(model, rowsBefore.get(model) as Map<string, string>, rowsOf(ledger, rebuilt, model), problems);
  for (const [what, text] of before) if (after.get(what) !== text) problems.add('model', `${what} differs from its rebuild:\n  ${text}\n  ${after.get(what)}`);
  for (const patient of patients) await compareAccesses(ledger, tokens, log, patient, problems);
}

/** Each side of each patient, as text. */
async function shown(ledger: LedgerProcess, tokens: Tokens, book: Book, patients: readonly string[], through: string): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  const read = async (path: string) => {
    const answer = await readText(ledger, tokens.steward, path, null, { 'minimum-position': through });
    if (answer === null) throw new WrongAnswer(`GET ${path} broke off`);
    texts.set(path, answer.text);
  };
  for (const patient of patients) await Promise.all(SIDES.map((side) => read(`/v1/patients/${patient}/${side}`)));
  const chosen = new Set(patients);
  for (const [mrn, patient] of book.identifiers) if (chosen.has(patient)) await read(`/v1/patients?identifier=${encodeURIComponent(`urn:oid:1.2.3.4|${mrn}`)}`);
  return texts;
}

async function stateOf(ledger: LedgerProcess): Promise<Map<string, ModelState>> {
  const { models } = await ledger.models();
  return new Map(models.map((state) => [state.model, state]));
}

async function rebuild(ledger: LedgerProcess, tokens: Tokens, model: string, before: Map<string, ModelState>): Promise<void> {
  const answer = await ledger.post(`/v1/projections/${model}/rebuild`, tokens.operator, '{}');
  if (answer.status !== 202) throw new WrongAnswer(`the rebuild of ${model} was answered ${answer.status}`);
  const untilMs = Date.now() + BUILT_WITHIN_MS;
  while (((await stateOf(ledger)).get(model)?.generation ?? 0) <= (before.get(model)?.generation ?? 0)) {
    if (Date.now() > untilMs) throw new WrongAnswer(`the rebuild of ${model} does not end`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** Hash of each row by its key, straight from the file that the server reads. */
function rowsOf(ledger: LedgerProcess, states: Map<string, ModelState>, model: string): Map<string, string> {
  const db = new Sqlite(join(layout.readModels(ledger.dataDir), `${model}.${states.get(model)?.generation}.db`), { readonly: true });
  const rows = db.prepare('SELECT key, position, value, found_by FROM row').all();
  db.close();
  return new Map(rows.map((row) => [String(row['key']), createHash('sha1').update(`${row['position']}|${row['value']}|${row['found_by']}`).digest('base64')]));
}

function compareRows(model: string, before: Map<string, string>, after: Map<string, string>, problems: Problems): void {
  for (const [key, hash] of before)
    if (after.get(key) !== hash) problems.add('model', `row ${key} of ${model} ${after.has(key) ? 'differs from' : 'is not in'} its rebuild`);
  if (model === 'accesses') return;
  for (const key of after.keys()) if (!before.has(key)) problems.add('model', `row ${key} of ${model} is in its rebuild only`);
}

/** The list of a patient's accesses holds all that the log holds, and nothing else. */
async function compareAccesses(ledger: LedgerProcess, tokens: Tokens, log: LogIndex, patient: string, problems: Problems): Promise<void> {
  const through = log.through as string;
  const known = new Set(log.accessesOf.get(patient));
  const listed = new Set<string>();
  for (let cursor: string | null = ''; cursor !== null; ) {
    const path = `/v1/patients/${patient}/accesses?limit=${ACCESSES_A_PAGE}${cursor === '' ? '' : `&cursor=${cursor}`}`;
    const answer = await readText(ledger, tokens.privacy, path, null, { 'minimum-position': through });
    if (answer === null) throw new WrongAnswer(`GET ${path} broke off`);
    const page = JSON.parse(answer.text) as { accesses: { eventId: string }[]; next: string | null };
    for (const { eventId } of page.accesses) listed.add(eventId);
    cursor = page.next;
  }
  await log.readOn(ledger, tokens.auditor, problems);
  for (const id of known) if (!listed.has(id)) problems.add('model', `access ${id} of patient ${patient} is in the log and not in the list`);
  for (const id of listed)
    if (!log.accessesOf.get(patient)?.has(id)) problems.add('model', `access ${id} of patient ${patient} is in the list and not in the log`);
}
