import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { allergy, House, person } from './house.js';

const test = suite('a key that leaked after it was replaced');
let house: House;
let ehr: string;
let patientId: string;

const keyring = () => house.ledger.services.keyring;
const record = (sourceRecordId: string) => house.done('record-fact', { patientId, sourceRecordId, resource: allergy() }, ehr);
const events = async (type: 'key-rotation-completed' | 'incident-opened') =>
  (await house.ledger.services.store.readAll({ after: null, limit: 100, types: [type] })).events.length;

/** Sends the order, and waits until it was carried out. */
async function order(name: 'rotate-key' | 'report-key-compromise', body: object, done: 'key-rotation-completed' | 'incident-opened'): Promise<void> {
  const before = await events(done);
  await house.done(name, body, await house.token('privacy-officer'));
  for (const endMs = Date.now() + 10_000; Date.now() < endMs; await new Promise((resolve) => setTimeout(resolve, 20)))
    if ((await events(done)) > before) return;
  throw new Error('it was not carried out in time');
}

const leaked = (level: 'tenant' | 'root', keyId: string | undefined) => ({
  level,
  keyId,
  suspectedSince: '2026-01-01T00:00:00Z',
  description: 'An old backup.',
});
const states = async () => (await keyring().keyStore.secrets('acme', patientId)).map(({ state }) => state);

test.before(async () => {
  house = await House.open();
  ehr = await house.source('ehr');
  ({ patientId } = await house.done('register-patient', { sourceRecordId: 'p-1', resource: person() }, ehr));
});
test.after(() => house.close());

test('secrets that a former key-encryption key has wrapped seal nothing more, though a later one wraps them now', async () => {
  const former = (await keyring().keyStore.keks('acme')).at(-1)?.kekId;
  await order('rotate-key', { level: 'tenant' }, 'key-rotation-completed');
  await order('report-key-compromise', leaked('tenant', former), 'incident-opened');
  assert.is((await states())[0], 'compromised');
  await record('a-1');
  assert.equal(await states(), ['compromised', 'active']);
});

test('key-encryption keys that a former root key has wrapped are replaced, though a later one wraps them now', async () => {
  const former = await keyring().root.currentId();
  await keyring().root.rotate();
  for (const kek of await keyring().keyStore.allKeks()) await keyring().keks.rewrapUnderRoot(kek);
  const before = (await keyring().keyStore.keks('acme')).at(-1)?.kekId;
  await order('report-key-compromise', leaked('root', former), 'incident-opened');
  const after = (await keyring().keyStore.keks('acme')).at(-1);
  assert.is.not(after?.kekId, before);
  assert.is(after?.state, 'active');
  await record('a-2');
  assert.equal(await states(), ['compromised', 'compromised', 'active']);
  assert.is((await house.get(`/v1/patients/${patientId}/record`, await house.token('clinician'))).status, 200);
});

test.run();
