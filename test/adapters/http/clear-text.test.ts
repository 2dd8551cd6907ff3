import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { allergy, House, person } from './house.js';

interface World {
  house: House;
  steward: string;
  patients: readonly string[];
}

const test = suite<World>('texts that are stored in clear', {} as World);

test.before(async (world) => {
  const house = await House.open();
  const ehr = await house.source('ehr');
  const first = await house.done('register-patient', { resource: person(), sourceRecordId: 'p1' }, ehr);
  const second = await house.done('register-patient', { resource: person({ birthDate: '1999-01-01' }), sourceRecordId: 'p2' }, ehr);
  Object.assign(world, { house, steward: await house.token('steward'), patients: [first.patientId, second.patientId] });
});
test.after(({ house }) => house.close());

test('a reason that names a person is refused with the place and the type, and is not echoed', async ({ house, steward, patients }) => {
  const body = { patientId: patients[0], otherPatientId: patients[1], reason: 'both have SSN 219-09-9999' };
  const { status, json, text } = await house.command('link-patients', body, steward);
  assert.is(status, 422);
  assert.is(json.code, 'text-holds-identifiers');
  assert.equal(json.errors, [{ pointer: '/reason', rule: 'ssn' }]);
  assert.not(text.includes('219-09'));
});

test('a reason inside a proposal is looked at too', async ({ house, steward, patients }) => {
  const merge = { survivor: patients[0], absorbed: patients[1], reason: 'patient Adaeze Okonkwo came twice' };
  const { status, json } = await house.command('propose-change', { command: 'merge-patients', body: merge, reason: 'registered twice' }, steward);
  assert.is(status, 422);
  assert.equal([json.code, json.errors], ['text-holds-identifiers', [{ pointer: '/body/reason', rule: 'name' }]]);
});

test('a version of a record that names a person is refused before anything is stored, and not echoed', async ({ house, patients }) => {
  const source = await house.token('source', 'ehr');
  const body = { patientId: patients[0], resource: allergy(), sourceRecordId: 'a1', sourceVersion: 'MRN 445566 v2' };
  const { status, json, text } = await house.command('record-fact', body, source);
  assert.equal([status, json.code, json.errors], [422, 'text-holds-identifiers', [{ pointer: '/sourceVersion', rule: 'mrn' }]]);
  assert.not(text.includes('445566'));
  assert.is((await house.command('record-fact', { ...body, sourceVersion: '2' }, source)).status, 201);
});

test('the same reason without the person is taken', async ({ house, steward, patients }) => {
  const body = { patientId: patients[0], otherPatientId: patients[1], reason: 'same person, says the registry on 2026-11-23' };
  assert.is((await house.command('link-patients', body, steward)).status, 201);
});

test.run();
