import type { Command } from 'commander';
import { readConfig } from '../../config.js';
import type { RootConfig } from '../../key-config.js';
import type { Cost } from '../../keys/file/key-file.js';
import { protectKeyFile, readPassphraseFile } from '../../keys/file/key-file.js';
import { CliProblem } from '../problem.js';
import { destroyRoot } from './destroying.js';
import { verifyKeys } from './verifying.js';

interface ProtectOptions {
  readonly passphraseFile: string;
  readonly passphraseFile2?: string;
}

/** What is done on the key file and the stores themselves, with no ledger in between. */
export function addOfflineKeys(keys: Command): void {
  keys
    .command('protect')
    .description('Seal the key file under a passphrase, or under two that are both needed; or under others than now. A ledger may run meanwhile.')
    .requiredOption('--passphrase-file <file>', 'file with the passphrase, closed to others')
    .option('--passphrase-file-2 <file>', "file with a second person's passphrase")
    .action((options: ProtectOptions) => protect(readConfig().root, options));
  keys
    .command('verify')
    .description("Open the root keys and, unless a ledger uses the stores, every tenant's key under them. Exits 1 when one does not open.")
    .action(() => verifyKeys(readConfig()));
  keys
    .command('destroy')
    .description('Destroy a former root key for ever. No ledger may run; backups of the key store from when it was in use no longer open.')
    .argument('<root-id>', 'as `keys list` names it')
    .action((rootId: string) => destroyRoot(readConfig(), rootId));
}

/** From the passphrases that the configuration names to those of the options. `cost` is lower in tests alone. */
export async function protect(root: RootConfig, { passphraseFile, passphraseFile2 }: ProtectOptions, cost: Cost = {}): Promise<void> {
  if (root.provider !== 'file') throw new CliProblem(`There is no key file: KEY_PROVIDER is ${root.provider}.`);
  const next = [passphraseFile, ...(passphraseFile2 === undefined ? [] : [passphraseFile2])];
  const from = await Promise.all(root.passphraseFiles.map(readPassphraseFile));
  const to = await Promise.all(next.map(readPassphraseFile));
  try {
    await protectKeyFile(root.path, from, to, cost);
  } finally {
    for (const passphrase of [...from, ...to]) passphrase.fill(0);
  }
  const named = next.map((file, at) => `KEY_PASSPHRASE_FILE${at === 0 ? '' : '_2'}=${file}`).join(' ');
  process.stdout.write(`The key file ${root.path} is sealed. From now on: ${named}\n`);
  if (from.length === 0) process.stderr.write('It lay in clear before: copies of it and of its disk still open all. Rotate the root when they may be known.\n');
}
