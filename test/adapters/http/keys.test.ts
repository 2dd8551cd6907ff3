import { createHash } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
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

test.run();
