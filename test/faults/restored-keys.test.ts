import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { layout } from '../../adapters/stores.js';
import { House, person } from '../adapters/http/house.js';
import { until } from '../end-to-end/town.js';
import { said } from './damaged-folder.js';

const resource = (resourceType: string, text: string) => ({
  resourceType,
  code: { text },
  [resourceType === 'Condition' ? 'subject' : 'patient']: { reference: 'Patient/x' },
});

test('a key store restored from before a rotation opens what it has keys for, and refuses what was sealed since', async () => {
  const backup = mkdtempSync(join(tmpdir(), 'key-backup-'));
  const house = await House.open();
  const { dataDir } = house;
  const ehr = await house.source('ehr');
  const register = async (sourceRecordId: string) => (await house.done('register-patient', { sourceRecordId, resource: person() }, ehr)).patientId as string;
  const patientId = await register('p1');
  const record = (sourceRecordId: string, what: object, of = patientId) => house.done('record-fact', { patientId: of, sourceRecordId, resource: what }, ehr);
  await record('a1', resource('AllergyIntolerance', 'Qzbefore'));
  await house.ledger.stop();
  cpSync(join(dataDir, 'keys'), backup, { recursive: true });

  const again = await House.open(dataDir);
  const officer = await again.token('privacy-officer');
  await again.done('rotate-key', { level: 'patient', patientId }, officer);
  let number = 0;
  await until(async () => {
    number += 1;
    const { eventIds } = await again.done('record-fact', { patientId, sourceRecordId: `c${number}`, resource: resource('Condition', 'Qzafter') }, ehr);
    const events = (await again.get(`/v1/audit/events?patient=${patientId}&limit=2000`, await again.token('auditor'))).text;
    const event = events.split('\n').find((line) => line.includes(`"id":"${eventIds[0]}"`));
    return JSON.parse(event ?? '{}').sealed[0].generation === 2;
  }, 'a fact sealed under the second generation');
  const late = (await again.done('register-patient', { sourceRecordId: 'p2', resource: person() }, ehr)).patientId as string;
  await again.ledger.stop();

  rmSync(join(dataDir, 'keys'), { recursive: true });
  cpSync(backup, join(dataDir, 'keys'), { recursive: true });
  assert.ok(layout.keys(dataDir).startsWith(dataDir));
  const restored = await House.open(dataDir);
  const clinician = await restored.token('clinician');
  const ask = (side: string, of = patientId) => restored.get(`/v1/patients/${of}/${side}`, clinician);
  const allergies = await ask('record?category=allergies');
  assert.is(said(allergies), '200');
  assert.match(allergies.text, 'Qzbefore');
  const conditions = await ask('record?category=conditions');
  assert.equal([said(conditions), conditions.json.incomplete.unreadable >= 1], ['200', true]);
  assert.not.match(conditions.text.replaceAll('"unreadable":true', ''), 'Qzafter');
  const unknown = await ask('record', late);
  assert.ok(unknown.status >= 400, said(unknown));
  await restored.close();
  rmSync(backup, { recursive: true });
});

test.run();
