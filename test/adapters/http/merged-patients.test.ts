import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { allergy, House, person } from './house.js';

interface World {
  house: House;
  steward: string;
  officer: string;
  /** Tokens of the patients themselves, and their ids. */
  left: { readonly id: string; readonly token: string };
  right: { readonly id: string; readonly token: string };
  stranger: { readonly id: string; readonly token: string };
  /** A moment at which left and right were one. */
  merged: string;
}

const test = suite<World>('what merged patients see of themselves', {} as World);
const SIDES = ['record', 'record?format=fhir', 'history', 'lineage', 'sources', 'accesses', 'amendments'];
const RIGHTS_OWN = '300916003';

test.before(async (world) => {
  const house = await House.open();
  const ehr = await house.source('ehr');
  const patient = async (sourceRecordId: string, code: string) => {
    const { patientId: id } = await house.done('register-patient', { resource: person(), sourceRecordId }, ehr);
    await house.done('record-fact', { patientId: id, resource: allergy(code), sourceRecordId: `${sourceRecordId}-allergy` }, ehr);
    return { id, token: await house.token('patient', id) };
  };
  const [left, right, stranger] = [await patient('p1', '91936005'), await patient('p2', RIGHTS_OWN), await patient('p3', '294505008')];
  Object.assign(world, { house, left, right, stranger, steward: await house.token('steward'), officer: await house.token('privacy-officer') });
});
test.after(({ house }) => house.close());

const read = (house: House, id: string, side: string, token: string, position = '') =>
  house.get(`/v1/patients/${id}/${side}`, token, position === '' ? {} : { 'minimum-position': position });

test('before a merge nobody reads another, and the ledger does not say whether there is one', async ({ house, left, right }) => {
  for (const side of SIDES) {
    const known = await read(house, right.id, side, left.token);
    const nobody = await read(house, '5f8f3c0e-0000-4000-8000-000000000009', side, left.token);
    assert.equal([known.status, known.json.code], [403, 'not-permitted'], side);
    assert.equal({ ...known.json, correlationId: '' }, { ...nobody.json, correlationId: '' }, side);
  }
});

test('merged, either token reads all sides under either id; a stranger reads none', async (world) => {
  const { house, left, right, stranger, steward } = world;
  const { position } = await house.done('merge-patients', { survivor: left.id, absorbed: right.id, reason: 'registered twice' }, steward);
  world.merged = position;
  for (const { token } of [left, right])
    for (const { id } of [left, right]) for (const side of SIDES) assert.is((await read(house, id, side, token, position)).status, 200, side);
  assert.match((await read(house, left.id, 'record', left.token)).text, RIGHTS_OWN);
  for (const side of SIDES) assert.is((await read(house, left.id, side, stranger.token)).json.code, 'not-permitted', side);
});

test('what one id asked to be amended is read, and disagreed with, under the other; and shows in the accesses of both', async ({
  house,
  left,
  right,
  officer,
  stranger,
}) => {
  const { json } = await read(house, left.id, 'record?category=allergies', left.token);
  const { factId } = json.facts[0];
  const { amendmentId, position } = await house.done('request-amendment', { patientId: right.id, factId, request: 'never had it' }, left.token);
  assert.match((await read(house, left.id, 'amendments', left.token, position)).text, 'never had it');
  const [looked] = (await house.accesses()).slice(-1);
  assert.equal([...looked.data.patients].sort(), [left.id, right.id].sort());
  await house.done('answer-amendment', { amendmentId, answer: 'deny', basis: 'accurate-and-complete', text: 'it was confirmed' }, officer);
  const disagree = { amendmentId, statement: 'I disagree' };
  assert.is((await house.command('state-disagreement', disagree, stranger.token)).json.code, 'unknown-amendment');
  await house.done('state-disagreement', disagree, left.token);
});

test('after the unmerge each reads their own alone, and not what was shown of the other in the meantime', async (world) => {
  const { house, left, right, steward } = world;
  const { position } = await house.done('unmerge-patients', { survivor: left.id, absorbed: right.id, reason: 'two people' }, steward);
  // The read models may not have heard of it yet: then the patient is asked to come again.
  const atOnce = await read(house, left.id, 'record', left.token);
  assert.ok(atOnce.status === 200 || atOnce.json.code === 'read-model-behind', atOnce.text);
  assert.not.match(atOnce.text, RIGHTS_OWN);
  for (const side of SIDES) assert.is((await read(house, right.id, side, left.token)).json.code, 'not-permitted', side);
  for (const side of SIDES) assert.is((await read(house, right.id, side, right.token, position)).status, 200, side);
  for (const side of SIDES.slice(0, 5)) {
    const own = await read(house, left.id, side, left.token, position);
    assert.is(own.status, 200, side);
    assert.not.match(own.text, RIGHTS_OWN, side);
    assert.not.match(own.text, right.id, side);
  }
  for (const side of ['record?', 'record?format=fhir&', 'lineage?', 'lineage?format=prov&', 'sources?']) {
    const then = await read(house, left.id, `${side}knownAt=${world.merged}`, left.token, position);
    assert.equal([then.status, then.json.code], [403, 'not-permitted'], side);
    assert.not.match(then.text, right.id, side);
    const refused = (await house.accesses()).at(-1);
    assert.equal([refused?.data.outcome, refused?.data.patients], ['refused', [left.id]], side);
  }
  const lookingBack = await read(house, left.id, `record?knownAt=${world.merged}`, await house.token('clinician'), position);
  assert.match(lookingBack.text, RIGHTS_OWN);
});

test('the purpose must be that of the role that cares for the record: a second role on the token does not open merges', async ({ house, left }) => {
  const request = { tenant: 'acme', subject: left.id, roles: ['patient', 'clinician'], purpose: 'PATRQT', organization: null, mfa: false, ttlSeconds: 600 };
  const both = `Bearer ${await house.ledger.issuer.sign(request)}`;
  assert.is((await read(house, left.id, 'record', both)).status, 200);
  assert.is((await read(house, left.id, 'identity', both)).json.code, 'not-permitted');
});

test.run();
