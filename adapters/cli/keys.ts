import { Argument, type Command } from 'commander';
import { ROTATION_REASONS } from '../../schemas/events/key-rotation-ordered.js';
import { KEY_LEVELS, type KeyLevel } from '../../schemas/phi/key-levels.js';
import { addOfflineKeys } from './keys/offline.js';
import { keysDesk } from './keys/online.js';
import { type Report, report, reseal, rotate, showCompromise } from './keys/orders.js';
import { tableOf } from './keys/overview.js';
import { CliProblem } from './problem.js';

interface Tenant {
  readonly tenant: string;
}

interface RotateOptions extends Tenant {
  readonly patient?: string;
  readonly because?: string;
}

/** What is done with keys: the first verbs ask a ledger, the last ones the key file and the stores themselves. */
export function addKeys(program: Command): void {
  const keys = program.command('keys').description('List, rotate and report keys of a tenant; protect, verify and destroy root keys.');
  forTenant(keys, 'list', 'Print where the keys of a tenant stand: never a key.')
    .option('--json', 'print the answer as it came', false)
    .action(({ tenant, json }: Tenant & { readonly json: boolean }) =>
      keysDesk(tenant, async (desk) => {
        const { text, keys: overview } = await desk.keys();
        process.stdout.write(`${json ? text : tableOf(overview)}\n`);
      }),
    );
  forTenant(keys, 'rotate', 'Replace a key by its next generation, and wait until it is done. For the root: propose it.')
    .addArgument(level())
    .option('--patient <id>', 'whose key, for the level patient')
    .option('--because <reason>', `one of ${ROTATION_REASONS.join(', ')}`)
    .action((of: KeyLevel, { tenant, patient, because }: RotateOptions) => {
      const body = { level: of, ...patientOf(of, patient), ...reasonOf(because) };
      return keysDesk(tenant, (desk) => rotate(desk, body));
    });
  forTenant(keys, 'reseal', "Wrap all that is not under the tenant's current key anew, and wait until it is done.").action(({ tenant }: Tenant) =>
    keysDesk(tenant, reseal),
  );
  forTenant(keys, 'report-compromise', 'Report that a key may be known: it is put out of use, replaced, and an incident is opened.')
    .addArgument(level())
    .requiredOption('--since <time>', 'from when on it may have been known: RFC 3339')
    .requiredOption('--description-file <file>', 'what is known of it, 4,000 characters at most; a file, since words of a command line are seen by all')
    .option('--patient <id>', 'whose key, for the level patient')
    .option('--key <id>', 'the key as `keys list` names it; the current one when absent')
    .action((of: KeyLevel, options: Tenant & Report) => {
      patientOf(of, options.patient);
      return keysDesk(options.tenant, (desk) => report(desk, of, options));
    });
  forTenant(keys, 'show-compromise', 'Print what was exposed: events, patients, readers and feeds, as canonical JSON with the digest of the incident.')
    .argument('<report-id>', 'as `keys list` names it')
    .action((reportId: string, { tenant }: Tenant) => keysDesk(tenant, (desk) => showCompromise(desk, reportId)));
  addOfflineKeys(keys);
}

function forTenant(keys: Command, name: string, description: string): Command {
  return keys.command(name).description(description).requiredOption('--tenant <tenant>', 'tenant');
}

function level(): Argument {
  return new Argument('<level>', 'which key').choices([...KEY_LEVELS]);
}

function patientOf(of: KeyLevel, patientId: string | undefined): { readonly patientId?: string } {
  if (of === 'patient' && patientId === undefined) throw new CliProblem('For the level patient, name the patient: --patient ID.');
  if (of !== 'patient' && patientId !== undefined) throw new CliProblem('--patient goes with the level patient alone.');
  return patientId === undefined ? {} : { patientId };
}

function reasonOf(text: string | undefined): { readonly because?: string } {
  if (text === undefined) return {};
  if (!(ROTATION_REASONS as readonly string[]).includes(text)) throw new CliProblem(`--because is one of ${ROTATION_REASONS.join(', ')}.`);
  return { because: text };
}
