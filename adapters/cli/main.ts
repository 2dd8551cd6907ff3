#!/usr/bin/env node
import { Command } from 'commander';
import { CliProblem } from './problem.js';

/** One file a verb. Only the verb that is asked for is loaded, since all together take longer to load than most take to run. */
const VERBS: ReadonlyMap<string, () => Promise<(program: Command) => void>> = new Map([
  ['serve', async () => (await import('./serve.js')).addServe],
  ['token', async () => (await import('./token.js')).addToken],
  ['load', async () => (await import('./load.js')).addLoad],
  ['rebuild', async () => (await import('./rebuild.js')).addRebuild],
  ['replay', async () => (await import('./replay.js')).addReplay],
  ['scan', async () => (await import('./scan.js')).addScan],
  ['keys', async () => (await import('./keys.js')).addKeys],
]);

/** The command line. Exits 1 when the verb's work went wrong, 2 when it was asked wrongly. */
const program = new Command('clinical-ledger')
  .description('An event-sourced ledger for clinical records.')
  .showHelpAfterError()
  .configureHelp({ sortSubcommands: true })
  .exitOverride((end) => process.exit(end.exitCode === 0 ? 0 : 2));

try {
  const asked = VERBS.get(process.argv[2] ?? '');
  // Help lists them all, and so does the answer to a verb that there is not.
  for (const verb of asked === undefined ? VERBS.values() : [asked]) (await verb())(program);
  await program.parseAsync();
} catch (fault) {
  const own =
    fault instanceof CliProblem ||
    ['BadConfiguration', 'DataDirInUse', 'KeyFileRefused', 'Pkcs11Refused', 'PinRefused', 'LedgerFault'].includes((fault as Error).name);
  process.stderr.write(`${own ? (fault as Error).message : ((fault as Error).stack ?? String(fault))}\n`);
  process.exit(1);
}
