import type { Counts, Tally } from './tally.js';

const COLUMNS: readonly (readonly [keyof Counts, string])[] = [
  ['read', 'read'],
  ['recorded', 'recorded'],
  ['alreadyThere', 'already there'],
  ['quarantined', 'quarantined'],
  ['failed', 'failed'],
];

export interface LoadFacts {
  readonly tenant: string;
  readonly source: string;
  readonly url: string;
  readonly elapsedMs: number;
  readonly files: number;
}

/** The outcome as a table for people. */
export function tableOf(tally: Tally, facts: LoadFacts): string {
  const sum = tally.sum();
  const rows = [...[...tally.types].sort(([left], [right]) => left.localeCompare(right)), ['together', sum] as const];
  const width = Math.max(...rows.map(([type]) => type.length), 13);
  const line = (name: string, cells: readonly string[]) => `${name.padEnd(width)} ${cells.map((cell) => cell.padStart(13)).join(' ')}`;
  const seconds = facts.elapsedMs / 1000;
  return [
    line(
      'resource type',
      COLUMNS.map(([, title]) => title),
    ),
    ...rows.map(([type, counts]) =>
      line(
        type,
        COLUMNS.map(([member]) => String(counts[member])),
      ),
    ),
    '',
    `${tally.files} of ${facts.files} files as source ${facts.source} of tenant ${facts.tenant} in ${seconds.toFixed(1)} s, ${Math.round(tally.answered / Math.max(seconds, 0.001))} resources/s`,
    ...reasons('Quarantined, each kept with its reason:', tally.quarantineReasons),
    ...(sum.quarantined > 0
      ? [`  List them: GET ${facts.url}/v1/quarantine?source=${facts.source} with a token of role steward (\`token --role steward\`).`]
      : []),
    ...reasons('Failed:', tally.failureReasons),
    ...tally.faults.map(({ path, reason }) => `Not loaded: ${path}: ${reason}.`),
    '',
  ].join('\n');
}

function reasons(title: string, counted: ReadonlyMap<string, number>): string[] {
  if (counted.size === 0) return [];
  return [title, ...[...counted].sort(([, left], [, right]) => right - left).map(([code, count]) => `  ${code} × ${count}`)];
}

/** The outcome for programs: one JSON object. */
export function jsonOf(tally: Tally, { tenant, source, elapsedMs, files }: LoadFacts): string {
  return `${JSON.stringify({
    tenant,
    source,
    seconds: elapsedMs / 1000,
    files: { given: files, loaded: tally.files, faults: tally.faults },
    types: Object.fromEntries([...tally.types].sort(([left], [right]) => left.localeCompare(right))),
    sum: tally.sum(),
    quarantineReasons: Object.fromEntries(tally.quarantineReasons),
    failureReasons: Object.fromEntries(tally.failureReasons),
  })}\n`;
}
