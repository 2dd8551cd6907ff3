import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { House } from './house.js';

interface World {
  house: House;
  ehr: string;
  ada: string;
  clinician: string;
  position: string;
}

const test = suite<World>('patients by what is known of them');
const PATIENT = {
  resourceType: 'Patient',
  name: [{ family: "O'Lovelace-King", given: ['Ada'] }],
  birthDate: '1960-12-10',
  telecom: [{ system: 'phone', value: '(202) 456-1111' }],
  identifier: [{ system: 'urn:mrn', value: '12-345' }],
};

test.before(async (world) => {
  const house = await House.open();
  const ehr = await house.source('ehr');
  const { patientId, position } = await house.done('register-patient', { resource: PATIENT, sourceRecordId: 'ehr-1' }, ehr);
  Object.assign(world, { house, ehr, ada: patientId, position, clinician: await house.token('clinician') });
});
test.after(({ house }) => house.close());

const JSON_BODY = { 'content-type': 'application/json' };

function search({ house, clinician, position }: World, body: object | string, token = clinician) {
  return house.ask('POST', '/v1/patients/search', token, { ...JSON_BODY, 'minimum-position': position }, body);
}

test('who meets the criteria is named by id, with what they meet and nothing else', async (world) => {
  const { ada } = world;
  const answer = (matchedOn: string[]) => ({ candidates: [{ patientId: ada, foundAs: [ada], matchedOn }], complete: true });
  assert.equal((await search(world, { family: 'olovelace king', given: 'ADA' })).json, answer(['family', 'given']));
  assert.equal((await search(world, { family: 'OLovelaceKing', birthDate: '1960-12-10' })).json, answer(['family', 'birthDate']));
  assert.equal((await search(world, { phone: '202.456.1111' })).json, answer(['phone']));
  assert.equal((await search(world, { identifier: { system: 'urn:mrn', value: '12345' } })).json, answer(['identifier']));
  const mixed = { family: 'OLovelace-King', given: 'Grace', birthDate: '1960-12-10', phone: '+12024561111', identifier: { system: 'urn:mrn', value: 'A9' } };
  assert.equal((await search(world, mixed)).json, answer(['phone', 'family', 'birthDate']));
  for (const nobody of [{ family: 'Nobody', given: 'Ada' }, { phone: '+12024561112' }])
    assert.equal((await search(world, nobody)).json, { candidates: [], complete: true });
});

test('another tenant finds nobody', async (world) => {
  const { house } = world;
  const other = await house.token('clinician', 'x', { tenant: 'other' });
  const answer = await house.ask('POST', '/v1/patients/search', other, JSON_BODY, { family: 'OLovelaceKing', given: 'Ada' });
  assert.equal(answer.json, { candidates: [], complete: true });
});

test('a merged patient answers with the survivor', async (world) => {
  const { house, ehr, ada } = world;
  const twin = { ...PATIENT, identifier: [{ system: 'urn:mrn', value: 'twin' }] };
  const { patientId } = await house.done('register-patient', { resource: twin, sourceRecordId: 'ehr-2' }, ehr);
  const { position } = await house.done(
    'merge-patients',
    { survivor: ada, absorbed: patientId, reason: 'one person' },
    await house.token('steward', 'steward-1'),
  );
  const { json } = await search({ ...world, position }, { family: 'OLovelaceKing', given: 'Ada' });
  assert.is(json.candidates.length, 1);
  assert.is(json.candidates[0].patientId, ada);
  assert.equal(new Set(json.candidates[0].foundAs), new Set([ada, patientId]));
});

test('only who may find patients may search, and each search is on record', async (world) => {
  const { house, ada } = world;
  for (const role of ['patient', 'consumer', 'auditor', 'operator']) {
    const refused = await search(world, { family: 'OLovelaceKing', given: 'Ada' }, await house.token(role));
    assert.equal([refused.status, refused.json.code], [403, 'not-permitted'], role);
  }
  for (const role of ['source', 'steward', 'privacy-officer', 'clinician']) {
    const token = await house.token(role, role === 'source' ? 'ehr' : `${role}-7`);
    const { json } = await search(world, { family: 'OLovelaceKing', given: 'Ada' }, token);
    assert.is(json.candidates[0].patientId, ada, role);
  }
  const made = (await house.accesses()).filter(({ actor, data }) => actor.subject === 'clinician-7' && data.action === 'find-patient');
  assert.is(made.length, 1);
  assert.ok(made[0].data.patients.includes(ada) && made[0].data.opened > 0);
  assert.equal(made[0].data.categories, ['demographics']);
});

test('what cannot be searched by is refused in words that repeat nothing of it', async (world) => {
  const bodies: (object | string)[] = [
    {},
    { family: 'Zzmark' },
    { given: 'Zzmark', birthDate: '1960-12-10' },
    { family: 'Zzmark', given: 'unknown' },
    { family: 'Zzmark', birthDate: '1960-02-30' },
    { family: 'Zzmark', birthDate: '10.12.1960' },
    { family: 'Zzmark', given: '' },
    { family: 'Zzmark', given: 'Z'.repeat(201) },
    { phone: 'Zzmark' },
    { identifier: 'urn:mrn|Zzmark' },
    { identifier: { system: 'urn:mrn', value: '000-00-0000' } },
    { family: 'Zzmark', given: 'Ada', sex: 'female' },
    { family: ['Zzmark'], given: 'Ada' },
  ];
  for (const body of bodies) {
    const answer = await search(world, body);
    assert.equal([answer.status, answer.json.code], [400, 'invalid-parameter'], JSON.stringify(body));
    assert.not.match(answer.text, /zzmark/i);
  }
  assert.is((await search(world, '{"family":"Zzmark"')).json.code, 'invalid-json');
  assert.is((await search(world, '{"family":"Zzmark","family":"a"}')).json.code, 'duplicate-member');
  assert.is((await search({ ...world, position: '999999999' }, { phone: '2024561111' })).json.code, 'unknown-position');
  const { house, clinician } = world;
  const unknown = await house.get('/v1/patients?identifier=urn:mrn|12-345', clinician, { 'minimum-position': '999999999' });
  assert.is(unknown.json.code, 'unknown-position');
  assert.is((await house.ask('POST', '/v1/patients/search', clinician)).json.code, 'unsupported-media-type');
  assert.is((await house.ask('POST', '/v1/patients/search?family=x', clinician, JSON_BODY, { phone: '2024561111' })).json.code, 'invalid-parameter');
});

test('what was searched for stands in no file of the ledger', async (world) => {
  const { house } = world;
  await search(world, { family: 'Zzsoughtname', given: 'Zzsoughtgiven', phone: '2025550187' });
  const { openSync, readSync, closeSync, readdirSync, statSync } = await import('node:fs');
  const files = readdirSync(house.dataDir, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  for (const file of files) {
    const path = `${file.parentPath}/${file.name}`;
    const bytes = Buffer.alloc(statSync(path).size);
    const opened = openSync(path, 'r');
    readSync(opened, bytes);
    closeSync(opened);
    for (const text of ['Zzsought', 'zzsought', '2025550187', 'Lovelace', 'lovelace', '2024561111'])
      assert.not.ok(bytes.includes(text), `${text} in ${file.name}`);
  }
});

test.run();
