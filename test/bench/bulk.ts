import { request } from 'node:http';
import { factBytes, rawBatchesPerSecond } from './floors.js';
import { LedgerProcess } from './ledger-process.js';
import { commitsOf } from './metrics.js';
import type { BenchOptions } from './options.js';
import { type Report, reportUsage } from './report.js';
import { Watch } from './usage.js';
import { factBody, lineText, makeWorld, type World } from './world.js';

const NEWLINE = 10;
const LINES_A_WRITE = 64;

interface Shape {
  readonly name: string;
  readonly connections: number;
  /** How many lines of one patient follow each other. */
  readonly run: number;
}

const SHAPES: readonly Shape[] = [
  { name: '1 connection, 50 lines of a patient in a row', connections: 1, run: 50 },
  { name: '1 connection, patients in turn', connections: 1, run: 1 },
  { name: '4 connections, 50 lines of a patient in a row', connections: 4, run: 50 },
];

/** Streamed NDJSON: each line a command with a result of its own, as fast as the server takes them. */
export async function benchBulk(options: BenchOptions, report: Report): Promise<void> {
  for (const shape of SHAPES) {
    report.begin('bulk', `NDJSON record-fact, 1 KB resources, ${shape.name}`);
    await benchShape(options, report, shape);
  }
}

async function benchShape(options: BenchOptions, report: Report, shape: Shape): Promise<void> {
  const ledger = await LedgerProcess.start({ profileFolder: options.profileFolder });
  await ledger.ready();
  const world = await makeWorld(ledger, options.patients);
  const watch = new Watch(ledger.pid);
  const counter = { results: 0, refused: 0 };
  const before = { appends: 0, commits: 0, results: 0 };
  const timer = setTimeout(async () => {
    Object.assign(before, await commitsOf(ledger), { results: counter.results });
    watch.begin();
  }, options.warmUpSeconds * 1000);
  const endMs = performance.now() + (options.warmUpSeconds + options.seconds) * 1000;
  let line = 0;
  const next = () => textOf(world, line++, shape.run);
  const beganMs = performance.now() + options.warmUpSeconds * 1000;
  await Promise.all(Array.from({ length: shape.connections }, () => stream(ledger, world.token, next, endMs, counter)));
  clearTimeout(timer);
  const elapsedMs = performance.now() - beganMs;
  watch.end();
  const after = await commitsOf(ledger);
  const events = counter.results - before.results;
  const perSecond = (events * 1000) / elapsedMs;
  const batch = Math.max(1, Math.round(events / (after.commits - before.commits)));
  report.figure('events acknowledged', perSecond, '/s', shape.run > 1 ? { least: 25_000 } : undefined);
  if (counter.refused > 0) report.figure('REFUSED lines', counter.refused, '');
  reportUsage(report, watch);
  report.figure('main thread CPU of one event', (watch.result().main * 1_000_000) / perSecond, 'us');
  report.figure('events a commit', batch, '');
  const since = performance.now();
  await ledger.ready();
  report.figure('read models caught up after the load', performance.now() - since, 'ms');
  await ledger.stop();
  const raw = rawBatchesPerSecond(batch, factBytes(ledger.dataDir), options.seconds * 300);
  ledger.discard();
  report.figure(`floor: raw store, ${batch} events a transaction`, raw, '/s');
  report.figure('share of it', perSecond / raw, '', { least: 0.35 });
}

/** Lines of a patient follow each other `run` at a time. */
function textOf(world: World, n: number, run: number): string {
  const patient = world.patients[Math.floor(n / run) % world.patients.length] as string;
  return lineText('record-fact', factBody(patient, n));
}

/** Writes until the time is over, no faster than the server reads; resolves when every line has its result. */
function stream(ledger: LedgerProcess, token: string, next: () => string, endMs: number, counter: { results: number; refused: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' };
    const sending = request({ port: ledger.port, host: '127.0.0.1', method: 'POST', path: '/v1/commands', headers }, (answer) => {
      answer.on('data', (chunk: Buffer) => {
        for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) counter.results += 1;
        if (chunk.includes('"problem":')) counter.refused += 1;
      });
      answer.on('end', resolve);
      answer.on('error', reject);
    });
    sending.on('error', reject);
    const write = () => {
      while (performance.now() < endMs) {
        let text = '';
        for (let n = 0; n < LINES_A_WRITE; n++) text += next();
        if (!sending.write(text, 'latin1')) {
          sending.once('drain', write);
          return;
        }
      }
      sending.end();
    };
    write();
  });
}
