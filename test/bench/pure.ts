import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';
import { type Assertion, type PatientCommand, patientDecider } from '../../domain/record/decide.js';
import type { LedgerEvent } from '../../schemas/catalogue.js';
import type { BlindStatement } from '../../schemas/events/statement.js';
import { eventOf } from '../support/events.js';
import { OBSERVATION, resourceText } from '../support/fixtures-fhir.js';
import { ringFrom } from '../support/vault.js';
import { eachSecond, perSecond } from './conditions.js';
import type { BenchOptions } from './options.js';
import type { Report } from './report.js';
import { RESOURCE_BYTES } from './world.js';

const RECORDS = 1000;

/** The decision alone: no I/O, no sealing. */
export async function benchDecide(options: BenchOptions, report: Report): Promise<void> {
  report.begin('decide', `patientDecider on a patient with ${RECORDS} records, one thread, in process`);
  const patientId = randomUUID();
  let state = patientDecider.evolve(patientDecider.initial(), eventOf('patient-registered', { source: { id: 'ehr', recordKey: 'p' } }), 0);
  for (let n = 0; n < RECORDS; n++) state = patientDecider.evolve(state, recorded(patientId, n), n + 1);
  const commands = Array.from({ length: RECORDS * 2 }, (_, n): PatientCommand => ({ name: 'record-fact', assertion: assertion(patientId, n) }));
  const fresh = commands.slice(RECORDS);
  report.figure(
    'decisions, a new record',
    perSecond(options.seconds * 200, (n) => patientDecider.decide(state, fresh[n % RECORDS] as PatientCommand)),
    '/s',
  );
  report.figure(
    'decisions, a repeat',
    perSecond(options.seconds * 200, (n) => patientDecider.decide(state, commands[n % RECORDS] as PatientCommand)),
    '/s',
  );
  const events = Array.from({ length: RECORDS }, (_, n) => recorded(patientId, n));
  let folded = patientDecider.initial();
  const fold = perSecond(options.seconds * 200, (n) => {
    if (n % RECORDS === 0) folded = patientDecider.initial();
    folded = patientDecider.evolve(folded, events[n % RECORDS] as LedgerEvent, n % RECORDS);
  });
  report.figure('events folded', fold, '/s');
}

function token(kind: string, n: number): string {
  return `${kind}${n}`.padEnd(22, 'A');
}

function statement(n: number): BlindStatement {
  const names = { identity: [token('i', n)], value: token('v', n), precision: [], codes: [token('k', n)], ranges: [], asserts: [], contradicts: [] };
  return { element: null, part: null, ...names, standing: 'stated' };
}

function assertion(patientId: string, n: number): Assertion {
  return {
    patientId,
    source: 'ehr',
    recordKey: token('r', n),
    sourceVersion: null,
    category: 'vital-signs',
    resourceType: 'Observation',
    contentToken: token('c', n),
    statements: [statement(n)],
    validTime: { from: null, to: null },
    content: { scope: 'vital-signs', text: '' },
    newAssertionId: randomUUID(),
  };
}

function recorded(patientId: string, n: number): LedgerEvent {
  const { category, resourceType, contentToken, statements, sourceVersion, newAssertionId } = assertion(patientId, n);
  const data = { patientId, category, resourceType, assertionId: newAssertionId, sourceVersion, contentToken, statements };
  return eventOf('fact-recorded', { source: { id: 'ehr', recordKey: token('r', n) }, data });
}

/** Sealing and opening as the write path and the readers do it, beside the cipher called directly. */
export async function benchSeal(options: BenchOptions, report: Report): Promise<void> {
  report.begin('seal', `AES-256-GCM of ${RESOURCE_BYTES} B under a patient's ring, one thread, in process`);
  const owner = { tenant: 'bench', owner: randomUUID(), keyId: randomUUID(), generation: 1 };
  const ring = ringFrom(owner, new Uint8Array(randomBytes(32)));
  const text = resourceText(OBSERVATION, 1, { sizeBytes: RESOURCE_BYTES });
  const place = { stream: `bench.patient-${owner.owner}`, eventId: randomUUID(), name: 'content', scope: 'vital-signs' };
  const part = await ring.seal(place, text);
  const durationMs = options.seconds * 200;
  const seals = await eachSecond(durationMs, () => ring.seal(place, text));
  const opens = await eachSecond(durationMs, () => ring.open(part, place));
  report.figure('seals', seals, '/s');
  report.figure('opens', opens, '/s');
  report.figure(
    'blind tokens',
    perSecond(durationMs, (n) => ring.blind('identity', `code|${n}`)),
    '/s',
  );
  const key = randomBytes(32);
  const bareSeals = perSecond(durationMs, () => bareSeal(key, text));
  const box = bareSeal(key, text);
  const bareOpens = perSecond(durationMs, () => bareOpen(key, box));
  report.figure('floor: node:crypto seals', bareSeals, '/s');
  report.figure('floor: node:crypto opens', bareOpens, '/s');
  report.figure('share of it, seals', seals / bareSeals, '');
  report.figure('share of it, opens', opens / bareOpens, '');
}

function bareSeal(key: Buffer, text: string): { nonce: Buffer; box: Buffer; tag: Buffer } {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const box = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return { nonce, box, tag: cipher.getAuthTag() };
}

function bareOpen(key: Buffer, { nonce, box, tag }: ReturnType<typeof bareSeal>): string {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce);
  decipher.setAuthTag(tag);
  return decipher.update(box, undefined, 'utf8') + decipher.final('utf8');
}
