import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Answer, allergy, House, person } from './house.js';

interface World {
  house: House;
  patientId: string;
  position: string;
}

const test = suite<World>('what is withheld over HTTP', {} as World);

const NOTE = { resourceType: 'DocumentReference', status: 'current', type: { text: 'Psychotherapy note' }, content: [{ attachment: { title: 'couch' } }] };
const OPIOID = {
  resourceType: 'MedicationRequest',
  status: 'active',
  intent: 'order',
  subject: { reference: 'Patient/1' },
  medicationCodeableConcept: { coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '1049221' }] },
};

test.before(async (world) => {
  const house = await House.open();
  const ehr = await house.source('ehr');
  const resource = person({ identifier: [{ system: 'urn:mrn', value: 'mrn-4711' }] });
  const { patientId } = await house.done('register-patient', { resource, sourceRecordId: 'p1' }, ehr);
  await house.done('record-fact', { patientId, resource: allergy(), sourceRecordId: 'a1' }, ehr);
  await house.done('record-fact', { patientId, resource: NOTE, sourceRecordId: 'n1' }, ehr);
  const { position } = await house.done('record-fact', { patientId, resource: OPIOID, sourceRecordId: 'm1' }, ehr);
  Object.assign(world, { house, patientId, position });
});
test.after(({ house }) => house.close());

const read = async ({ house, patientId, position }: World, role: string, purpose: string, path = 'record', subject = role): Promise<Answer> =>
  house.get(`/v1/patients/${patientId}/${path}`, await house.token(role, subject, { purpose }), { 'minimum-position': position });

/** By category: whether its resource is shown, and whether something is withheld. */
function shownIn({ json }: Answer): Record<string, string> {
  const facts = json.facts as { category: string; value: { resource: unknown; withheld?: boolean } }[];
  return Object.fromEntries(
    facts
      .filter(({ category }) => category !== 'demographics')
      .map(({ category, value }) => [category, value.resource === null ? 'nothing' : value.withheld === true ? 'some' : 'all']),
  );
}

test('each role and purpose is shown what it holds keys for', async (world) => {
  const { patientId } = world;
  for (const [role, purpose, subject, documents, medications] of [
    ['clinician', 'TREAT', 'dr-a', 'nothing', 'all'],
    ['clinician', 'BTG', 'dr-a', 'nothing', 'all'],
    ['clinician', 'CAREMGT', 'dr-b', 'nothing', 'nothing'],
    ['steward', 'HOPERAT', 'st-1', 'nothing', 'nothing'],
    ['patient', 'PATRQT', patientId, 'nothing', 'all'],
    ['privacy-officer', 'HCOMPL', 'po-1', 'all', 'all'],
  ] as const) {
    const answer = await read(world, role, purpose, 'record', subject);
    assert.is(answer.status, 200, role);
    assert.equal(shownIn(answer), { allergies: 'all', documents, medications }, `${role} ${purpose}`);
    assert.is(answer.text.includes('couch'), documents === 'all');
  }
});

test('history tells the same', async (world) => {
  const { text, status } = await read(world, 'clinician', 'CAREMGT', 'history');
  assert.is(status, 200);
  assert.not.match(text, /couch|1049221/);
  assert.ok(text.includes('mrn-4711') && text.includes('"withheld":true'));
});

test('a Bundle says that it was redacted, and leaves out what is withheld', async ({ house, patientId, position }) => {
  const bundle = async (role: string, purpose: string) =>
    house.get(`/v1/patients/${patientId}/record`, await house.token(role, `${role}-1`, { purpose }), {
      'minimum-position': position,
      accept: 'application/fhir+json',
    });
  const [some, all] = [await bundle('clinician', 'TREAT'), await bundle('privacy-officer', 'HCOMPL')];
  assert.equal(some.json.meta.security, [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'REDACTED' }]);
  assert.not.match(some.text, /couch/);
  assert.ok(all.json.meta === undefined && all.text.includes('couch'));
});

test('research gets no feed: it would say whose facts it tells; others get none of what is sensitive', async ({ house }) => {
  const feed = async (name: string, purpose: string) => house.get(`/v1/feeds/${name}`, await house.token('consumer', 'consumer-1', { purpose }));
  for (const purpose of ['HRESCH', 'PUBHLTH']) assert.is((await feed('facts', purpose)).status, 403);
  const operations = `${(await feed('patients', 'HOPERAT')).text}${(await feed('facts', 'HOPERAT')).text}`;
  assert.not.match(operations, /couch|1049221/);
  assert.match(operations, /"withheld":true/);
  assert.match((await feed('patients', 'TREAT')).text, /mrn-4711/);
});

test('a proposal to state something sensitive is read by those alone who hold its scope', async ({ house, patientId }) => {
  const correction = { patientId, source: 'ehr', sourceRecordId: 'm1', reason: 'correction', resource: { ...OPIOID, status: 'stopped' } };
  const body = { command: 'correct-fact', body: correction, reason: 'asked' };
  const { changeId, position } = await house.done('propose-change', body, await house.token('steward', 'proposer'));
  const seenBy = async (role: string) => (await house.get(`/v1/changes/${changeId}`, await house.token(role), { 'minimum-position': position })).json;
  assert.is((await seenBy('steward')).body, undefined);
  assert.equal((await seenBy('privacy-officer')).body, correction);
  await house.done('approve-change', { changeId }, await house.token('privacy-officer'));
});

test.run();
