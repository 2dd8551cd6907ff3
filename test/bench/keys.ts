import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedKeyStore } from '../../adapters/embedded/key-store.js';
import { rewrapAll } from '../../adapters/keys/rewrapping.js';
import type { KeyRing } from '../../domain/rings.js';
import type { SealedPart } from '../../schemas/event.js';
import { MemoryRootKeys } from '../support/root-keys.js';
import { ringFrom, TESTER, TestVault } from '../support/vault.js';
import { eachSecond } from './conditions.js';
import type { BenchOptions } from './options.js';
import type { Report } from './report.js';

const TENANT = 'bench';
const PATIENTS = 100_000;
const AT_ONCE = 1000;
const FIELDS_BYTES = 340;
const SCOPES = ['allergies', 'medications', 'hiv'];

/** A record of 20 fields in 3 scopes, sealed and opened as readers and writers do it, beside the cipher called directly. */
export async function benchRecords(options: BenchOptions, report: Report): Promise<void> {
  report.begin('records', `a record of 20 fields in 3 scopes (3 parts of ${FIELDS_BYTES} B), sealed and opened, one thread, in process`);
  const owner = { tenant: TENANT, owner: randomUUID(), keyId: randomUUID(), generation: 1 };
  const ring = ringFrom(owner, new Uint8Array(randomBytes(32)));
  const text = 'x'.repeat(FIELDS_BYTES);
  const place = { stream: `bench.patient-${owner.owner}`, eventId: randomUUID(), name: 'content' };
  const one = async () => {
    for (const scope of SCOPES) await ring.open(await ring.seal({ ...place, scope }, text), place);
  };
  const sealed = await eachSecond(options.seconds * 200, one);
  const key = randomBytes(32);
  const bare = await eachSecond(options.seconds * 200, async () => {
    for (const _ of SCOPES) bareRoundTrip(key, text);
  });
  report.figure('records', sealed, '/s', { least: 8000 });
  report.figure('each', 1000 / sealed, 'ms', { below: 0.15 });
  report.figure('floor: node:crypto, a raw key', bare, '/s');
  report.figure('share of it', sealed / bare, '');
}

/** A tenant's key replaced under so many patients, while others are registered and sealed for. */
export async function benchRotate(_options: BenchOptions, report: Report): Promise<void> {
  report.begin('rotate', `a tenant's key-encryption key, ${PATIENTS.toLocaleString('en')} patients, embedded key store, one thread beside it`);
  await withPatients(async (here) => {
    const [from] = await here.store.keks(TENANT);
    if (from === undefined) throw new Error('no key to rotate');
    const before = await latencies(here, async () => new Promise((resolve) => setTimeout(resolve, 3000)));
    const began = performance.now();
    let rewrapped = 0;
    const during = await latencies(here, async () => {
      await here.keks.advance(TENANT, from);
      rewrapped = await rewrapAll(here, TENANT, from.kekId, null);
    });
    report.figure('until all are under the new key', (performance.now() - began) / 1000, 's', { below: 30 });
    report.figure('wrapped anew', rewrapped, 'keys');
    report.figure('register and seal before, p99', p99(before), 'ms');
    report.figure('register and seal during, p99', p99(during), 'ms', { below: 2 * p99(before) });
    report.figure('key cache, hit rate', here.keys.cache.counts.hits / (here.keys.cache.counts.hits + here.keys.cache.counts.misses), '');
  });
}

/** One patient of so many: from the order until neither this process nor a fresh one opens anything of them. */
export async function benchErase(_options: BenchOptions, report: Report): Promise<void> {
  report.begin('erase', `one of ${PATIENTS.toLocaleString('en')} patients, embedded key store: until unreadable here and in a fresh process`);
  await withPatients(async (here, patients) => {
    const patientId = patients[50_000] as string;
    const place = { stream: `bench.patient-${patientId}`, eventId: randomUUID(), name: 'content', scope: 'allergies' };
    const ring = (await here.vault.patientRing(TENANT, patientId)) as KeyRing;
    const part = await ring.seal(place, 'penicillin');
    const began = performance.now();
    here.keys.forget(TENANT, patientId);
    await here.store.erase(TENANT, patientId);
    here.keys.forget(TENANT, patientId);
    const readable = [await opens(ring, part, place), (await here.another().vault.patientRing(TENANT, patientId)) !== undefined];
    report.figure('until unreadable', performance.now() - began, 'ms', { below: 1000 });
    report.figure('still readable anywhere', readable.filter(Boolean).length, 'places', { below: 1 });
  });
}

async function opens(ring: KeyRing, part: SealedPart, place: { stream: string; eventId: string }): Promise<boolean> {
  return ring.open(part, place).then(
    () => true,
    () => false,
  );
}

async function withPatients(work: (here: TestVault, patients: readonly string[]) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-keys-'));
  const store = new EmbeddedKeyStore(join(folder, 'keys.db'));
  try {
    const here = new TestVault(store, new MemoryRootKeys());
    const patients: string[] = [];
    while (patients.length < PATIENTS) {
      const batch = Array.from({ length: AT_ONCE }, (_, n) => here.vault.claimPatient(TENANT, `claim ${patients.length + n}`));
      patients.push(...(await Promise.all(batch)));
    }
    here.uses.length = 0;
    await work(here, patients);
  } finally {
    await store.close();
    rmSync(folder, { recursive: true });
  }
}

/** How long it takes to register a patient and seal for them, again and again while `meanwhile` lasts; in milliseconds. */
async function latencies(here: TestVault, meanwhile: () => Promise<unknown>): Promise<number[]> {
  const took: number[] = [];
  let over = false;
  const done = meanwhile().finally(() => {
    over = true;
  });
  while (!over) {
    const began = performance.now();
    const patientId = await here.keys.usedBy(TESTER).claimPatient(TENANT, `late ${randomUUID()}`);
    const ring = (await here.vault.patientRing(TENANT, patientId)) as KeyRing;
    await ring.seal({ stream: `bench.patient-${patientId}`, eventId: randomUUID(), name: 'content', scope: 'allergies' }, 'x'.repeat(1024));
    took.push(performance.now() - began);
  }
  await done;
  return took;
}

function p99(took: readonly number[]): number {
  return [...took].sort((left, right) => left - right)[Math.floor(took.length * 0.99)] ?? 0;
}

function bareRoundTrip(key: Buffer, text: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const box = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce);
  decipher.setAuthTag(cipher.getAuthTag());
  return decipher.update(box, undefined, 'utf8') + decipher.final('utf8');
}
