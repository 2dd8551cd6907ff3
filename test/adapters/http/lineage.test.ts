import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createFhirValidator } from '../../../adapters/fhir/validate.js';
import type { Answer } from './house.js';
import { openTold, read, type Told } from './told.js';

const test = suite<Told>('lineage over HTTP', {} as Told);

test.before(async (world) => {
  Object.assign(world, await openTold());
});
test.after(({ house }) => house.close());

type Entry = Answer['json'];
const lineage = async (world: Told, query = ''): Promise<Entry[]> => {
  const { json, status, text } = await read(world, `lineage${query}`);
  assert.is(status, 200, text);
  return json.lineage;
};

test('a path names an element of the patient, a type, one fact of it, or components', async (world) => {
  const [birthDate, ...more] = await lineage(world, '?path=Patient.birthDate');
  assert.equal([more.length, birthDate.element, birthDate.value.source, birthDate.alternatives[0].agrees], [0, 'birthDate', 'ehr', false]);
  const allergies = await lineage(world, '?path=AllergyIntolerance');
  assert.is(allergies.length, 3);
  assert.ok(allergies.every(({ resourceType, category }) => resourceType === 'AllergyIntolerance' && category === 'allergies'));
  const { factId } = allergies[1];
  assert.equal(await lineage(world, `?path=AllergyIntolerance.where(factId='${factId}')`), [allergies[1]]);
  assert.equal(await lineage(world, `?factId=${factId}`), [allergies[1]]);
  assert.equal(await lineage(world, `?path=Condition.where(factId='${factId}')`), []);
  assert.is((await lineage(world, '?path=Observation.component')).length, 2);
  assert.is((await lineage(world, '?path=Patient')).length, 4);
  assert.equal(await lineage(world, '?path=AllergyIntolerance&category=conditions'), []);
});

test('a fact is found under the id of any statement that has become part of it', async (world) => {
  const [fact] = (await lineage(world, '?path=AllergyIntolerance')).filter(({ assertions }) => assertions.length === 3);
  assert.is(fact.aliases.length, 2);
  for (const alias of fact.aliases) assert.equal(await lineage(world, `?factId=${alias}`), [fact]);
  assert.equal((await lineage(world, `?factId=${fact.aliases[0]}&knownAt=${world.position}`))[0].factId, fact.factId);
  assert.equal(await lineage(world, '?factId=f6f7a2c4-0000-4000-8000-000000000001'), []);
});

test('paths that nobody here understands are refused', async (world) => {
  for (const path of ['name', 'Patient.name.given', "Patient.where(use='home')", 'AllergyIntolerance.code', 'Patient.id', "A.where(factId='x", '*']) {
    assert.is((await read(world, `lineage?path=${encodeURIComponent(path)}`)).json.code, 'invalid-parameter', path);
  }
  assert.is((await read(world, 'lineage?path=Patient&factId=x')).json.code, 'invalid-parameter');
  assert.is((await read(world, 'lineage?factId=a%2Fb')).json.code, 'invalid-parameter');
});

test('each entry explains itself in words, without content', async (world) => {
  const [peanut] = (await lineage(world, '?path=AllergyIntolerance')).filter(({ assertions }) => assertions.length === 3);
  const words = peanut.explanation.join('\n');
  for (const expected of [
    'ehr says so',
    'lis says otherwise: so',
    'pharmacy says the same',
    'nobody has decided between them yet',
    'One fact, because ehr, lis and pharmacy share',
  ]) {
    assert.ok(words.includes(expected), `${expected} in ${words}`);
  }
});

test('validAt, knownAt and designationsAt ask for another time', async (world) => {
  assert.is((await lineage(world, `?path=AllergyIntolerance&knownAt=${world.positions.disputed}`)).length, 2);
  assert.equal(await lineage(world, '?path=Observation&validAt=2020-01-01'), []);
  const { house, steward } = world;
  const scope = { category: 'conditions' };
  await house.done('designate-system-of-record', { scope, sources: ['lis'], reason: 'it asks the patient', effectiveFrom: '2027-01-01T00:00:00Z' }, steward);
  world.position = String(await house.ledger.services.store.head());
  const believed = async (query: string) => (await lineage(world, `?path=Condition${query}`))[0].value.source;
  assert.equal([await believed(''), await believed('&designationsAt=2027-06-01'), await believed('&validAt=2027-06-01')], ['ehr', 'lis', 'lis']);
});

test('as FHIR it is a collection of Provenance, valid against R4, about the entries of the record’s bundle', async (world) => {
  const { json, headers, text } = await read(world, 'lineage', world.clinician, { accept: 'application/fhir+json' });
  assert.match(String(headers['content-type']), 'application/fhir+json');
  assert.equal(createFhirValidator().validate(json), []);
  assert.ok(json.entry.every(({ resource }: Entry) => resource.resourceType === 'Provenance'));
  const record = (await read(world, 'record?format=fhir')).json;
  const values = new Set(record.entry.map(({ fullUrl }: Entry) => fullUrl));
  for (const { resource } of json.entry) assert.ok(values.has(resource.target[0].reference));
  assert.not.ok(text.includes('38341003'), 'no content');
  const [one, ...more] = (await read(world, 'lineage?path=Condition&format=fhir')).json.entry;
  assert.equal([more.length, one.resource.entity.length], [0, 2]);
  const first = await read(world, 'lineage?format=fhir&limit=2');
  assert.is(first.json.link[1].relation, 'next');
});

test('as W3C PROV, values derive from statements, statements from events, and each has its source', async (world) => {
  const { json, headers } = await read(world, 'lineage?path=Condition', world.clinician, { accept: 'application/json;profile=prov' });
  assert.match(String(headers['content-type']), 'profile=prov');
  const [fact] = await lineage(world, '?path=Condition');
  const value = `fact:${fact.factId}`;
  assert.is(json.entity[value]['prov:type'].$, 'ledger:Fact');
  const derived: Entry[] = Object.values(json.wasDerivedFrom);
  const primary = derived.find((one) => one['prov:generatedEntity'] === value);
  assert.equal([primary['prov:type'].$, primary['prov:usedEntity']], ['prov:PrimarySource', `statement:${fact.factId}/${fact.value.eventId}`]);
  const named = (sections: readonly string[]) => new Set(sections.flatMap((section) => Object.keys(json[section] ?? {})));
  const known = { entity: named(['entity']), activity: named(['activity']), agent: named(['agent']) };
  for (const section of ['wasGeneratedBy', 'used', 'wasDerivedFrom', 'wasAttributedTo', 'wasAssociatedWith']) {
    for (const relation of Object.values(json[section]) as Record<string, string>[]) {
      for (const [member, kind] of [
        ['prov:entity', 'entity'],
        ['prov:generatedEntity', 'entity'],
        ['prov:usedEntity', 'entity'],
        ['prov:activity', 'activity'],
        ['prov:agent', 'agent'],
        ['prov:plan', 'entity'],
      ] as const) {
        const name = relation[member];
        if (name !== undefined) assert.ok(known[kind].has(name), `${section} ${member} ${name}`);
      }
    }
  }
  assert.equal([...known.agent].sort(), ['ledger:clinical-ledger', 'source:ehr', 'source:lis']);
  const paged = await read(world, 'lineage?format=prov&limit=1');
  assert.match(String(paged.headers['link']), /^<\/v1\/patients\/[0-9a-f-]+\/lineage\?.*cursor=.*>; rel="next"$/);
});

test('a version that was replaced is a revision’s origin, and is invalidated', async (world) => {
  const { house, sources, patientId } = world;
  const resource = { resourceType: 'Procedure', status: 'completed', subject: { reference: 'Patient/1' }, code: { text: 'appendectomy' } };
  await house.done('record-fact', { patientId, sourceRecordId: 'x1', sourceVersion: '1', resource }, sources.ehr);
  const { position } = await house.done(
    'record-fact',
    { patientId, sourceRecordId: 'x1', sourceVersion: '2', resource: { ...resource, note: [{ text: 'late' }] } },
    sources.ehr,
  );
  world.position = position;
  const { json } = await read(world, 'lineage?path=Procedure&format=prov');
  assert.is(Object.values(json.wasInvalidatedBy).length, 1);
  assert.ok(Object.values<Entry>(json.wasDerivedFrom).some((one) => one['prov:type'].$ === 'prov:Revision'));
  const [{ explanation }] = await lineage(world, '?path=Procedure');
  assert.ok(explanation.some((line: string) => line.startsWith('ehr said otherwise in an earlier version')));
});

test('a settlement is told with who, why and whether it is in force', async (world) => {
  const { house, steward, sources, patientId } = world;
  const [condition] = await lineage(world, '?path=Condition');
  const statements = [condition.value, ...condition.alternatives];
  const settled = {
    patientId,
    factId: condition.factId,
    decision: 'choose',
    chosen: statements.find(({ source }) => source === 'lis').assertionId,
    judged: statements.map(({ eventId }) => eventId),
    reason: 'asked the patient',
  };
  const receipt = await house.done('settle-conflict', settled, steward);
  world.position = receipt.position;
  const [after] = await lineage(world, '?path=Condition');
  assert.equal([after.value.source, after.settlements[0].inForce, after.state], ['lis', true, 'settled']);
  assert.ok(
    after.explanation.some(
      (line: string) => line.includes('steward-1 chose what lis says on ') && line.includes('because "asked the patient"') && line.includes(', in force)'),
    ),
  );
  const { json } = await read(world, 'lineage?path=Condition&format=prov');
  assert.is(json.agent['subject:steward-1']['prov:type'].$, 'prov:Person');
  const fhir = (await read(world, 'lineage?path=Condition&format=fhir')).json.entry[0].resource;
  assert.equal(
    fhir.agent.map(({ type }: Entry) => type.coding[0].code),
    ['author', 'verifier', 'assembler'],
  );
  assert.is(fhir.policy.at(-1), `urn:uuid:${receipt.eventIds[0]}`);
  assert.ok(sources.ehr);
});

test('nothing is opened for any form, and each is audited as a look at lineage', async (world) => {
  const auditor = await world.house.token('auditor', 'auditor-9');
  for (const format of ['json', 'fhir', 'prov']) assert.is((await read(world, `lineage?format=${format}`, auditor)).status, 200, format);
  const looks = (await world.house.accesses()).filter(({ actor }) => actor.subject === 'auditor-9').map(({ data }) => [data.action, data.opened]);
  assert.equal(looks, [
    ['read-lineage', 0],
    ['read-lineage', 0],
    ['read-lineage', 0],
  ]);
});

test.run();
