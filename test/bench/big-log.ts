import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { readConfig } from '../../adapters/config.js';
import { takeDataDir } from '../../adapters/embedded/data-dir.js';
import { EmbeddedEventStore } from '../../adapters/embedded/event-store.js';
import { EmbeddedKeyStore } from '../../adapters/embedded/key-store.js';
import { openRootKeys } from '../../adapters/keys/open-root.js';
import { TenantKeks } from '../../adapters/keys/tenant-keks.js';
import { KeyVault } from '../../adapters/keys/vault.js';
import { layout } from '../../adapters/stores.js';
import { envelop } from '../../commands/envelope.js';
import type { KeyRing } from '../../commands/ports.js';
import { type Draft, TIMELESS } from '../../domain/decider.js';
import type { Vault } from '../../domain/rings.js';
import type { LedgerEvent } from '../../schemas/catalogue.js';
import { OBSERVATION, patientText, resourceText } from '../support/fixtures-fhir.js';
import { RESOURCE_BYTES } from './world.js';

const TENANT = 'big';
const FACTS_A_PATIENT = 49;
const PATIENTS_AT_ONCE = 40;

const deps = {
  clock: { now: () => new Date().toISOString() },
  digest: { sha256Hex: (text: string) => createHash('sha256').update(text).digest('hex') },
};

/** A log of so many valid, sealed events, written through the stores themselves: what a ledger would have after years. */
export async function buildBigLog(dataDir: string, events: number): Promise<void> {
  const taken = takeDataDir(dataDir);
  mkdirSync(dirname(layout.keys(dataDir)), { recursive: true });
  const keys = new EmbeddedKeyStore(layout.keys(dataDir));
  const root = await openRootKeys(readConfig({ DATA_DIR: dataDir }).root);
  const uses = { note: () => undefined };
  const vault = new KeyVault(keys, new TenantKeks(keys, root, Date.now), uses, Date.now).usedBy({ subject: 'bench', purpose: 'SYSADMIN', reason: 'bench' });
  const store = await EmbeddedEventStore.open(layout.events(dataDir));
  const each = FACTS_A_PATIENT + 1;
  for (let done = 0; done < events; done += each * PATIENTS_AT_ONCE) {
    const patients = Math.min(PATIENTS_AT_ONCE, Math.ceil((events - done) / each));
    await Promise.all(Array.from({ length: patients }, (_, n) => addPatient(vault, store, done / each + n)));
  }
  await store.close();
  await keys.close();
  taken.release();
}

async function addPatient(vault: Vault, store: EmbeddedEventStore, n: number): Promise<void> {
  const patientId = await vault.claimPatient(TENANT, createHash('sha256').update(`claim ${n}`).digest('base64url').slice(0, 22));
  const ring = (await vault.patientRing(TENANT, patientId)) as KeyRing;
  const events = [await eventFor(ring, patientId, 'patient-registered', 'demographics', 'Patient', `p-${n}`, patientText(n))];
  for (let fact = 0; fact < FACTS_A_PATIENT; fact++) {
    const text = resourceText(OBSERVATION, fact, { sizeBytes: RESOURCE_BYTES });
    events.push(await eventFor(ring, patientId, 'fact-recorded', OBSERVATION.category, OBSERVATION.resourceType, `obs-${fact}`, text));
  }
  await store.append(`${TENANT}.patient-${patientId}`, 'none', events);
}

async function eventFor(
  ring: KeyRing,
  patientId: string,
  type: 'patient-registered' | 'fact-recorded',
  category: string,
  resourceType: string,
  recordId: string,
  text: string,
): Promise<LedgerEvent> {
  const [id, stream, correlationId] = [randomUUID(), `${TENANT}.patient-${patientId}`, randomUUID()];
  const content = `{"sourceRecordId":"${recordId}","resource":${text}}`;
  const sealed = await ring.seal({ stream, eventId: id, name: 'content', scope: category }, content);
  const names = {
    identity: [ring.blind('identity', recordId)],
    value: ring.blind('value', text),
    precision: [],
    codes: [],
    ranges: [],
    asserts: [],
    contradicts: [],
  };
  const statement = { element: null, part: null, ...names, standing: 'stated' as const };
  const data = {
    patientId,
    category,
    resourceType,
    assertionId: randomUUID(),
    sourceVersion: null,
    contentToken: ring.blind('content', text),
    statements: [statement],
  };
  const source = { id: 'ehr', recordKey: ring.blind('record', `ehr|${recordId}`) };
  const caller = { tenant: TENANT, actor: { subject: 'ehr', roles: ['source'], organization: null }, purpose: 'TREAT' };
  const draft = { type, data, source, validTime: TIMELESS, content: null } as Draft;
  return envelop(deps, stream, id, draft, [sealed], { ...caller, correlationId, causationId: correlationId, idempotency: null });
}
