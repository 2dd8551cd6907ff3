import cliProgress from 'cli-progress';
import type { Command } from 'commander';
import { READ_MODELS } from '../read-model-names.js';
import { asked, type Connection, connect } from './connect.js';
import { CliProblem } from './problem.js';

const LOOK_EVERY_MS = 200;
/** How long a ledger that was just opened may take until its projections run. */
const RUNNING_WITHIN_MS = 30_000;

interface Projections {
  readonly projections: readonly {
    readonly model: string;
    readonly events: number;
    readonly fault: string | null;
    readonly building: { readonly events: number } | null;
    readonly generation: number;
  }[];
}

export function addRebuild(program: Command): void {
  program
    .command('rebuild')
    .description('Build read models anew from the events beside the running ones, then switch.')
    .argument('[projection...]', `one or more of ${READ_MODELS.join(', ')}; all when absent`)
    .action(async (names: string[]) => {
      const unknown = names.find((name) => !(READ_MODELS as readonly string[]).includes(name));
      if (unknown !== undefined) throw new CliProblem(`There is no projection ${unknown}. Known: ${READ_MODELS.join(', ')}.`);
      const connection = await connect();
      process.stderr.write(`${connection.words}\n`);
      try {
        for (const model of names.length === 0 ? READ_MODELS : names) await rebuild(connection, model);
      } finally {
        await connection.close();
      }
    });
}

async function rebuild(connection: Connection, model: string): Promise<void> {
  const token = await connection.token({ tenant: 'ledger-operations', subject: 'command-line', roles: ['operator'], purpose: 'SYSADMIN' });
  const headers = { authorization: `Bearer ${token}` };
  const before = await state(connection, headers, model);
  await asked(await fetch(`${connection.url}/v1/projections/${model}/rebuild`, { method: 'POST', headers }));
  const bar = new cliProgress.SingleBar({
    format: `${model.padEnd(10)} {bar} {value}/{total} events`,
    stream: process.stderr,
    noTTYOutput: false,
    clearOnComplete: false,
  });
  bar.start(before.events, 0);
  for (;;) {
    const now = await state(connection, headers, model);
    if (now.fault !== null && now.building === null) throw new CliProblem(`The rebuild of ${model} stopped: ${now.fault}.`);
    if (now.generation > before.generation) {
      bar.setTotal(now.events);
      bar.update(now.events);
      break;
    }
    bar.update(now.building?.events ?? 0);
    await pause();
  }
  bar.stop();
  process.stdout.write(`${model}: built anew and switched\n`);
}

async function state(connection: Connection, headers: Record<string, string>, model: string) {
  for (const untilMs = Date.now() + RUNNING_WITHIN_MS; Date.now() < untilMs; await pause()) {
    const { projections } = await asked<Projections>(await fetch(`${connection.url}/v1/projections`, { headers }));
    const found = projections.find((projection) => projection.model === model);
    if (found !== undefined) return found;
  }
  throw new CliProblem(`The ledger does not run the projection ${model}. Its log says why.`);
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
}
