import { createHash, randomUUID } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createApp } from '../../../adapters/http/app.js';
import { exposureOf } from '../../../adapters/keys/exposure.js';
import { createLog } from '../../../adapters/log.js';
import { MemoryEventStore } from '../../../adapters/memory/event-store.js';
import { streams } from '../../../domain/streams.js';
import type { LedgerEvent } from '../../../schemas/catalogue.js';
import { eventOf, sealedPart } from '../../support/events.js';
import { type Answer, allergy, House, person } from './house.js';

const test = suite('keys over HTTP');
let house: House;
let ehr: string;
let patientId: string;

const recorded = (sourceRecordId: string, to: string = patientId) => house.command('record-fact', { patientId: to, sourceRecordId, resource: allergy() }, ehr);
const keysOf = async (role = 'operator') => house.get('/v1/keys', await house.token(role));

/** Asked again until it is so: orders are carried out after they were acknowledged. */
async function until(so: (keys: Answer['json']) => boolean): Promise<Answer['json']> {
  for (const endMs = Date.now() + 10_000; Date.now() < endMs; await new Promise((resolve) => setTimeout(resolve, 20))) {
    const { json } = await keysOf();
    if (so(json)) return json;
  }
  throw new Error('it did not come about in time');
}

test.before(async () => {
  house = await House.open();
  assert.is((await keysOf()).json.cache.hitRate, null, 'no key was asked for yet');
  ehr = await house.source('ehr');
  ({ patientId } = await house.done('register-patient', { sourceRecordId: 'p-1', resource: person() }, ehr));
  assert.is((await recorded('a-1')).status, 201);
});
test.after(() => house.close());

test('keys are shown to operator, privacy officer and auditor, with ages and counts and no key, and to nobody else', async () => {
  for (const role of ['operator', 'privacy-officer', 'auditor']) assert.is((await keysOf(role)).status, 200, role);
  for (const role of ['clinician', 'source', 'patient', 'consumer', 'steward']) assert.is((await keysOf(role)).status, 403, role);
  const { json, text } = await keysOf();
  assert.is(json.tenantKeys[0].age.standing, 'fresh');
  assert.ok(json.tenantKeys[0].secrets[0].count >= 1);
  for (const kek of await house.ledger.services.keyring.keyStore.keks('acme')) assert.not(text.includes(kek.wrapped));
});

test('a tenant key is rotated while facts come in and are read, and none fails', async () => {
  const before = (await keysOf()).json.tenantKeys.at(-1);
  await house.done('rotate-key', { level: 'tenant' }, await house.token('operator'));
  const clinician = await house.token('clinician');
  for (let n = 0; n < 20; n++) {
    assert.is((await recorded(`during-${n}`)).status, 201);
    assert.is((await house.get(`/v1/patients/${patientId}/record`, clinician)).status, 200);
  }
  const after = await until(({ rotations }) => rotations.at(-1)?.completedAt !== null);
  assert.is(after.tenantKeys.at(-1).generation, before.generation + 1);
  assert.is(after.secretsUnderFormerKeys, 0);
});

test('a compromise drill: reported, listed exactly, everything readable, and what comes next is under new keys', async () => {
  const clinician = await house.token('clinician');
  const suspectedSince = '2026-01-01T00:00:00Z';
  const description = 'A disk went missing.';
  await house.done('report-key-compromise', { level: 'tenant', suspectedSince, description }, await house.token('privacy-officer'));
  const { compromises } = await until((keys) => keys.compromises.at(-1)?.incident != null);
  const { reportId, incident } = compromises.at(-1);
  const page = await house.ledger.services.store.readAll({ after: null, limit: 10_000 });
  const reportAt = page.events.findIndex(({ event }) => event.type === 'key-compromise-reported');
  const sealed = page.events.slice(0, reportAt).filter(({ event }) => event.tenant === 'acme' && event.sealed.length > 0);
  const shown = await house.get(`/v1/keys/compromises/${reportId}`, await house.token('auditor'));
  assert.is(shown.status, 200);
  assert.equal(shown.json.events, sealed.map(({ event }) => event.id).sort());
  assert.equal(shown.json.patients, [patientId]);
  assert.is(createHash('sha256').update(shown.text).digest('hex'), incident.digest);
  assert.equal((await house.accesses()).at(-1).data.patients, [patientId]);
  assert.is((await house.get(`/v1/keys/compromises/${reportId}`, clinician)).status, 403);
  assert.is((await house.get(`/v1/patients/${patientId}/record`, clinician)).status, 200);
  assert.is((await recorded('after-1')).status, 201);
  const later = await house.ledger.services.store.readAll({ after: null, limit: 10_000, types: ['fact-recorded'] });
  assert.is(later.events.at(-1)?.event.sealed[0]?.generation, 2);
});

test('after a compromise the read models hold nothing under the key that was reported, and the record reads as before', async () => {
  const clinician = await house.token('clinician');
  const { compromises } = await until((keys) => keys.compromises.at(-1)?.resealed != null);
  assert.ok(compromises.at(-1).resealed.parts > 0);
  const { models, keyring } = house.ledger.services;
  const secrets = await keyring.keyStore.secrets('acme', patientId);
  const exposed = secrets.filter(({ state }) => state === 'compromised').map(({ keyId }) => keyId);
  assert.ok(exposed.length > 0);
  const rows = JSON.stringify(await models.byPrefix('record', 'acme/', { limit: 1000 }));
  for (const keyId of exposed) assert.not(rows.includes(keyId));
  const shown = await house.get(`/v1/patients/${patientId}/record`, clinician);
  assert.is(shown.status, 200);
  assert.ok(shown.text.includes('resource'));
});

test('a report that nobody made is not found', async () => {
  const answer = await house.get('/v1/keys/compromises/00000000-0000-4000-8000-000000000000', await house.token('auditor'));
  assert.ok(answer.status >= 400 && answer.status < 500, String(answer.status));
});

test('parameters that nobody reads are refused, with the keys and with a report', async () => {
  const auditor = await house.token('auditor');
  for (const path of ['/v1/keys', `/v1/keys/compromises/${randomUUID()}`]) {
    const { status, json } = await house.get(`${path}?state=active`, auditor);
    assert.equal([status, json.code], [400, 'invalid-parameter'], path);
  }
});

const saidOfKeys = { tenant: 'acme', stream: streams.keys('acme') };

/** The same ledger, over a log that holds just this. */
async function overLog(ofKeys: readonly LedgerEvent[], ofPatients: readonly LedgerEvent[] = []) {
  const store = new MemoryEventStore();
  for (const event of ofPatients) await store.append(event.stream, 'none', [event]);
  await store.append(saidOfKeys.stream, 'none', ofKeys);
  const app = await createApp({ ...house.ledger.services, store }, createLog('silent'));
  const get = async (url: string) => {
    const answer = await app.inject({ method: 'GET', url, headers: { authorization: await house.token('auditor') } });
    return { status: answer.statusCode, text: answer.payload, json: answer.json() };
  };
  return { store, get, close: () => app.close() };
}

test('a rotation that was ordered shows as not completed, with what is left for it to do', async () => {
  const { keks, keyStore } = house.ledger.services.keyring;
  const former = (await keyStore.keks('acme')).at(-1);
  assert.ok(former);
  await keks.advance('acme', former);
  const orders = (['tenant', 'root'] as const).map((level) => eventOf('key-rotation-ordered', { ...saidOfKeys, data: { level } }));
  const { get, close } = await overLog(orders);
  const { json } = await get('/v1/keys');
  assert.ok(json.secretsUnderFormerKeys > 0);
  assert.equal(
    json.rotations.map(({ completedAt, rewrapped, left }: Answer['json']) => [completedAt, rewrapped, left]),
    [
      [null, null, json.secretsUnderFormerKeys],
      [null, null, 0],
    ],
  );
  await close();
});

test('a report whose exposure is still being made out is not there yet', async () => {
  const report = eventOf('key-compromise-reported', saidOfKeys);
  const { get, close } = await overLog([report]);
  const { status, json } = await get(`/v1/keys/compromises/${report.data.reportId}`);
  assert.equal([status, json.code], [503, 'read-model-behind']);
  await close();
});

test('a report that is not the one the incident was opened with is not shown', async () => {
  const report = eventOf('key-compromise-reported', saidOfKeys);
  const incident = eventOf('incident-opened', { ...saidOfKeys, data: { reportId: report.data.reportId } });
  const { get, close } = await overLog([report, incident]);
  const { status, json } = await get(`/v1/keys/compromises/${report.data.reportId}`);
  assert.equal([status, json.code], [500, 'internal']);
  await close();
});

test('a report on more patients than one access may name is on record as accesses that name them all', async () => {
  const facts = Array.from({ length: 2500 }, (_, n) => {
    const patient = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
    return eventOf('fact-recorded', { tenant: 'acme', stream: `acme.fact-${n}`, data: { patientId: patient }, sealed: [sealedPart()] });
  });
  const report = eventOf('key-compromise-reported', saidOfKeys);
  const { store, get, close } = await overLog([report], facts);
  const digest = createHash('sha256')
    .update((await exposureOf(store, report)).canonical)
    .digest('hex');
  await store.append(report.stream, 0, [eventOf('incident-opened', { ...saidOfKeys, data: { reportId: report.data.reportId, digest } })]);
  const before = (await house.accesses()).length;
  const { status, json } = await get(`/v1/keys/compromises/${report.data.reportId}`);
  assert.is(status, 200);
  const named: string[][] = (await house.accesses()).slice(before).map(({ data }) => data.patients);
  assert.equal(
    named.map(({ length }) => length),
    [1000, 500, 1000],
  );
  assert.equal(named.flat().sort(), json.patients);
  assert.is(json.patients.length, 2500);
  await close();
});

test.run();
