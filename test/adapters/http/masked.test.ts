import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createFhirValidator } from '../../../adapters/fhir/validate.js';
import { everythingSaid } from '../../../adapters/http/known-person.js';
import { maskedFound } from '../../../adapters/http/masked-answer.js';
import type { PatientRequest } from '../../../adapters/http/record-query.js';
import type { Caller } from '../../../commands/request.js';
import { SAFE_HARBOR } from '../../../domain/masking/plan.js';
import type { Resolution } from '../../../domain/resolution/resolve.js';
import { Opener } from '../../../projections/reading/opener.js';
import { MARKERS, type MaskedWorld, masked, maskedWorld, NOTES, RESEARCH, typed } from './masked-world.js';

const test = suite<MaskedWorld>('masked reads', {} as MaskedWorld);
const validator = createFhirValidator();

test.before(async (world) => {
  Object.assign(world, await maskedWorld({ 'masking-policies.json': [NOTES] }));
});
test.after(({ house }) => house.close());

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

test('what a profile cannot show is counted; what the reader has no key for is not there; before anything was known there is nothing', async (world) => {
  const { json, text } = await masked(world, 'safe-harbor');
  assert.equal([json.withheld, json.held], [1, []]);
  assert.equal(json.resources.map(({ resourceType }: { resourceType: string }) => resourceType).sort(), ['Condition', 'Observation', 'Patient']);
  assert.not.ok(text.includes('75622-1'));
  const before = await masked(world, 'safe-harbor', 'consumer', RESEARCH, '&knownAt=2001-01-01T00:00:00Z');
  assert.equal([before.status, before.json.resources], [200, []], before.text);
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
  const alone = await ask('privacy-officer', 'LEGAL', { recipient: body.recipient, pseudonym: body.pseudonym });
  assert.equal(alone.json, { patientId: world.patientId, tokens: [], masked: [] });
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
  // And should the erasure come between the question whether the patient is here and the reading of the record:
  const { services } = house.ledger;
  const caller = { tenant: 'acme', actor: { kind: 'user', subject: 'x', roles: ['consumer'], organization: null }, purpose: 'HRESCH' } as unknown as Caller;
  const vault = services.keys.usedBy({ subject: 'x', purpose: 'HRESCH', reason: 'test' });
  const request = { params: { patientId }, query: {}, headers: {} } as unknown as PatientRequest;
  const found = await maskedFound(services, request, { caller, vault, ring: null, opens: true }, SAFE_HARBOR);
  assert.ok('kind' in found && found.code === 'unknown-patient');
  const gone = [{ winner: { assertion: { patientId }, head: { eventId: 'e', stream: 's', sealed: [] } }, alternatives: [] }] as unknown as Resolution[];
  assert.equal(await everythingSaid(gone, new Opener((member) => vault.patientRing('acme', member))), [], 'of statements whose keys are gone nothing is known');
});

test.run();
