import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { House, person } from './house.js';

interface World {
  house: House;
  steward: string;
  survivor: string;
  absorbed: string;
}

const test = suite<World>('identity over HTTP', {} as World);

test.before(async (world) => {
  const house = await House.open();
  const [ehr, lis] = [await house.source('ehr'), await house.source('lis')];
  const survivor = await house.done('register-patient', { resource: person(), sourceRecordId: 'p1' }, ehr);
  const absorbed = await house.done('register-patient', { resource: person(), sourceRecordId: 'l1' }, lis);
  Object.assign(world, { house, steward: await house.token('steward'), survivor: survivor.patientId, absorbed: absorbed.patientId });
});
test.after(({ house }) => house.close());

const path = (patientId: string) => `/v1/patients/${patientId}/identity`;

test('a merge shows the moment it is acknowledged, under both ids', async ({ house, steward, survivor, absorbed }) => {
  const receipt = await house.done('merge-patients', { survivor, absorbed, reason: 'registered twice' }, steward);
  assert.equal([receipt.patientId, receipt.stream], [survivor, 'acme.identities']);
  for (const patientId of [survivor, absorbed]) {
    const { json, status, headers } = await house.get(path(patientId), steward);
    assert.equal([status, headers['cache-control'], json.survivor, json.merges.length], [200, 'no-store', survivor, 1]);
    assert.equal([json.merges[0].by, json.merges[0].reason], ['steward-1', 'registered twice']);
  }
});

test('it is for stewards, privacy officers and clinicians, and each look is audited for all who are named', async ({ house, survivor, absorbed }) => {
  for (const role of ['steward', 'privacy-officer', 'clinician']) assert.is((await house.get(path(survivor), await house.token(role))).status, 200, role);
  for (const [role, subject] of [
    ['patient', survivor],
    ['auditor', 'auditor-1'],
    ['source', 'ehr'],
  ] as const) {
    assert.is((await house.get(path(survivor), await house.token(role, subject))).json.code, 'not-permitted', role);
  }
  const looks = (await house.accesses()).filter(({ data }) => data.action === 'read-lineage' && data.outcome === 'allowed');
  assert.equal(looks.at(-1)?.data.patients, [survivor, absorbed].sort());
});

test("another tenant's patient, nobody's id, and a parameter that nobody reads", async ({ house, steward, survivor }) => {
  assert.is((await house.get(path(survivor), await house.token('steward', 'steward-1', { tenant: 'other' }))).json.code, 'unknown-patient');
  assert.is((await house.get(path('not-an-id'), steward)).json.code, 'unknown-patient');
  assert.is((await house.get(`${path(survivor)}?deep=1`, steward)).json.code, 'invalid-parameter');
});

test('what makes no sense is refused with its own code', async ({ house, steward, survivor, absorbed }) => {
  const code = async (name: string, body: object) => (await house.command(name, { ...body, reason: 'a mistake' }, steward)).json.code;
  assert.is(await code('merge-patients', { survivor, absorbed: survivor }), 'same-patient');
  assert.is(await code('merge-patients', { survivor: absorbed, absorbed: survivor }), 'merge-cycle');
  assert.is(await code('unmerge-patients', { survivor: absorbed, absorbed: survivor }), 'not-merged');
  assert.is(await code('link-patients', { patientId: survivor, otherPatientId: absorbed }), 'already-merged');
});

test.run();
