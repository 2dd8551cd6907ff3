import type { Watch } from './usage.js';

/** What a figure has to reach, as the project's issue says. */
export interface Reach {
  readonly least?: number;
  readonly below?: number;
}

/** Figures as they come: a line of text each, or (`--json`) one JSON object a line. */
export class Report {
  #bench = '';

  constructor(
    private readonly json: boolean,
    private readonly write: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
  ) {}

  begin(bench: string, about: string): void {
    this.#bench = bench;
    if (!this.json) this.write(`\n${bench}: ${about}`);
    else this.write(JSON.stringify({ bench, metric: 'about', value: about, unit: 'text' }));
  }

  figure(metric: string, value: number, unit: string, reach?: Reach): void {
    const rounded = Number(value.toPrecision(5));
    const reached = reach === undefined ? undefined : value >= (reach.least ?? Number.NEGATIVE_INFINITY) && value < (reach.below ?? Number.POSITIVE_INFINITY);
    if (this.json) this.write(JSON.stringify({ bench: this.#bench, metric, value: rounded, unit, ...(reach === undefined ? {} : { reach, reached }) }));
    else this.write(`  ${metric.padEnd(52)} ${shown(rounded).padStart(10)} ${unit}${reach === undefined ? '' : words(reach, reached === true)}`);
  }

  text(metric: string, value: string): void {
    this.write(this.json ? JSON.stringify({ bench: this.#bench, metric, value, unit: 'text' }) : `  ${metric.padEnd(52)} ${value}`);
  }
}

function shown(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 3 : value < 1000 ? 1 : 0 });
}

function words(reach: Reach, reached: boolean): string {
  const goal = reach.least === undefined ? `< ${shown(reach.below ?? 0)}` : `>= ${shown(reach.least)}`;
  return `   (${goal}: ${reached ? 'reached' : 'NOT reached'})`;
}

/** What the server used while it was measured, and what others took from it. */
export function reportUsage(report: Report, watch: Watch): void {
  const used = watch.result();
  report.figure('server CPU, user', used.user, 'cores');
  report.figure('server CPU, system', used.system, 'cores');
  report.figure('of both, the main thread', used.main, 'cores');
  report.figure('of both, all other threads', used.others, 'cores');
  report.figure('load generator CPU', used.generator, 'cores');
  report.figure('noise: CPU of everything else, stolen time included', used.noise, 'cores');
  report.figure('server RSS at most', used.rssMiB, 'MiB');
}
