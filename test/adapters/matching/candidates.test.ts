import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { blinded } from '../../../domain/matching/blinded.js';
import { CandidateReader } from '../../../projections/candidates-reader.js';
import { patient, type Said } from '../../domain/matching/people.js';
import { TESTER } from '../../support/vault.js';
import { type Answer, House } from '../http/house.js';

interface World {
  house: House;
  /** The patients that the tests speak of, and where the log ended when they were in. */
  ids: Record<string, string>;
  position: string;
}

const leonora: Said = {
  given: 'Leonora',
  surname: 'Thackeray',
  birthDate: '1961-03-09',
  sex: 'female',
  street: '12 Mill Lane',
  city: 'Ashford',
  postCode: '41003',
  phone: '2125550147',
};
const PEOPLE: Readonly<Record<string, Said>> = {
  leonora,
  swapped: { ...leonora, birthDate: '1961-09-03' },
  married: { ...leonora, surname: 'Underhill', identifier: '7788' },
  stranger: { given: 'Oswald', surname: 'Birkett', birthDate: '1940-11-21', street: '5 Abbey Road', city: 'Elmswell', postCode: '45120', identifier: '7788' },
};

const test = suite<World>('candidates over HTTP', {} as World);

test.before(async (world) => {
  const house = await House.open();
  const source = await house.source('ehr');
  const ids: Record<string, string> = {};
  for (const [name, said] of Object.entries(PEOPLE)) {
    const receipt = await house.done('register-patient', { sourceRecordId: name, resource: patient(said) }, source);
    ids[name] = receipt.patientId;
    world.position = receipt.position;
  }
  Object.assign(world, { house, ids });
});
test.after(({ house }) => house.close());

async function listed({ house, position }: World, path: string, role = 'steward'): Promise<Answer> {
  return house.get(path, await house.token(role), { 'minimum-position': position });
}

const namesOf = ({ ids }: World, answer: Answer): string[] =>
  answer.json.candidates.map(({ patients }: { patients: string[] }) =>
    patients
      .map((id) => Object.keys(ids).find((name) => ids[name] === id))
      .sort()
      .join(' '),
  );

test('the work list has every pair with its score explained in levels and bits, and no value', async (world) => {
  const answer = await listed(world, '/v1/candidates');
  assert.is(answer.status, 200);
  assert.equal(namesOf(world, answer), ['leonora married', 'leonora swapped', 'married swapped', 'married stranger']);
  const [renamed, first, , last] = answer.json.candidates;
  assert.equal([renamed.score.band, renamed.score.objections], ['possible', ['surname-not-agreed']]);
  assert.equal([first.state, first.kind, first.score.band, first.score.policy], ['open', 'possible-duplicate', 'certain', 'matching@1']);
  assert.equal(
    first.score.fields.find(({ field }: { field: string }) => field === 'birth-date'),
    { field: 'birth-date', level: 'crossed', counted: true, bits: { stranger: 9.97, relative: 7.64, twin: 0 } },
  );
  assert.equal(first.score.thresholds, { possible: 0.01, certain: 0.99 });
  assert.equal([last.kind, last.score.band], ['shared-identifier', 'unlikely']);
  for (const said of ['Thackeray', '1961', 'Mill', '2125550147', '7788']) assert.not.ok(answer.text.includes(said), said);
});

test('a patient’s own candidates, and what is likely enough', async (world) => {
  assert.equal(namesOf(world, await listed(world, `/v1/patients/${world.ids['stranger']}/candidates`)), ['married stranger']);
  assert.equal(namesOf(world, await listed(world, `/v1/patients/${world.ids['swapped']}/candidates?minimum=0.998`)), ['leonora swapped']);
  assert.equal(namesOf(world, await listed(world, '/v1/candidates?minimum=0.999')), ['leonora married']);
});

test('pages follow each other and end', async (world) => {
  const found: string[] = [];
  for (let path = '/v1/candidates?limit=1'; path !== ''; ) {
    const answer = await listed(world, path);
    found.push(...namesOf(world, answer));
    path = answer.json.next === null ? '' : `/v1/candidates?limit=1&cursor=${answer.json.next}`;
  }
  assert.is(new Set(found).size, 4);
});

test('only those who review may look, each look is on record with both patients, and strange parameters are refused', async (world) => {
  for (const role of ['clinician', 'source', 'auditor', 'consumer', 'patient'])
    assert.is((await listed(world, '/v1/candidates', role)).json.code, 'not-permitted', role);
  assert.is((await listed(world, '/v1/candidates', 'privacy-officer')).status, 200);
  const seen = (await world.house.accesses()).filter(({ data }) => data.action === 'read-conflicts' && data.outcome === 'allowed').at(-1);
  assert.equal([...seen.data.patients].sort(), Object.values(world.ids).sort());
  assert.is((await listed(world, `/v1/patients/${randomUUID()}/candidates`)).json.code, 'unknown-patient');
  for (const bad of ['state=gone', 'minimum=2', 'minimum=-1', 'limit=0', 'limit=501', 'who=me']) {
    assert.is((await listed(world, `/v1/candidates?${bad}`)).json.code, 'invalid-parameter', bad);
  }
  assert.is((await listed(world, '/v1/candidates?cursor=AAAA')).json.code, 'invalid-cursor');
});

test('another tenant’s patients are never met', async (world) => {
  const { house } = world;
  const source = await house.source('ehr', 'umbrella');
  const { position } = await house.done('register-patient', { sourceRecordId: 'x', resource: patient(leonora) }, source);
  const answer = await house.get('/v1/candidates', await house.token('steward', 'steward-1', { tenant: 'umbrella' }), { 'minimum-position': position });
  assert.equal(answer.json.candidates, []);
});

test('before a patient is registered, the ones they may be are found', async ({ house, ids }) => {
  const { keys, models } = house.ledger.services;
  const ring = await keys.usedBy(TESTER).tenantRing('acme');
  const said = blinded(patient({ ...leonora, given: 'Leonore' }), (text) => ring.blind('match', text));
  const found = await new CandidateReader(models).duplicatesOf('acme', said, 10);
  assert.is(found.length, 3);
  assert.is(found[0]?.patientId, ids['leonora']);
  assert.not.ok(found.some(({ patientId }) => patientId === ids['stranger']));
});

test('two who were found to be different people are offered no more', async (world) => {
  const { house, ids } = world;
  const receipt = await house.done(
    'unlink-patients',
    { patientId: ids['leonora'], otherPatientId: ids['married'], verdict: 'different-people', reason: 'cousins' },
    await house.token('steward'),
  );
  world.position = receipt.position;
  assert.not.ok(namesOf(world, await listed(world, '/v1/candidates')).includes('leonora married'));
  assert.equal(namesOf(world, await listed(world, '/v1/candidates?state=dismissed')), ['leonora married']);
});

test('nothing of anybody stands in the read model’s files', async ({ house }) => {
  const folders = [house.dataDir, ...readdirSync(house.dataDir, { recursive: true, encoding: 'utf8' }).map((name) => join(house.dataDir, name))];
  const files = folders.filter((name) => /candidates\.\d+\.db/.test(name));
  assert.ok(files.length > 0);
  const content = files.map((file) => readFileSync(file, 'latin1').toLowerCase()).join('');
  for (const said of ['thackeray', 'leonora', '1961-03-09', '19610309', 'mill lane', '2125550147', 'birkett']) assert.not.ok(content.includes(said), said);
});

test.run();
