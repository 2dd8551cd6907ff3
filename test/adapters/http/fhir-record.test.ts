import { readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createFhirValidator } from '../../../adapters/fhir/validate.js';
import { type Answer, person } from './house.js';
import { openTold, PEANUT, pressure, read, type Told } from './told.js';

const test = suite<Told>('the record as FHIR', {} as Told);
const validator = createFhirValidator();

test.before(async (world) => {
  Object.assign(world, await openTold());
});
test.after(({ house }) => house.close());

type Entry = Answer['json'];
const FHIR = { accept: 'application/fhir+json' };

/** A page of the bundle; each is held against HL7's schema. */
async function bundle(world: Told, query = ''): Promise<Answer> {
  const answer = await read(world, `record${query}`, world.clinician, FHIR);
  assert.is(answer.status, 200, answer.text);
  assert.equal(validator.validate(answer.json), [], query);
  const urls = (answer.json.entry ?? []).map(({ fullUrl }: Entry) => fullUrl);
  assert.is(new Set(urls).size, urls.length, 'no two entries have one name');
  return answer;
}

const entriesOf = (answer: Answer, type: string): Entry[] => (answer.json.entry ?? []).filter(({ resource }: Entry) => resource.resourceType === type);
const provenanceOf = (answer: Answer, fullUrl: string): Entry =>
  entriesOf(answer, 'Provenance').find(({ resource }) => resource.target.some(({ reference }: Entry) => reference === fullUrl));
const codeOf = ({ resource }: Entry): string => resource.code?.coding?.[0]?.code;

test('it is a collection, valid against R4, asked for by Accept or by format, and our own JSON stays the default', async (world) => {
  const byHeader = await bundle(world);
  assert.equal([byHeader.json.resourceType, byHeader.json.type], ['Bundle', 'collection']);
  assert.match(String(byHeader.headers['content-type']), 'application/fhir+json');
  const byParameter = await read(world, 'record?format=fhir');
  assert.equal(byParameter.json.entry, byHeader.json.entry);
  for (const accept of ['*/*', 'application/json', 'application/fhir+json;q=0.5, application/json', 'text/html']) {
    assert.ok((await read(world, 'record', world.clinician, { accept })).json.facts, accept);
  }
  assert.is((await read(world, 'record?format=xml')).json.code, 'invalid-parameter');
  assert.is((await read(world, 'record?format=prov')).json.code, 'invalid-parameter');
  assert.is((await read(world, 'record?format=fhir&alternatives=maybe')).json.code, 'invalid-parameter');
});

test('the same record gives the same bytes', async (world) => {
  assert.is((await bundle(world)).text, (await bundle(world)).text);
});

test('one Patient is made of what won, each element as it was written, the name in use before a former one', async (world) => {
  const answer = await bundle(world);
  const [{ fullUrl, resource }, ...others] = entriesOf(answer, 'Patient');
  assert.equal([others.length, fullUrl, resource.id], [0, `urn:uuid:${world.patientId}`, world.patientId]);
  assert.equal(
    resource.name.map(({ use }: Entry) => use),
    ['official', 'maiden'],
  );
  assert.equal([resource.birthDate, resource.gender], ['1960-12-10', 'female']);
  const paths = entriesOf(answer, 'Provenance').flatMap(({ resource: { target } }) =>
    target.flatMap(({ extension }: Entry) => (extension ?? []).map((one: Entry) => one.valueString)),
  );
  assert.equal(paths.sort(), ['Patient.birthDate', 'Patient.gender', 'Patient.name[0]', 'Patient.name[1]']);
});

test('what a source wrote stands there byte for byte; a component is an observation of its own', async (world) => {
  const { text, json } = await bundle(world, '?category=vital-signs');
  assert.ok(text.includes('"value":120.0,'));
  const observations = json.entry.filter(({ resource }: Entry) => resource.resourceType === 'Observation');
  assert.equal(
    observations.map(({ resource }: Entry) => resource.component.length),
    [1, 1],
  );
  const whole = pressure('120.0');
  for (const member of ['"effectiveDateTime":"2026-01-05T10:00:00Z"', '"code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}]}']) {
    assert.ok(whole.includes(member));
    assert.is(text.split(member).length, 3, member);
  }
});

test('each value has its provenance: who said it, when, how, by which rule, from which event', async (world) => {
  await world.house.done(
    'designate-system-of-record',
    { scope: { category: 'conditions' }, sources: ['lis', 'ehr'], reason: 'it asks the patient' },
    world.steward,
  );
  const designations = (
    await world.house.get('/v1/designations', world.steward, { 'minimum-position': String(await world.house.ledger.services.store.head()) })
  ).json;
  const answer = await bundle(world, '?category=conditions');
  const [condition, ...others] = entriesOf(answer, 'Condition');
  assert.is(others.length, 0, 'what another source says otherwise is no entry');
  assert.is(condition.resource.clinicalStatus.coding[0].code, 'resolved');
  const { resource } = provenanceOf(answer, condition.fullUrl);
  const [author] = resource.agent;
  assert.equal([author.type.coding[0].code, author.who.type, author.who.identifier.value], ['author', 'Device', 'lis']);
  assert.equal(resource.policy, ['urn:clinical-ledger:rule:precedence@2', `urn:uuid:${designations.designations[0].designation}`]);
  assert.ok(resource.reason.some(({ text }: Entry) => text.includes('because it asks the patient')));
  assert.equal(
    resource.activity.coding.map(({ code }: Entry) => code),
    ['CREATE', 'fact-recorded'],
  );
  assert.equal(
    resource.entity.map(({ role, what, extension }: Entry) => [role, what.display, extension[0].valueCode, what.reference]),
    [
      ['source', 'lis', 'value', undefined],
      ['source', 'ehr', 'differs', undefined],
    ],
  );
  assert.match(resource.entity[0].what.identifier.value, /^urn:uuid:[0-9a-f-]{36}$/);
});

test('a source that belongs to an organization speaks on its behalf', async (world) => {
  const { house, patientId, steward } = world;
  await house.done('register-source', { sourceId: 'ris', displayName: 'RIS', kind: 'ehr', organization: 'north' }, steward);
  const resource = { resourceType: 'Procedure', status: 'completed', subject: { reference: 'Patient/1' }, code: { text: 'scan' } };
  const { position } = await house.done('record-fact', { patientId, resource, sourceRecordId: 'r1' }, await house.token('source', 'ris'));
  world.position = position;
  const answer = await bundle(world, '?category=procedures');
  const [procedure] = entriesOf(answer, 'Procedure');
  const [author] = provenanceOf(answer, procedure.fullUrl).resource.agent;
  assert.equal([author.onBehalfOf.type, author.onBehalfOf.identifier.value], ['Organization', 'north']);
});

test('what is said otherwise of an allergy is part of the record, always, each with its own provenance', async (world) => {
  const answer = await bundle(world, '?category=allergies');
  const peanut = entriesOf(answer, 'AllergyIntolerance').filter((entry) => codeOf(entry) === PEANUT);
  assert.equal(peanut.map(({ resource }) => resource.criticality).sort(), ['high', 'low']);
  assert.equal(peanut.map(({ resource }) => resource.id).filter((id) => id === 'same').length, 2, 'an id is the source’s own affair');
  const beside = peanut.find(({ resource }) => resource.criticality === 'low');
  assert.equal(beside.extension, [{ url: 'urn:clinical-ledger:standing', valueCode: 'differs' }]);
  assert.is(beside.modifierExtension, undefined);
  assert.is(provenanceOf(answer, beside.fullUrl).resource.agent[0].who.display, 'lis');
});

test('facts that cannot both be true name each other', async (world) => {
  const answer = await bundle(world, '?category=allergies');
  const disputed = entriesOf(answer, 'Provenance').filter(({ resource }) =>
    resource.extension.some(({ url }: Entry) => url === 'urn:clinical-ledger:disputed-by'),
  );
  assert.is(disputed.length, 2);
});

test('alternatives of other facts come when asked for, under a modifier extension that nobody may read past', async (world) => {
  const answer = await bundle(world, '?category=conditions&alternatives=true');
  const conditions = entriesOf(answer, 'Condition');
  assert.is(conditions.length, 2);
  const [beside, ...more] = conditions.filter(({ modifierExtension }) => modifierExtension !== undefined);
  assert.equal([more.length, beside.modifierExtension[0].valueCode], [0, 'differs']);
  const value = conditions.find((entry) => entry !== beside);
  const { resource } = provenanceOf(answer, value.fullUrl);
  assert.equal(
    resource.entity.map(({ what }: Entry) => what.reference),
    [undefined, beside.fullUrl],
  );
  const demographics = await bundle(world, '?category=demographics&alternatives=true');
  assert.equal(
    entriesOf(demographics, 'Patient').map(({ resource, modifierExtension }) => [resource.birthDate, modifierExtension?.[0].valueCode]),
    [
      ['1960-12-10', undefined],
      ['1960-12-11', 'differs'],
    ],
  );
});

test('pages put together are the whole: the patient once, each fact once', async (world) => {
  const whole = (await bundle(world)).json.entry.map(({ fullUrl }: Entry) => fullUrl);
  const found: string[] = [];
  let url: string | undefined = '?limit=2';
  for (let page = 0; url !== undefined && page < 50; page++) {
    const { json } = await bundle(world, url);
    found.push(...(json.entry ?? []).map(({ fullUrl }: Entry) => fullUrl));
    const next = json.link.find(({ relation }: Entry) => relation === 'next');
    assert.ok(next === undefined || next.url.startsWith(`/v1/patients/${world.patientId}/record?`));
    url = next?.url.slice(next.url.indexOf('?'));
  }
  assert.equal(found.sort(), whole.sort());
});

test('a category without demographics brings no patient, and one of which nothing is known no entry', async (world) => {
  assert.equal(entriesOf(await bundle(world, '?category=allergies'), 'Patient'), []);
  const { json } = await bundle(world, '?category=immunizations');
  assert.is(json.entry, undefined);
});

test('the past has its bundle too', async (world) => {
  const answer = await bundle(world, `?knownAt=${world.positions.registered}`);
  assert.equal(
    answer.json.entry.map(({ resource }: Entry) => resource.resourceType),
    ['Patient', 'Provenance', 'Provenance', 'Provenance'],
  );
  assert.is(entriesOf(answer, 'Patient')[0].resource.gender, undefined);
});

test('it is a read like any other: audited, with what was opened, and refused to whom it is refused', async (world) => {
  const doctor = await world.house.token('clinician', 'dr-fhir');
  const { json } = await read(world, 'record?category=allergies', doctor, FHIR);
  const audit = (await world.house.accesses()).filter(({ actor }) => actor.subject === 'dr-fhir').at(-1)?.data;
  const statements = json.entry.filter(({ resource }: Entry) => resource.resourceType === 'AllergyIntolerance').length;
  assert.equal([audit.action, audit.outcome, audit.categories, audit.opened], ['read-record', 'allowed', ['allergies'], statements]);
  assert.is((await read(world, 'record', await world.house.token('auditor'), FHIR)).json.code, 'not-permitted');
});

test('what a patient disagrees with travels with the fact', async (world) => {
  const { house, patientId } = world;
  const [patient, officer] = [await house.token('patient', patientId), await house.token('privacy-officer')];
  const [{ factId }] = (await read(world, 'record?category=conditions')).json.facts;
  const { amendmentId } = await house.done('request-amendment', { patientId, factId, request: 'I never had it.' }, patient);
  const denial = { amendmentId, answer: 'deny', basis: 'accurate-and-complete', text: 'It was measured twice.' };
  await house.done('answer-amendment', denial, officer);
  const { position } = await house.done('state-disagreement', { amendmentId, statement: 'By a broken device.' }, patient);
  world.position = position;
  const answer = await bundle(world, '?category=conditions');
  const [condition] = entriesOf(answer, 'Condition');
  const [{ resource }, ...more] = entriesOf(answer, 'Communication');
  assert.equal([more.length, resource.about], [0, [{ reference: condition.fullUrl }]]);
  const words = resource.payload.map(({ contentString }: Entry) => contentString).join('\n');
  for (const said of ['I never had it.', 'It was measured twice.', 'By a broken device.']) assert.ok(words.includes(said), said);
});

test('a survivor’s Patient names whom they absorbed, under both ids', async (world) => {
  const { house, sources, patientId } = world;
  const { patientId: twice } = await house.done('register-patient', { resource: person({ gender: 'female' }), sourceRecordId: 'p2' }, sources.pharmacy);
  await house.done('merge-patients', { survivor: patientId, absorbed: twice, reason: 'registered twice' }, world.steward);
  world.position = String(await house.ledger.services.store.head());
  const survivor = await bundle(world, '?category=demographics');
  const [{ resource }] = entriesOf(survivor, 'Patient');
  assert.equal(resource.link, [{ other: { reference: `urn:uuid:${twice}` }, type: 'replaces' }]);
  const absorbed = await house.get(`/v1/patients/${twice}/record?category=demographics&format=fhir`, world.clinician, { 'minimum-position': world.position });
  assert.equal(absorbed.json.entry, survivor.json.entry);
});

test('HL7’s own examples come back byte for byte', async ({ house, sources, clinician }) => {
  const { patientId } = await house.done('register-patient', { resource: person(), sourceRecordId: 'p3' }, sources.ehr);
  const names = readdirSync('test/fixtures/fhir').filter((name) => name.endsWith('.json') && !name.startsWith('patient'));
  let position = '';
  for (const name of names) {
    const written = readFileSync(`test/fixtures/fhir/${name}`, 'utf8').trim();
    const { status, json, text } = await house.command(
      'record-fact',
      `{"patientId":"${patientId}","sourceRecordId":"${name}","resource":${written}}`,
      sources.ehr,
    );
    assert.is(status, 201, text);
    position = json.position;
  }
  const answer = await house.get(`/v1/patients/${patientId}/record?format=fhir`, clinician, { 'minimum-position': position });
  assert.equal(validator.validate(answer.json), []);
  for (const name of names) assert.ok(answer.text.includes(readFileSync(`test/fixtures/fhir/${name}`, 'utf8').trim()), name);
});

test.run();
