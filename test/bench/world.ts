import { randomUUID } from 'node:crypto';
import { OBSERVATION, patientText, resourceText } from '../support/fixtures-fhir.js';
import { requestText } from '../support/load-generator.js';
import type { LedgerProcess } from './ledger-process.js';

/** A tenant with one source and so many patients, registered before the measuring begins. */
export interface World {
  readonly tenant: string;
  readonly token: string;
  readonly clinician: string;
  readonly patients: readonly string[];
}

export interface LineResult {
  readonly line: number;
  readonly status: number;
  readonly receipt?: {
    readonly eventIds: string[];
    readonly stream: string;
    readonly revision: number;
    readonly position: string;
    readonly patientId?: string;
  };
}

export const RESOURCE_BYTES = 1024;
const SOURCE = 'ehr';

/** On a log that others use too, each world is a tenant of its own. */
export async function makeWorld(ledger: LedgerProcess, patients: number): Promise<World> {
  const tenant = `b${randomUUID().slice(0, 8)}`;
  const steward = await ledger.token(tenant, 'steward-1', 'steward');
  const registered = await ledger.post('/v1/commands/register-source', steward, JSON.stringify({ sourceId: SOURCE, displayName: 'EHR', kind: 'ehr' }));
  if (registered.status !== 201) throw new Error(`register-source: ${registered.status} ${await registered.text()}`);
  const token = await ledger.token(tenant, SOURCE, 'source');
  const lines = Array.from({ length: patients }, (_, n) => lineText('register-patient', `{"resource":${patientText(n)},"sourceRecordId":"p-${n}"}`));
  const results = await sendBulk(ledger, token, lines);
  return { tenant, token, clinician: await ledger.token(tenant, 'dr-1', 'clinician'), patients: results.map(({ receipt }) => receipt?.patientId as string) };
}

export function lineText(command: string, body: string): string {
  return `{"command":"${command}","body":${body}}\n`;
}

/** Few lines at once, every one of which has to succeed. */
export async function sendBulk(ledger: LedgerProcess, token: string, lines: readonly string[]): Promise<LineResult[]> {
  const response = await ledger.post('/v1/commands', token, lines.join(''), { 'content-type': 'application/x-ndjson' });
  const results = (await response.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as LineResult);
  const failed = results.find(({ status }) => status !== 201);
  if (results.length !== lines.length || failed !== undefined) throw new Error(`bulk: ${results.length} of ${lines.length}, ${JSON.stringify(failed)}`);
  return results;
}

/** One Observation of about 1 KB, with a record id of its own. */
export function factBody(patientId: string, n: number): string {
  return `{"patientId":"${patientId}","sourceRecordId":"obs-${n}","resource":${resourceText(OBSERVATION, n, { sizeBytes: RESOURCE_BYTES })}}`;
}

/** The n-th `record-fact`, for the n-th patient in turn. */
export function factRequest(world: World, n: number): string {
  const body = factBody(world.patients[n % world.patients.length] as string, n);
  return requestText('POST', '/v1/commands/record-fact', { authorization: `Bearer ${world.token}`, 'content-type': 'application/json' }, body);
}
