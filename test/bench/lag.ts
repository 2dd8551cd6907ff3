import { Connection, Latencies, requestText } from '../support/load-generator.js';
import { LedgerProcess } from './ledger-process.js';
import type { BenchOptions } from './options.js';
import { type Report, reportUsage } from './report.js';
import { Watch } from './usage.js';
import { factRequest, makeWorld, type World } from './world.js';

const RATE = 1000;
const TICK_MS = 5;
/** Every so-many-th command is read back. */
const READ_EVERY = 10;
/** A server that falls so far behind is not asked for more: then the rate that was reached is the figure. */
const IN_FLIGHT_AT_MOST = 1000;

interface Receipt {
  readonly eventIds: readonly string[];
  readonly position: string;
  readonly patientId: string;
}

/** From the receipt in the sender's hand until the fact is in the record that a reader gets. */
export async function benchLag(options: BenchOptions, report: Report): Promise<void> {
  report.begin('lag', `open loop at ${RATE} commands/s; every ${READ_EVERY}th is read back with Minimum-Position, from its receipt to the fact in the answer`);
  const ledger = await LedgerProcess.start({ profileFolder: options.profileFolder });
  await ledger.ready();
  const world = await makeWorld(ledger, options.patients);
  const pool = new Pool(ledger.port);
  const [acknowledged, readable] = [new Latencies(), new Latencies()];
  const watch = new Watch(ledger.pid);
  let [sent, missing] = [0, 0];
  const work: Promise<void>[] = [];
  const command = async (n: number, measured: boolean) => {
    const began = performance.now();
    const { status, body } = await pool.request(factRequest(world, n));
    if (status !== 201) throw new Error(`record-fact answered ${status}`);
    const acknowledgedMs = performance.now();
    if (measured) acknowledged.add(acknowledgedMs - began);
    if (!measured || n % READ_EVERY !== 0) return;
    const receipt = JSON.parse(String(body)) as Receipt;
    if (!(await readBack(pool, world, receipt))) missing += 1;
    readable.add(performance.now() - acknowledgedMs);
  };
  const beganMs = performance.now();
  const warmMs = options.warmUpSeconds * 1000;
  const totalMs = warmMs + options.seconds * 1000;
  setTimeout(watch.begin, warmMs);
  for (let elapsed = 0; elapsed < totalMs; elapsed = performance.now() - beganMs) {
    while (sent < (elapsed * RATE) / 1000 && pool.busy < IN_FLIGHT_AT_MOST) work.push(command(sent++, elapsed > warmMs));
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  watch.end();
  await Promise.all(work);
  report.figure('commands sent', (sent * 1000) / totalMs, '/s', { least: RATE * 0.99 });
  report.figure('acknowledged, p50', acknowledged.summary().p50Ms, 'ms');
  report.figure('acknowledged, p99', acknowledged.summary().p99Ms, 'ms');
  report.figure('read back', readable.count, 'facts');
  report.figure('receipt to readable, p50', readable.summary().p50Ms, 'ms');
  report.figure('receipt to readable, p99', readable.summary().p99Ms, 'ms', { below: 50 });
  report.figure('receipt to readable, at most', readable.summary().maxMs, 'ms');
  report.figure('answers without the fact', missing, '', { below: 1 });
  reportUsage(report, watch);
  pool.close();
  await ledger.stop();
  ledger.discard();
}

async function readBack(pool: Pool, world: World, { position, patientId, eventIds }: Receipt): Promise<boolean> {
  const headers = { authorization: `Bearer ${world.clinician}`, 'minimum-position': position };
  const { status, body } = await pool.request(requestText('GET', `/v1/patients/${patientId}/record?category=vital-signs`, headers));
  return status === 200 && body?.includes(eventIds[0] ?? '?') === true;
}

/** Connections that wait for work; a request that finds none opens another. */
class Pool {
  readonly #idle: Connection[] = [];
  readonly #all: Connection[] = [];

  constructor(private readonly port: number) {}

  busy = 0;

  async request(text: string) {
    this.busy += 1;
    const connection = this.#idle.pop() ?? (await this.#open());
    const answer = await connection.request(text);
    this.#idle.push(connection);
    this.busy -= 1;
    return answer;
  }

  close(): void {
    for (const connection of this.#all) connection.close();
  }

  async #open(): Promise<Connection> {
    const fresh = new Connection(true);
    this.#all.push(fresh);
    return fresh.open(this.port);
  }
}
