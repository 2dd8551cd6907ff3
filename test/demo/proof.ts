import { createHash } from 'node:crypto';
import { type Json, LedgerClient, type Reply } from '../support/client.js';
import { Searcher } from '../support/search.js';
import type { LedgerServer } from '../support/server.js';
import { secretsOf } from './patients.js';
import type { Stage } from './stage.js';
import type { Cast } from './story.js';

const problem = ({ json }: Reply) => ({ code: json.code, detail: json.detail, remedy: json.remedy });

/** Reads that are refused, each with a reason that a program can act on. */
export async function refusals(stage: Stage, cast: Cast, patientId: string): Promise<void> {
  stage.step('Who may not read is told so, and no more');
  const path = `/v1/patients/${patientId}/record`;
  stage.say("Another tenant's clinician: for them there is no such patient.");
  const foreign = await stage.ask('GET', path, { token: cast.stranger, show: problem });
  stage.say('A clinician whose purpose of use is marketing:');
  const purpose = await stage.ask('GET', path, { token: cast.marketer, show: problem });
  stage.say('Nobody in particular:');
  const nobody = await stage.ask('GET', path, { show: problem });
  stage.must(foreign.status === 404 && purpose.status === 403 && nobody.status === 401, 'no identity, no tenant, no purpose: no access');
}

/** What the privacy officer and the auditor see. */
export async function audit(stage: Stage, cast: Cast, patientId: string): Promise<void> {
  stage.step('Every access is on record, refusals included');
  const path = `/v1/patients/${patientId}/accesses`;
  // The list is a read model: the last access shows a moment after it happened.
  for (let tries = 0; tries < 100 && !(await stage.client.get(path, cast.officer)).text.includes('HMARKT'); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const list = await stage.ask('GET', path, { token: cast.officer, show: ({ json }) => lastRows(json.accesses) });
  stage.must(list.text.includes('"refused"'), 'the refused purpose stands there too');
  stage.step("The auditor replays the patient's stream, sealed");
  const replay = await stage.ask('GET', `/v1/audit/events?patient=${patientId}`, { token: cast.auditor, show: ({ text }) => sealedRows(text) });
  const hits = new Searcher(secretsOf()).inText('the replay', replay.text);
  stage.must(hits.length === 0, 'nothing is missing from it, and it says nothing about her');
}

function lastRows(accesses: readonly Json[]): string[] {
  const rows = accesses.map(({ at, subject, purpose, action, outcome, code }) => {
    const refusal = code === null ? '' : ` (${code})`;
    return `${at} ${subject.padEnd(10)} ${purpose.padEnd(8)} ${action.padEnd(15)} ${outcome}${refusal}`;
  });
  return rows.length <= 8 ? rows : [...rows.slice(0, 2), '…', ...rows.slice(-5), `${rows.length} in all`];
}

function sealedRows(text: string): string[] {
  const events = text.split('\n').filter((line) => line !== '');
  const rows = events.slice(0, 3).map((line) => {
    const { type, source, sealed } = JSON.parse(line) as { type: string; source: { id: string }; sealed: { scope: string; box: string }[] };
    return `${type.padEnd(20)} ${source.id.padEnd(12)} sealed ${sealed[0]?.scope}: ${sealed[0]?.box.slice(0, 60)}…`;
  });
  return [...rows, `… ${events.length} in all`];
}

/** Stops the ledger and starts it again: everything is still there. */
export async function restart(stage: Stage, cast: Cast, patientId: string, server: LedgerServer): Promise<LedgerServer> {
  stage.step('The ledger is stopped and started again');
  const path = `/v1/patients/${patientId}/record?validAt=2025-06-01`;
  const digest = async () =>
    createHash('sha256')
      .update((await stage.client.get(path, cast.clinician)).text)
      .digest('hex');
  const before = await digest();
  const next = await server.restart();
  stage.client.close();
  stage.client = new LedgerClient(next.url);
  const after = await digest();
  stage.say(`sha256 of the whole record before: ${before}\nsha256 of the whole record after:  ${after}`);
  stage.must(before === after, 'byte for byte the same');
  return next;
}

/** What is on the disk tells nobody anything. */
export function leaks(stage: Stage, dataDir: string, output: string): void {
  stage.step('What is on the disk');
  const secrets = secretsOf();
  const searcher = new Searcher(secrets);
  const { hits, files, sizeBytes } = searcher.inFolder(dataDir);
  stage.say(
    `${files} files, ${Math.round(sizeBytes / 1024)} KiB, searched for ${secrets.length} names, numbers, dates and diagnoses, as text, UTF-16, base64 and hex.`,
  );
  stage.must(hits.length === 0 && searcher.inText('the log', output).length === 0, 'none is there, and none is in the log');
}
