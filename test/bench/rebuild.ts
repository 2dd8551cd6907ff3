import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelState } from '../../adapters/model-progress.js';
import { buildBigLog } from './big-log.js';
import { LedgerProcess } from './ledger-process.js';
import type { BenchOptions } from './options.js';
import { type Report, reportUsage } from './report.js';
import { rssMiB, Watch } from './usage.js';

const LOOK_EVERY_MS = 50;
const BUILT_WITHIN_MS = 30 * 60_000;
const STARTS = 5;

/** The log takes long to make: `rebuild` and `start` of one run share it. */
let shared: { dataDir: string; events: number; discard: () => void } | null = null;

async function bigLog(options: BenchOptions, report: Report): Promise<string> {
  if (shared?.events === options.events) return shared.dataDir;
  const dataDir = mkdtempSync(join(tmpdir(), 'ledger-big-'));
  const began = performance.now();
  await buildBigLog(dataDir, options.events);
  report.figure(`log of ${options.events.toLocaleString('en')} sealed events made in`, (performance.now() - began) / 1000, 's');
  const ledger = await LedgerProcess.start({ dataDir });
  shared = { dataDir, events: options.events, discard: () => ledger.discard() };
  process.once('exit', () => shared?.discard());
  const firstMs = performance.now();
  await ledger.ready(BUILT_WITHIN_MS);
  report.figure('read models of a log without any, all four built in', (performance.now() - firstMs) / 1000, 's');
  await ledger.stop();
  return dataDir;
}

/** The authoritative record built anew beside the one that is read. */
export async function benchRebuild(options: BenchOptions, report: Report): Promise<void> {
  report.begin('rebuild', `POST /v1/projections/record/rebuild on ${options.events.toLocaleString('en')} events, an idle server`);
  const ledger = await LedgerProcess.start({ dataDir: await bigLog(options, report), profileFolder: options.profileFolder });
  await ledger.ready();
  const before = await recordOf(ledger);
  report.figure('server RSS before', rssMiB(ledger.pid), 'MiB');
  const watch = new Watch(ledger.pid);
  const began = performance.now();
  const operator = await ledger.token('operations', 'bench', 'operator');
  const answer = await ledger.post('/v1/projections/record/rebuild', operator, '{}');
  if (answer.status !== 202) throw new Error(`rebuild answered ${answer.status}`);
  while ((await recordOf(ledger)).generation === before.generation) {
    if (performance.now() - began > BUILT_WITHIN_MS) throw new Error('the rebuild does not end');
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  const seconds = (performance.now() - began) / 1000;
  watch.end();
  report.figure('events', before.events / seconds, '/s', { least: 60_000 });
  report.figure('took', seconds, 's');
  reportUsage(report, watch);
  report.figure('RSS while rebuilding', watch.result().rssMiB, 'MiB', { below: 512 });
  await ledger.stop();
}

async function recordOf(ledger: LedgerProcess): Promise<ModelState> {
  const { models } = await ledger.models();
  return models.find(({ model }) => model === 'record') as ModelState;
}

/** From spawning the process until it says that it is ready, with read models that stand where the log ends. */
export async function benchStart(options: BenchOptions, report: Report): Promise<void> {
  report.begin('start', `spawn to ready on a log of ${options.events.toLocaleString('en')} events, ${STARTS} times`);
  const dataDir = await bigLog(options, report);
  const times: number[] = [];
  for (let n = 0; n < STARTS; n++) {
    const began = performance.now();
    const ledger = await LedgerProcess.start({ dataDir, profileFolder: options.profileFolder });
    await ledger.ready();
    times.push((performance.now() - began) / 1000);
    if (n === STARTS - 1) report.figure('server RSS when ready', rssMiB(ledger.pid), 'MiB');
    await ledger.stop();
  }
  times.sort((left, right) => left - right);
  report.figure('ready, median', times[Math.floor(STARTS / 2)] as number, 's', { below: 2 });
  report.figure('ready, slowest', times.at(-1) as number, 's');
}
