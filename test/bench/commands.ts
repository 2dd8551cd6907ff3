import { type LoadResult, runLoad } from '../support/load-generator.js';
import { eventStoreDbAppendsPerSecond } from './eventstoredb.js';
import { factBytes, rawAppendsPerSecond } from './floors.js';
import { LedgerProcess, startFloor } from './ledger-process.js';
import { commitsOf } from './metrics.js';
import type { BenchOptions } from './options.js';
import { type Report, reportUsage } from './report.js';
import { Watch } from './usage.js';
import { factRequest, makeWorld, RESOURCE_BYTES } from './world.js';

/** Single commands over HTTP: validated, decided, sealed, durable, projected; each connection waits for its receipt. */
export async function benchCommands(options: BenchOptions, report: Report): Promise<void> {
  const { connections, patients } = options;
  const about = `POST record-fact, ${RESOURCE_BYTES} B resource, ${connections} connections, ${patients} patients, projections running, embedded stores`;
  report.begin('commands', about);
  const { perSecond, bytes } = await loadCommands(options, report, {}, { least: 6000 });
  const floor = await floorPost(options);
  report.figure('floor: bare validated Fastify POST of the same size', floor.perSecond, '/s');
  report.figure('share of it', perSecond / floor.perSecond, '', { least: 0.2 });
  const raw = await rawAppendsPerSecond(connections, bytes, options.seconds * 500);
  report.figure(`floor: raw store, ${connections} single appends in flight`, raw, '/s');
  report.figure('share of it', perSecond / raw, '');
  const url = process.env['EVENTSTORE_URL'];
  if (url !== undefined && url !== '') await benchOnEventStoreDb(options, report, url);
}

async function benchOnEventStoreDb(options: BenchOptions, report: Report, url: string): Promise<void> {
  report.begin('commands-eventstoredb', 'the same on EventStoreDB; read models and keys embedded');
  const { perSecond, bytes } = await loadCommands(options, report, { EVENTSTORE_URL: url });
  const bare = await eventStoreDbAppendsPerSecond(url, options.connections, bytes, options.seconds * 1000);
  report.figure(`floor: bare client, ${options.connections} single appends in flight`, bare, '/s');
  report.figure('share of it', perSecond / bare, '', { least: 0.6 });
}

async function loadCommands(
  options: BenchOptions,
  report: Report,
  env: Record<string, string>,
  reach?: { least: number },
): Promise<{ perSecond: number; bytes: number }> {
  const ledger = await LedgerProcess.start({ env, profileFolder: options.profileFolder });
  await ledger.ready();
  const world = await makeWorld(ledger, options.patients);
  const watch = new Watch(ledger.pid);
  const before = await commitsOf(ledger);
  const load = await runLoad({
    port: ledger.port,
    connections: options.connections,
    warmUpMs: options.warmUpSeconds * 1000,
    durationMs: options.seconds * 1000,
    next: (n) => factRequest(world, n),
    onBegin: watch.begin,
    onEnd: watch.end,
  });
  const after = await commitsOf(ledger);
  reportLoad(report, 'commands acknowledged', load, watch, [201], reach, { below: 25 });
  report.figure('main thread CPU of one command', (watch.result().main * 1_000_000) / load.perSecond, 'us');
  if (after.commits > before.commits) report.figure('appends a commit', (after.appends - before.appends) / (after.commits - before.commits), '');
  const behindSince = performance.now();
  await ledger.ready();
  report.figure('read models caught up after the load', performance.now() - behindSince, 'ms');
  await ledger.stop();
  const bytes = factBytes(ledger.dataDir);
  ledger.discard();
  return { perSecond: load.perSecond, bytes };
}

/** Throughput, latencies, what the server used; anything but the expected answers is a figure of its own. */
export function reportLoad(
  report: Report,
  what: string,
  load: LoadResult,
  watch: Watch,
  expected: readonly number[],
  least?: { least: number },
  p99?: { below: number },
): void {
  report.figure(what, load.perSecond, '/s', least);
  report.figure('p50', load.p50Ms, 'ms');
  report.figure('p99', load.p99Ms, 'ms', p99);
  reportUsage(report, watch);
  for (const [status, count] of load.statuses) if (!expected.includes(status)) report.figure(`UNEXPECTED answers ${status}`, count, '');
}

async function floorPost(options: BenchOptions): Promise<LoadResult> {
  const floor = await startFloor();
  const world = { tenant: 'floor', token: 't'.repeat(300), clinician: '', patients: ['00000000-0000-4000-8000-000000000000'] };
  const load = await runLoad({
    port: floor.port,
    connections: options.connections,
    warmUpMs: 1000,
    durationMs: options.seconds * 500,
    next: (n) => factRequest(world, n),
  });
  await floor.stop();
  if (load.statuses.size !== 1) throw new Error(`the floor answered ${JSON.stringify([...load.statuses])}`);
  return load;
}
