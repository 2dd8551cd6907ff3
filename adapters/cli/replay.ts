import type { Command } from 'commander';
import type { Lineage } from '../../projections/reading/lineage.js';
import { asked, type Connection, connect } from './connect.js';
import { type Answering, prefaceOf, saidIn, storyOf } from './story.js';

interface ReplayOptions {
  readonly tenant: string;
  readonly patient: string;
  readonly category?: string;
  readonly validAt?: string;
  readonly knownAt?: string;
  readonly designationsAt?: string;
  readonly explain: boolean;
}

export function addReplay(program: Command): void {
  program
    .command('replay')
    .description("Print a patient's authoritative record as it stood.")
    .requiredOption('--tenant <tenant>', 'tenant')
    .requiredOption('--patient <id>', 'patient id')
    .option('--category <category>', 'only facts of this data category')
    .option('--valid-at <time>', 'as true at this instant')
    .option('--known-at <time|position>', 'as known at this recorded time or position')
    .option('--designations-at <time>', 'by the designations of this instant, instead of by those in force then')
    .option('--explain', 'then, for each fact in words: who says what, who is believed and why', false)
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
  const said = new Map<string, string | null>();
  let unreadable = 0;
  for await (const page of pagesOf(connection, token, options, 'record')) {
    // The text, not what was parsed of it: digits stay as the source wrote them.
    process.stdout.write(`${page}\n`);
    unreadable += (JSON.parse(page) as { readonly incomplete?: { readonly unreadable: number } }).incomplete?.unreadable ?? 0;
    if (options.explain) for (const [name, words] of saidIn(page)) said.set(name, words);
  }
  if (unreadable > 0)
    process.stderr.write(`NOT WHOLE: ${unreadable} ${unreadable === 1 ? 'event' : 'events'} could not be opened; they stand as "unreadable".\n`);
  if (!options.explain) return;
  let isFirst = true;
  for await (const text of pagesOf(connection, token, options, 'lineage')) {
    const page = JSON.parse(text) as Answering & { readonly lineage: readonly Lineage[] };
    if (isFirst) process.stdout.write(`\n${prefaceOf(page)}\n`);
    isFirst = false;
    for (const lineage of page.lineage) process.stdout.write(`\n${storyOf(lineage, said)}\n`);
  }
}

/** A side of the record, page by page, as text. */
async function* pagesOf(connection: Connection, token: string, options: ReplayOptions, side: 'record' | 'lineage'): AsyncGenerator<string> {
  const { patient, category, validAt, knownAt, designationsAt } = options;
  for (let cursor: string | null = ''; cursor !== null; ) {
    const given = Object.entries({ cursor, category, validAt, knownAt, designationsAt }).filter(([, value]) => value !== undefined && value !== '');
    const query = new URLSearchParams(given as [string, string][]);
    const response: Response = await fetch(`${connection.url}/v1/patients/${encodeURIComponent(patient)}/${side}?${query}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const text = await response.clone().text();
    const page: { next: string | null } = await asked(response);
    yield text;
    cursor = page.next;
  }
}
