import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createFhirValidator } from '../../../adapters/fhir/validate.js';
import { type Answer, House } from './house.js';

interface World {
  house: House;
  patientId: string;
  position: string;
}

const test = suite<World>('masked reads', {} as World);
const validator = createFhirValidator();
const MARKERS = [
  'Quimby',
  'Zoe',
  '123-45-6789',
  '00471147',
  '(555) 010-9988',
  'Quillport',
  'Elm',
  '05602',
  '1971-05-06',
  '2024-03-09',
  'src-cond',
  'src-pat',
  'Dr Nkemelu',
];
const RESEARCH = { purpose: 'HRESCH' };

const type = (code: string) => ({ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code }] });
const QUIMBY = {
  resourceType: 'Patient',
  id: 'src-pat',
  identifier: [
    { system: 'http://hl7.org/fhir/sid/us-ssn', value: '123-45-6789' },
    { type: type('MR'), system: 'urn:hospital', value: '00471147' },
  ],
  name: [{ family: 'Quimby', given: ['Zoe'] }],
  telecom: [{ system: 'phone', value: '(555) 010-9988' }],
  gender: 'female',
  birthDate: '1971-05-06',
  address: [{ line: ['9 Elm Way'], city: 'Quillport', state: 'VT', postalCode: '05602', country: 'US' }],
};
const DIABETES = {
  resourceType: 'Condition',
  id: 'src-cond',
  clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }] },
  code: { coding: [{ system: 'http://snomed.info/sct', code: '44054006', display: 'of Zoe Quimby' }], text: 'Zoe has it' },
  subject: { reference: 'Patient/src-pat', display: 'Zoe Quimby' },
  recorder: { reference: 'Practitioner/77', display: 'Dr Nkemelu' },
  onsetDateTime: '2024-03-09',
  note: [{ text: 'Quimby calls from (555) 010-9988' }],
};

/** A policy of the house: Safe Harbor with scrubbed notes. */
const NOTES = {
  name: 'notes',
  version: 1,
  description: 'With notes.',
  base: 'safe-harbor',
  dates: 'year',
  readers: [{ role: 'privacy-officer', purposes: ['LEGAL'] }],
  rules: [{ path: 'Annotation.text', mask: { kind: 'scrub' } }],
};

test.before(async (world) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'house-'));
  writeFileSync(join(dataDir, 'masking-policies.json'), JSON.stringify([NOTES]));
  world.house = await House.open(dataDir);
  const ehr = await world.house.source('ehr');
  world.patientId = (await world.house.done('register-patient', { resource: QUIMBY, sourceRecordId: 'src-pat' }, ehr)).patientId;
  const receipt = await world.house.done(
    'record-fact',
    { patientId: world.patientId, resource: DIABETES, sourceRecordId: 'src-cond', sourceVersion: '1' },
    ehr,
  );
  world.position = receipt.position;
});
test.after(({ house }) => house.close());

async function masked(
  { house, patientId, position }: World,
  profile: string,
  role = 'consumer',
  named: { purpose?: string } = RESEARCH,
  more = '',
): Promise<Answer> {
  const token = await house.token(role, `${role}-1`, named);
  return house.get(`/v1/patients/${patientId}/masked?profile=${profile}${more}`, token, { 'minimum-position': position });
}

function typed(answer: Answer, resourceType: string): Answer['json'] {
  return answer.json.resources.find((resource: { resourceType: string }) => resource.resourceType === resourceType);
}

test('Safe Harbor gives the record under a pseudonym: sound FHIR, nothing that names the person, no id of the ledger', async (world) => {
  const answer = await masked(world, 'safe-harbor');
  assert.is(answer.status, 200, answer.text);
  for (const marker of [...MARKERS, world.patientId, 'eventId', 'position', 'recordedAt']) assert.not.ok(answer.text.includes(marker), marker);
  for (const resource of answer.json.resources) assert.equal(validator.validate(resource), []);
  const [patient, condition] = [typed(answer, 'Patient'), typed(answer, 'Condition')];
  assert.equal([patient.gender, patient.birthDate, patient.address], ['female', '1971', [{ state: 'VT', postalCode: '056', country: 'US' }]]);
  assert.is(patient.id, answer.json.patient);
  assert.equal([condition.code.coding, condition.onsetDateTime], [[{ system: 'http://snomed.info/sct', code: '44054006' }], '2024']);
  assert.is(condition.subject.reference, `Patient/${answer.json.patient}`);
  assert.is((await masked(world, 'safe-harbor')).text, answer.text, 'and the same bytes again');
});

test('a limited data set has dates, town and ZIP code; a shifted one has them a whole number of weeks away', async (world) => {
  const answer = await masked(world, 'limited-data-set');
  assert.is(answer.status, 200, answer.text);
  const kept = ['Quillport', '05602', '1971-05-06', '2024-03-09'];
  for (const marker of MARKERS) assert.is(answer.text.includes(marker), kept.includes(marker), marker);
  const shifted = await masked(world, 'limited-data-set-shifted');
  const days = (text: string) => (Date.parse(text) - Date.parse('2024-03-09')) / 86_400_000;
  const moved = days(typed(shifted, 'Condition').onsetDateTime);
  assert.ok(moved !== 0 && moved % 7 === 0 && Math.abs(moved) <= 364);
  assert.is((Date.parse(typed(shifted, 'Patient').birthDate) - Date.parse('1971-05-06')) / 86_400_000, moved, 'one offset for all dates');
});

test('who may have which: role and purpose together, each refusal and each answer on record with its rule', async (world) => {
  const allowed = [
    ['consumer', 'PUBHLTH', 'limited-data-set'],
    ['privacy-officer', 'LEGAL', 'safe-harbor'],
    ['steward', 'DATAMGT', 'support'],
  ] as const;
  for (const [role, purpose, profile] of allowed) assert.is((await masked(world, profile, role, { purpose })).status, 200, `${role} ${profile}`);
  const refused = [
    ['consumer', 'TREAT', 'safe-harbor'],
    ['consumer', 'HRESCH', 'support'],
    ['clinician', 'TREAT', 'safe-harbor'],
    ['patient', 'PATRQT', 'safe-harbor'],
    ['auditor', 'LEGAL', 'nothing-of-this-name'],
  ] as const;
  for (const [role, purpose, profile] of refused) {
    const { status, json } = await masked(world, profile, role, { purpose });
    assert.equal([status, json.code], [403, 'not-permitted'], `${role} ${profile}`);
  }
  const { status, json } = await masked(world, 'nothing-of-this-name');
  assert.equal([status, json.code], [400, 'invalid-parameter']);
  const rules = (await world.house.accesses()).map(({ data }) => `${data.outcome} ${data.rule}`);
  for (const rule of ['allowed limited-data-set@1', 'allowed support@1', 'refused safe-harbor@1', 'refused masking@1']) assert.ok(rules.includes(rule), rule);
});

test('a policy of the house is read at start; its scrubbed notes name nobody whom the record knows', async (world) => {
  const answer = await masked(world, 'notes', 'privacy-officer', { purpose: 'LEGAL' });
  assert.is(answer.status, 200, answer.text);
  const [note] = typed(answer, 'Condition').note;
  assert.match(note.text, /^\[name\] calls from \(?\[phone\]$/);
  for (const marker of MARKERS) assert.not.ok(answer.text.includes(marker), marker);
});

test('one category alone comes without the patient; a patient who is not here is unknown', async (world) => {
  const conditions = await masked(world, 'safe-harbor', 'consumer', RESEARCH, '&category=conditions');
  assert.equal(
    conditions.json.resources.map(({ resourceType }: { resourceType: string }) => resourceType),
    ['Condition'],
  );
  const nobody = await masked({ ...world, patientId: '00000000-0000-4000-8000-000000000000' }, 'safe-harbor');
  assert.equal([nobody.status, nobody.json.code], [404, 'unknown-patient']);
  assert.is((await masked(world, 'safe-harbor', 'consumer', RESEARCH, '&colour=red')).json.code, 'invalid-parameter');
});

test('pages go on where they stopped, by a cursor that says nothing', async (world) => {
  const first = await masked(world, 'safe-harbor', 'consumer', RESEARCH, '&limit=1');
  const seen = [...first.json.resources];
  let { next } = first.json;
  for (let pages = 0; next !== null && pages < 20; pages += 1) {
    assert.not.ok(Buffer.from(next, 'base64url').toString().includes(world.patientId));
    const page = await masked(world, 'safe-harbor', 'consumer', RESEARCH, `&limit=1&cursor=${next}`);
    assert.is(page.status, 200, page.text);
    seen.push(...page.json.resources);
    next = page.json.next;
  }
  const whole = (await masked(world, 'safe-harbor')).json.resources;
  assert.equal(seen.map(({ id }) => id).sort(), whole.map(({ id }: { id: string }) => id).sort());
  const broken = Buffer.from('masked\n{"name":"x"}').toString('base64url');
  assert.is((await masked(world, 'safe-harbor', 'consumer', RESEARCH, `&cursor=${broken}`)).json.code, 'invalid-cursor');
});

test('a privacy officer with a ground turns pseudonym, token and masked number back; nobody else does', async (world) => {
  const { house } = world;
  const answer = await masked(world, 'support', 'steward', { purpose: 'DATAMGT' });
  const patient = typed(answer, 'Patient');
  const identifierOf = (isIt: (system: string) => boolean) => patient.identifier.find(({ system }: { system: string }) => isIt(system));
  const { value: ssn, _value: mark } = identifierOf((system) => system.endsWith('us-ssn'));
  const { value: mrn } = identifierOf((system) => system === 'urn:hospital');
  assert.match(ssn, /^\d{3}-\d{2}-\d{4}$/);
  assert.is.not(ssn, '123-45-6789');
  assert.is(mark.extension[0].valueCode, 'format-preserving');
  const token = patient.name[0].family;
  const body = {
    recipient: answer.json.recipient,
    pseudonym: answer.json.patient,
    tokens: [token],
    masked: [
      { profile: 'support', as: 'ssn', value: ssn },
      { profile: 'support', as: 'mrn', value: mrn },
    ],
  };
  const ask = async (role: string, purpose: string, asked: object = body) =>
    house.ask('POST', '/v1/re-identifications', await house.token(role, 'officer', { purpose }), { 'content-type': 'application/json' }, asked);
  const found = await ask('privacy-officer', 'HCOMPL');
  assert.is(found.status, 200, found.text);
  assert.equal(found.json, { patientId: world.patientId, tokens: [{ token, value: 'Quimby' }], masked: [{ value: '123-45-6789' }, { value: '00471147' }] });
  const last = (await house.accesses()).filter(({ data }) => data.detail?.command === 're-identify').at(-1);
  assert.equal([last.data.outcome, last.data.rule, last.data.patients], ['allowed', 're-identification@1', [world.patientId]]);
  for (const [role, purpose] of [
    ['privacy-officer', 'HOPERAT'],
    ['steward', 'DATAMGT'],
    ['clinician', 'ETREAT'],
  ] as const) {
    assert.is((await ask(role, purpose)).status, 403, role);
  }
  assert.is((await ask('privacy-officer', 'LEGAL', { ...body, recipient: 'somebody-else' })).json.code, 'unknown-token');
  assert.is((await ask('privacy-officer', 'LEGAL', { pseudonym: 'x' })).json.code, 'invalid-parameter');
  const odd = { ...body, tokens: [`tok-${'0'.repeat(44)}`], masked: [{ profile: 'support', as: 'ssn', value: '12' }] };
  const { tokens, masked: turned } = (await ask('privacy-officer', 'LEGAL', odd)).json;
  assert.equal([tokens[0].value, turned], [null, [{ refused: 'domain-too-small' }]]);
  const officer = await house.token('privacy-officer', 'officer', { purpose: 'LEGAL' });
  assert.is((await house.ask('POST', '/v1/re-identifications', officer)).status, 415);
  assert.is((await house.ask('POST', '/v1/re-identifications', officer, { 'content-type': 'application/json' }, '{')).json.code, 'invalid-json');
  assert.is((await house.ask('POST', '/v1/re-identifications?x=1', officer, { 'content-type': 'application/json' }, body)).json.code, 'invalid-parameter');
});

test('once the patient is erased, neither pseudonym nor token nor number leads anywhere, and there is nothing to mask', async (world) => {
  const { house, patientId } = world;
  const before = await masked(world, 'support', 'steward', { purpose: 'DATAMGT' });
  const token = typed(before, 'Patient').name[0].family;
  const officer = await house.token('privacy-officer', 'officer', { purpose: 'LEGAL' });
  await house.done('erase-patient', { patientId, ground: 'unlawful-processing', requestedBy: 'patient', reason: 'never agreed' }, officer);
  for (let tries = 0; tries < 200; tries += 1) {
    if ((await house.get(`/v1/patients/${patientId}/erasure`, officer)).json.state === 'erased') break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const body = { recipient: before.json.recipient, pseudonym: before.json.patient, tokens: [token] };
  const answer = await house.ask('POST', '/v1/re-identifications', officer, { 'content-type': 'application/json' }, body);
  assert.equal([answer.status, answer.json.code], [404, 'unknown-token']);
  assert.is((await masked(world, 'safe-harbor')).status, 410);
});

test.run();
