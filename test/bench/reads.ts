import { resourceText, TEMPLATES } from '../support/fixtures-fhir.js';
import { type LoadResult, requestText, runLoad } from '../support/load-generator.js';
import { reportLoad } from './commands.js';
import { LedgerProcess, startFloor } from './ledger-process.js';
import type { BenchOptions } from './options.js';
import type { Report } from './report.js';
import { Watch } from './usage.js';
import { lineText, makeWorld, RESOURCE_BYTES, sendBulk, type World } from './world.js';

const FACTS_A_CATEGORY = 5;
const PATIENTS = 200;
const CATEGORY = 'allergies';

/** Audited reads: rows, precedence, every fact opened, the access durable before the answer leaves. */
export async function benchReads(options: BenchOptions, report: Report): Promise<void> {
  const ledger = await LedgerProcess.start({ profileFolder: options.profileFolder });
  await ledger.ready();
  const world = await makeWorld(ledger, Math.min(PATIENTS, options.patients));
  await fill(ledger, world);
  await ledger.ready();
  const facts = FACTS_A_CATEGORY * TEMPLATES.length;
  const one = { path: `record?category=${CATEGORY}`, facts: FACTS_A_CATEGORY, least: 5000, p99: { below: 25 } };
  const whole = { path: 'record', facts, least: 1000, p99: undefined };
  for (const { path, facts, least, p99 } of [one, whole]) {
    const size = await sizeOf(ledger, world, path);
    const about = `GET ${path}: ${facts} facts of ${RESOURCE_BYTES} B (${size.facts} with demographics, ${size.bytes} B), audited, ${options.connections} connections, ${world.patients.length} patients`;
    report.begin(path === 'record' ? 'reads-whole' : 'reads-category', about);
    const watch = new Watch(ledger.pid);
    const load = await run(options, ledger.port, (n) => readRequest(world, n, path), watch);
    reportLoad(report, 'reads answered', load, watch, [200], { least }, p99);
    report.figure('facts opened', load.perSecond * facts, '/s', path === 'record' ? { least: 50_000 } : undefined);
    report.figure('main thread CPU of one read', (watch.result().main * 1_000_000) / load.perSecond, 'us');
    const floor = await startFloor();
    const bare = await run(options, floor.port, () => requestText('GET', `/body/${size.bytes}`, { authorization: `Bearer ${world.clinician}` }));
    await floor.stop();
    report.figure('floor: bare Fastify GET of the same size', bare.perSecond, '/s');
    report.figure('share of it', load.perSecond / bare.perSecond, '');
  }
  await ledger.stop();
  ledger.discard();
}

async function fill(ledger: LedgerProcess, world: World): Promise<void> {
  for (const patientId of world.patients) {
    const lines = TEMPLATES.flatMap((template) =>
      Array.from({ length: FACTS_A_CATEGORY }, (_, n) => {
        const resource = resourceText(template, n, { sizeBytes: RESOURCE_BYTES });
        return lineText('record-fact', `{"patientId":"${patientId}","sourceRecordId":"${template.category}-${n}","resource":${resource}}`);
      }),
    );
    await sendBulk(ledger, world.token, lines);
  }
}

function readRequest(world: World, n: number, path: string): string {
  const patientId = world.patients[n % world.patients.length] as string;
  return requestText('GET', `/v1/patients/${patientId}/${path}`, { authorization: `Bearer ${world.clinician}` });
}

async function sizeOf(ledger: LedgerProcess, world: World, path: string): Promise<{ bytes: number; facts: number }> {
  const response = await fetch(`${ledger.url}/v1/patients/${world.patients[0]}/${path}`, { headers: { authorization: `Bearer ${world.clinician}` } });
  const text = await response.text();
  return { bytes: Buffer.byteLength(text), facts: (JSON.parse(text) as { facts: unknown[] }).facts.length };
}

function run({ connections, seconds, warmUpSeconds }: BenchOptions, port: number, next: (n: number) => string, watch?: Watch): Promise<LoadResult> {
  const measured = watch === undefined ? {} : { onBegin: watch.begin, onEnd: watch.end };
  const [warmUpMs, durationMs] = watch === undefined ? [1000, seconds * 400] : [warmUpSeconds * 1000, seconds * 1000];
  return runLoad({ port, connections, warmUpMs, durationMs, next, ...measured });
}
