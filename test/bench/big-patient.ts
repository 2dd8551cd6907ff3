import { OBSERVATION, patientText, resourceText } from '../support/fixtures-fhir.js';
import { Latencies } from '../support/load-generator.js';
import { LedgerProcess } from './ledger-process.js';
import type { BenchOptions } from './options.js';
import type { Report } from './report.js';
import { lineText, RESOURCE_BYTES, sendBulk } from './world.js';

const SOURCES = ['ehr', 'lis', 'device-gateway'] as const;
const ASSERTIONS = 20_000;
const LINES_AT_ONCE = 2000;
const SAMPLES = 200;
const AS_OF_SAMPLES = 20;

/**
 * One patient with 20,000 assertions by three sources on the same facts: what a page of the record costs, what one more
 * assertion costs until it can be read, and what the record as it was known and true costs. One request at a time.
 */
export async function benchBigPatient(options: BenchOptions, report: Report): Promise<void> {
  const facts = Math.ceil(ASSERTIONS / SOURCES.length);
  report.begin(
    'big-patient',
    `one patient, ${ASSERTIONS} assertions of ${RESOURCE_BYTES} B by ${SOURCES.length} sources on ${facts} facts, one request at a time`,
  );
  const ledger = await LedgerProcess.start({ profileFolder: options.profileFolder });
  await ledger.ready();
  const { tokens, patientId, clinician } = await makePatient(ledger);
  for (const source of SOURCES) await fill(ledger, tokens.get(source) as string, patientId, facts);
  await ledger.ready();
  const get = async (path: string, headers: Record<string, string> = {}): Promise<string> => {
    const response = await fetch(`${ledger.url}/v1/patients/${patientId}/${path}`, { headers: { authorization: `Bearer ${clinician}`, ...headers } });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.text();
  };
  const page = JSON.parse(await get('record?category=vital-signs')) as { facts: unknown[] };
  report.figure('facts on a page', page.facts.length, '');
  const read = await sampled(SAMPLES, () => get('record?category=vital-signs'));
  report.figure('a page of the record, p50', read.p50Ms, 'ms');
  report.figure('a page of the record, p99', read.p99Ms, 'ms', { below: 50 });
  const small = await sampled(SAMPLES, () => get('record?category=vital-signs&limit=20'));
  report.figure('20 facts of the record, p99', small.p99Ms, 'ms');
  let next = facts;
  const one = await sampled(SAMPLES, async () => {
    const body = `{"patientId":"${patientId}","sourceRecordId":"r-${next}","resource":${resourceText(OBSERVATION, next++, { sizeBytes: RESOURCE_BYTES })}}`;
    const receipt = await ledger.post('/v1/commands/record-fact', tokens.get('ehr') as string, body);
    const { position } = (await receipt.json()) as { position: string };
    await get('record?category=vital-signs&limit=1', { 'minimum-position': position });
  });
  report.figure('one more assertion, from request to readable, p50', one.p50Ms, 'ms');
  report.figure('one more assertion, from request to readable, p99', one.p99Ms, 'ms');
  const at = encodeURIComponent(new Date().toISOString());
  const asOf = await sampled(AS_OF_SAMPLES, () => get(`record?category=vital-signs&limit=20&validAt=${at}&knownAt=${at}`));
  report.figure('valid and known at, p50', asOf.p50Ms, 'ms');
  report.figure('valid and known at, p99', asOf.p99Ms, 'ms', { below: 100 });
  await ledger.stop();
  ledger.discard();
}

async function makePatient(ledger: LedgerProcess): Promise<{ tokens: Map<string, string>; patientId: string; clinician: string }> {
  const tenant = 'big';
  const steward = await ledger.token(tenant, 'steward-1', 'steward');
  const tokens = new Map<string, string>();
  for (const sourceId of SOURCES) {
    await ledger.post('/v1/commands/register-source', steward, JSON.stringify({ sourceId, displayName: sourceId, kind: 'ehr' }));
    tokens.set(sourceId, await ledger.token(tenant, sourceId, 'source'));
  }
  const [registered] = await sendBulk(ledger, tokens.get('ehr') as string, [
    lineText('register-patient', `{"resource":${patientText(1)},"sourceRecordId":"p-1"}`),
  ]);
  return { tokens, patientId: registered?.receipt?.patientId as string, clinician: await ledger.token(tenant, 'dr-1', 'clinician') };
}

async function fill(ledger: LedgerProcess, token: string, patientId: string, facts: number): Promise<void> {
  for (let from = 0; from < facts; from += LINES_AT_ONCE) {
    const lines = Array.from({ length: Math.min(LINES_AT_ONCE, facts - from) }, (_, n) => {
      const resource = resourceText(OBSERVATION, from + n, { sizeBytes: RESOURCE_BYTES });
      return lineText('record-fact', `{"patientId":"${patientId}","sourceRecordId":"r-${from + n}","resource":${resource}}`);
    });
    await sendBulk(ledger, token, lines);
  }
}

async function sampled(count: number, work: () => Promise<unknown>): Promise<{ p50Ms: number; p99Ms: number }> {
  const latencies = new Latencies();
  for (let n = 0; n < count; n++) {
    const began = performance.now();
    await work();
    latencies.add(performance.now() - began);
  }
  return latencies.summary();
}
