import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Answer, person } from './house.js';
import { openTold, read, type Told } from './told.js';

const test = suite<Told>('ids of sources over HTTP', {} as Told);

test.before(async (world) => {
  Object.assign(world, await openTold());
});
test.after(({ house }) => house.close());

type Entry = Answer['json'];
const JSON_BODY = { 'content-type': 'application/json' };
const lookup = ({ house, patientId, position, clinician }: Told, body: object | string, token = clinician, query = '') =>
  house.ask('POST', `/v1/patients/${patientId}/sources/lookup${query}`, token, { ...JSON_BODY, 'minimum-position': position }, body);

test('each source’s records stand beside what they are called here', async (world) => {
  const { json } = await read(world, 'sources');
  assert.equal(
    json.sources.map(({ source, records }: Entry) => [source, records.map(({ sourceRecordId }: Entry) => sourceRecordId).sort()]),
    [
      ['ehr', ['a1', 'a2', 'c1', 'p1']],
      ['lis', ['a1', 'c1', 'l1', 'o1']],
      ['pharmacy', ['a1', 'a2']],
    ],
  );
  const [ehr] = json.sources;
  const patient = ehr.records.find(({ sourceRecordId }: Entry) => sourceRecordId === 'p1');
  assert.equal(patient.facts.map(({ element }: Entry) => element).sort(), ['birthDate', 'name', 'name']);
  assert.equal([patient.live.length, patient.retraction, patient.patientId], [1, null, world.patientId]);
});

test('the other way round, by the id that the record has at its source: in a body, and nothing is opened', async (world) => {
  const { json, status } = await lookup(world, { source: 'lis', sourceRecordId: 'o1' });
  assert.equal([status, json.records.length, json.records[0].facts.length, json.records[0].category], [200, 1, 2, 'vital-signs']);
  const shown = (await read(world, 'sources?category=vital-signs')).json.sources[0].records[0];
  assert.equal({ sourceRecordId: 'o1', ...json.records[0] }, shown);
  assert.equal((await lookup(world, { source: 'ehr', sourceRecordId: 'o1' })).json.records, []);
  const looks = (await world.house.accesses()).filter(({ data }) => data.action === 'read-lineage' && data.categories.includes('vital-signs'));
  assert.equal(
    looks.map(({ data }) => data.opened),
    [10, 0, 1],
    'the list opened what it showed, the lookup nothing',
  );
});

test('what was not known yet is not found', async (world) => {
  const asked = { source: 'pharmacy', sourceRecordId: 'a2' };
  assert.equal((await lookup(world, asked, world.clinician, `?knownAt=${world.positions.disputed}`)).json.records, []);
  assert.is((await lookup(world, asked, world.clinician, `?knownAt=${world.position}`)).json.records.length, 1);
  const known = (await read(world, `sources?knownAt=${world.positions.registered}`)).json;
  assert.equal(
    known.sources.map(({ source }: Entry) => source),
    ['ehr'],
  );
});

test('whoever may not have content opened sees which records there are, and not what they are called elsewhere', async (world) => {
  const { json, text } = await read(world, 'sources', await world.house.token('auditor'));
  assert.ok(json.sources.flatMap(({ records }: Entry) => records).every(({ sourceRecordId }: Entry) => sourceRecordId === null));
  assert.not.ok(text.includes('"a1"'));
  assert.is((await read(world, 'sources', await world.house.token('source', 'ehr'))).json.code, 'not-permitted');
});

test('pages put together are the whole', async (world) => {
  const idsOf = ({ sources }: Entry): string[] =>
    sources.flatMap(({ records }: Entry) => records.flatMap(({ facts }: Entry) => facts.map(({ factId }: Entry) => factId)));
  const whole = idsOf((await read(world, 'sources')).json);
  const found: string[] = [];
  for (let cursor = ''; ; ) {
    const { json } = await read(world, `sources?limit=2${cursor}`);
    found.push(...idsOf(json));
    if (json.next === null) break;
    cursor = `&cursor=${json.next}`;
  }
  assert.equal(found.sort(), whole.sort());
});

test('a lookup that is none is refused, and no answer repeats the id', async (world) => {
  for (const [body, code] of [
    ['{', 'invalid-json'],
    ['{"source":"ehr","source":"lis","sourceRecordId":"a1"}', 'duplicate-member'],
    [{ source: 'ehr' }, 'invalid-parameter'],
    [{ source: 'ehr', sourceRecordId: '' }, 'invalid-parameter'],
    [{ source: 'ehr', sourceRecordId: 'Jane Doe', more: 1 }, 'invalid-parameter'],
  ] as const) {
    const answer = await lookup(world, body);
    assert.is(answer.json.code, code);
    assert.not.match(answer.text, 'Jane');
  }
  assert.is((await lookup(world, { source: 'ehr', sourceRecordId: 'a1' }, world.clinician, '?sourceRecordId=a1')).json.code, 'invalid-parameter');
});

test('a record that came to a patient who was merged is found under the survivor', async (world) => {
  const { house, sources, patientId, steward } = world;
  const { patientId: twice } = await house.done('register-patient', { resource: person(), sourceRecordId: 'p2' }, sources.pharmacy);
  await house.done('merge-patients', { survivor: patientId, absorbed: twice, reason: 'registered twice' }, steward);
  world.position = String(await house.ledger.services.store.head());
  const { json } = await lookup(world, { source: 'pharmacy', sourceRecordId: 'p2' });
  assert.equal([json.patientId, json.mergedPatients, json.records[0].patientId], [patientId, [twice], twice]);
});

test.run();
