#!/usr/bin/env node
import { Command } from 'commander';
import { addKeys } from './keys.js';
import { addLoad } from './load.js';
import { CliProblem } from './problem.js';
import { addRebuild } from './rebuild.js';
import { addReplay } from './replay.js';
import { addScan } from './scan.js';
import { addServe } from './serve.js';
import { addToken } from './token.js';

/** The command line: one file a verb. Exits 1 when the verb's work went wrong, 2 when it was asked wrongly. */
const program = new Command('clinical-ledger')
  .description('An event-sourced ledger for clinical records.')
  .showHelpAfterError()
  .configureHelp({ sortSubcommands: true })
  .exitOverride((end) => process.exit(end.exitCode === 0 ? 0 : 2));
for (const add of [addServe, addToken, addLoad, addRebuild, addReplay, addScan, addKeys]) add(program);

try {
  await program.parseAsync();
} catch (fault) {
  const own =
    fault instanceof CliProblem ||
    ['BadConfiguration', 'DataDirInUse', 'KeyFileRefused', 'Pkcs11Refused', 'PinRefused', 'LedgerFault'].includes((fault as Error).name);
  process.stderr.write(`${own ? (fault as Error).message : ((fault as Error).stack ?? String(fault))}\n`);
  process.exit(1);
}
