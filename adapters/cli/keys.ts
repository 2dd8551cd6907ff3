import { Argument, type Command } from 'commander';
import { ROTATION_REASONS } from '../../schemas/events/key-rotation-ordered.js';
import { RESUMPTION_REASONS, SUSPENSION_REASONS } from '../../schemas/events/key-suspension-ordered.js';
import { KEY_LEVELS, type KeyLevel, SUSPENDABLE_LEVELS } from '../../schemas/phi/key-levels.js';
import { addOfflineKeys } from './keys/offline.js';
import { keysDesk } from './keys/online.js';
import { type Report, report, reseal, rotate, showCompromise, suspendOrResume } from './keys/orders.js';
import { tableOf } from './keys/overview.js';
import { CliProblem } from './problem.js';

interface Tenant {
  readonly tenant: string;
}

interface RotateOptions extends Tenant {
  readonly patient?: string;
  readonly because?: string;
  readonly at?: string;
}

interface SuspendOptions extends Tenant {
  readonly patient?: string;
  readonly because: string;
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
    .option('--at <time>', 'when the next key is put into use, for the level tenant: RFC 3339, 30 days ahead at most; it is made now')
    .action((of: KeyLevel, { tenant, patient, because, at }: RotateOptions) => {
      const body = { level: of, ...patientOf(of, patient), ...reasonOf(because), ...(at === undefined ? {} : { activatesAt: at }) };
      return keysDesk(tenant, (desk) => rotate(desk, body));
    });
  addSuspensions(keys);
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

function addSuspensions(keys: Command): void {
  const verbs = [
    [
      'suspend',
      'suspend-key',
      SUSPENSION_REASONS,
      'Let the key in use seal nothing more until it is resumed, rotated or reported; what it sealed still opens.',
    ],
    ['resume', 'resume-key', RESUMPTION_REASONS, 'Let a suspended key seal again.'],
  ] as const;
  for (const [verb, command, reasons, description] of verbs)
    forTenant(keys, verb, description)
      .addArgument(level(SUSPENDABLE_LEVELS))
      .option('--patient <id>', 'whose key, for the level patient')
      .requiredOption('--because <reason>', `one of ${reasons.join(', ')}`)
      .action((of: KeyLevel, { tenant, patient, because }: SuspendOptions) => {
        const body = { level: of, ...patientOf(of, patient), because: oneOf(reasons, because) };
        return keysDesk(tenant, (desk) => suspendOrResume(desk, command, body));
      });
}

function forTenant(keys: Command, name: string, description: string): Command {
  return keys.command(name).description(description).requiredOption('--tenant <tenant>', 'tenant');
}

function level(of: readonly KeyLevel[] = KEY_LEVELS): Argument {
  return new Argument('<level>', 'which key').choices([...of]);
}

function patientOf(of: KeyLevel, patientId: string | undefined): { readonly patientId?: string } {
  if (of === 'patient' && patientId === undefined) throw new CliProblem('For the level patient, name the patient: --patient ID.');
  if (of !== 'patient' && patientId !== undefined) throw new CliProblem('--patient goes with the level patient alone.');
  return patientId === undefined ? {} : { patientId };
}

function reasonOf(text: string | undefined): { readonly because?: string } {
  return text === undefined ? {} : { because: oneOf(ROTATION_REASONS, text) };
}

/** Looked at here and not by the parser, which would repeat what was written. */
function oneOf(reasons: readonly string[], text: string): string {
  if (!reasons.includes(text)) throw new CliProblem(`--because is one of ${reasons.join(', ')}.`);
  return text;
}
