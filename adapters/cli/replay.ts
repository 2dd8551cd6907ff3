import type { Command } from 'commander';
import { asked, type Connection, connect } from './connect.js';

interface ReplayOptions {
  readonly tenant: string;
  readonly patient: string;
  readonly validAt?: string;
  readonly knownAt?: string;
  readonly explain: boolean;
}

export function addReplay(program: Command): void {
  program
    .command('replay')
    .description("Print a patient's authoritative record as it stood.")
    .requiredOption('--tenant <tenant>', 'tenant')
    .requiredOption('--patient <id>', 'patient id')
    .option('--valid-at <time>', 'as true at this instant')
    .option('--known-at <time|position>', 'as known at this recorded time or position')
    .option('--explain', 'the lineage of each value', false)
    .action(async (options: ReplayOptions) => {
      const connection = await connect();
      process.stderr.write(`${connection.words}\n`);
      try {
        await replay(connection, options);
      } finally {
        await connection.close();
      }
    });
}

async function replay(connection: Connection, options: ReplayOptions): Promise<void> {
  const token = await connection.token({ tenant: options.tenant, subject: 'command-line', roles: ['privacy-officer'], purpose: 'HCOMPL' });
  const headers = { authorization: `Bearer ${token}` };
  for (const side of options.explain ? ['record', 'lineage'] : ['record']) {
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query = new URLSearchParams(cursor === '' ? {} : { cursor });
      if (options.validAt !== undefined) query.set('validAt', options.validAt);
      if (options.knownAt !== undefined) query.set('knownAt', options.knownAt);
      const response: Response = await fetch(`${connection.url}/v1/patients/${encodeURIComponent(options.patient)}/${side}?${query}`, { headers });
      const text = await response.clone().text();
      const page: { next: string | null } = await asked(response);
      // The text, not what was parsed of it: digits stay as the source wrote them.
      process.stdout.write(`${text}\n`);
      cursor = page.next;
    }
  }
}
