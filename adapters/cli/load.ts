import type { Command } from 'commander';
import { SOURCE_KINDS } from '../../schemas/events/source-registered.js';
import { type Connection, connect, problemWords } from './connect.js';
import { BulkSender } from './load/bulk-sender.js';
import { findFiles } from './load/files.js';
import { Loader } from './load/loader.js';
import { PatientDesk } from './load/patients.js';
import { progressOf } from './load/progress.js';
import { jsonOf, tableOf } from './load/report.js';
import { Tally } from './load/tally.js';
import { CliProblem } from './problem.js';

interface LoadOptions {
  readonly tenant: string;
  readonly source: string;
  readonly json: boolean;
}

export function addLoad(program: Command): void {
  program
    .command('load')
    .description('Load FHIR R4 bundles and NDJSON as a source system. Safe to run twice, and to interrupt and run again.')
    .argument('<file...>', 'files ending in .json, .json.gz, .ndjson or .ndjson.gz, or folders of them')
    .requiredOption('--tenant <tenant>', 'tenant')
    .requiredOption('--source <source>', 'id of the source system that says all this; registered if it is not known yet')
    .option('--json', 'print the outcome as one JSON object', false)
    .action(async (paths: string[], options: LoadOptions) => {
      const connection = await connect();
      process.stderr.write(`${connection.words}\n`);
      try {
        if (!(await load(connection, paths, options))) process.exitCode = 1;
      } finally {
        await connection.close();
      }
    });
}

/** Returns whether everything was taken: recorded, there already, or kept in the quarantine. */
async function load(connection: Connection, paths: readonly string[], { tenant, source, json }: LoadOptions): Promise<boolean> {
  const { files, faults } = await findFiles(paths);
  const token = await connection.token({ tenant, subject: source, roles: ['source'], purpose: 'TREAT' });
  if (connection.signsOwnTokens) await registerSource(connection, tenant, source);
  const tally = new Tally();
  tally.faults.push(...faults);
  const began = Date.now();
  // NDJSON is read twice: for its patients, then for the rest.
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes * (file.kind === 'ndjson' ? 2 : 1), 0);
  const progress = progressOf(files.length, sizeBytes, tally);
  const sender = new BulkSender(connection.url, token);
  const loader = new Loader({ sender, tally, desk: new PatientDesk(connection.url, token, sender), ...progress });
  let stopped: unknown;
  try {
    await loader.load(files);
    await sender.finish();
  } catch (fault) {
    stopped = fault;
  }
  progress.stop();
  const facts = { tenant, source, url: connection.url, elapsedMs: Date.now() - began, files: files.length + faults.length };
  process.stdout.write(json ? jsonOf(tally, facts) : tableOf(tally, facts));
  if (stopped !== undefined) throw stopped;
  return tally.faults.length === 0 && tally.sum().failed === 0;
}

/** As a steward. A source that is registered with other details stays as it is. */
async function registerSource(connection: Connection, tenant: string, source: string): Promise<void> {
  const token = await connection.token({ tenant, subject: 'command-line', roles: ['steward'], purpose: 'HOPERAT' });
  const kind = (SOURCE_KINDS as readonly string[]).includes(source) ? source : 'other';
  const response = await fetch(`${connection.url}/v1/commands/register-source`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ sourceId: source, displayName: source, kind }),
  });
  const text = await response.text();
  if (response.status === 201) process.stderr.write(`registered source ${source} in tenant ${tenant}\n`);
  else if (!response.ok && response.status !== 409) throw new CliProblem(problemWords(response.status, text));
}
