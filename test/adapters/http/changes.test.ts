import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { allergy, correction, House, person } from './house.js';

interface World {
  house: House;
  ehr: string;
  steward: string;
  officer: string;
  patientId: string;
}

const test = suite<World>('change control over HTTP', {} as World);

test.before(async (world) => {
  const house = await House.open(mkdtempSync(join(tmpdir(), 'house-')), { CHANGE_CONTROL: 'four-eyes' });
  const ehr = await house.source('ehr');
  const { patientId } = await house.done('register-patient', { resource: person(), sourceRecordId: 'p1' }, ehr);
  await house.done('record-fact', { patientId, resource: allergy(), sourceRecordId: 'a1' }, ehr);
  Object.assign(world, { house, ehr, patientId, steward: await house.token('steward'), officer: await house.token('privacy-officer') });
});
test.after(({ house }) => house.close());

const proposal = (patientId: string, more: object = {}) => ({ command: 'correct-fact', body: correction(patientId), reason: 'agreed with the ward', ...more });

test('four eyes from end to end: refused, proposed, shown, approved, in the record', async ({ house, steward, officer, patientId }) => {
  const direct = await house.command('correct-fact', correction(patientId), steward);
  assert.equal([direct.status, direct.json.code], [409, 'approval-required']);
  assert.match(direct.json.remedy, 'propose-change');
  const proposed = await house.command('propose-change', proposal(patientId), steward);
  assert.is(proposed.status, 201, proposed.text);
  const { changeId, position } = proposed.json;
  assert.is((await house.command('approve-change', { changeId }, steward)).json.code, 'own-proposal');
  const shown = await house.get(`/v1/changes/${changeId}`, officer, { 'minimum-position': position });
  assert.equal([shown.json.state, shown.json.proposedBy, shown.json.body.source], ['proposed', 'steward-1', 'ehr']);
  const approved = await house.command('approve-change', { changeId }, officer);
  assert.is(approved.status, 201, approved.text);
  const again = await house.command('approve-change', { changeId }, officer);
  assert.equal([again.status, again.json], [200, { ...approved.json, repeated: true }]);
  const headers = { 'minimum-position': approved.json.position };
  const after = (await house.get(`/v1/changes/${changeId}`, officer, headers)).json;
  assert.equal([after.state, after.decision.subject, after.application.effects], ['applied', 'privacy-officer-1', [approved.json.eventIds[1]]]);
  const record = await house.get(`/v1/patients/${patientId}/record?category=allergies`, await house.token('clinician'), headers);
  assert.match(record.text, approved.json.eventIds[1]);
});

test('the list pages in the order of proposal and narrows to a state', async ({ house, steward, officer, patientId }) => {
  const ids: string[] = [];
  let position = '';
  for (let n = 0; n < 3; n++) {
    const { json } = await house.command('propose-change', proposal(patientId, { reason: `proposal ${n}` }), steward);
    ids.push(json.changeId);
    position = json.position;
  }
  const rejected = await house.command('reject-change', { changeId: ids[1], reason: 'no' }, officer);
  assert.is(rejected.status, 201, rejected.text);
  position = rejected.json.position;
  const seen: string[] = [];
  let cursor = '';
  do {
    const page = await house.get(`/v1/changes?state=proposed&limit=1${cursor}`, officer, { 'minimum-position': position });
    assert.is(page.status, 200, page.text);
    seen.push(...page.json.changes.map((change: { changeId: string }) => change.changeId));
    cursor = page.json.next === null ? '' : `&cursor=${page.json.next}`;
  } while (cursor !== '');
  assert.equal(seen, [ids[0], ids[2]]);
  for (const bad of ['state=x', 'limit=0', 'cursor=x', 'other=1']) assert.is((await house.get(`/v1/changes?${bad}`, officer)).status, 400, bad);
});

test('an auditor sees the change and not what it would do; a source, a clinician and a patient see nothing', async ({ house, steward, ehr, patientId }) => {
  const { changeId, position } = (await house.command('propose-change', proposal(patientId, { reason: 'another' }), steward)).json;
  const shown = await house.get(`/v1/changes/${changeId}`, await house.token('auditor'), { 'minimum-position': position });
  assert.equal([shown.status, shown.json.state, 'body' in shown.json], [200, 'proposed', false]);
  for (const token of [ehr, await house.token('clinician'), await house.token('patient', patientId)])
    assert.is((await house.get('/v1/changes', token)).status, 403);
  const foreign = await house.token('steward', 'steward-1', { tenant: 'other' });
  assert.is((await house.get(`/v1/changes/${changeId}`, foreign)).json.code, 'unknown-change');
  assert.equal((await house.get('/v1/changes', foreign)).json.changes, []);
  assert.is((await house.get('/v1/changes/x', steward)).json.code, 'unknown-change');
});

test('what could never take effect is refused when it is proposed, emergency or not, and nothing is on record', async ({ house, steward, ehr, patientId }) => {
  const foreign = await house.done('register-patient', { resource: person(), sourceRecordId: 'p9' }, await house.source('ehr', 'other'));
  const { patientId: second } = await house.done('register-patient', { resource: person(), sourceRecordId: 'p2' }, ehr);
  const head = async () => (await house.ledger.services.store.readAll({ after: null, limit: 10_000, types: ['change-proposed'] })).events.length;
  const before = await head();
  const refusals = [
    ['merge-patients', { survivor: patientId, absorbed: foreign.patientId }, 404, 'unknown-patient', '/body/absorbed'],
    ['unmerge-patients', { survivor: foreign.patientId, absorbed: patientId }, 404, 'unknown-patient', '/body/survivor'],
    ['merge-patients', { survivor: patientId, absorbed: patientId }, 422, 'same-patient', undefined],
    ['designate-system-of-record', { scope: {}, sources: ['ehr', 'nobody'] }, 403, 'unknown-source', '/body/sources/1'],
    ['designate-system-of-record', { scope: { element: 'shoes' }, sources: ['ehr'] }, 422, 'invalid-scope', '/body/scope/element'],
    ['designate-system-of-record', { scope: {}, sources: ['ehr'], effectiveTo: '2001-01-01T00:00:00Z' }, 422, 'invalid-date', '/body/effectiveTo'],
    ['designate-system-of-record', { scope: {}, sources: ['ehr'], effectiveFrom: '2016-12-31T23:59:60Z' }, 422, 'invalid-date', '/body/effectiveFrom'],
    ['withdraw-designation', { scope: { patientId: foreign.patientId }, designation: second }, 404, 'unknown-patient', undefined],
  ] as const;
  for (const [command, body, status, code, pointer] of refusals)
    for (const more of [{}, { emergency: true }]) {
      const answer = await house.command('propose-change', { command, body: { ...body, reason: 'asked' }, reason: 'asked', ...more }, steward);
      assert.equal([answer.status, answer.json.code, answer.json.errors?.[0].pointer], [status, code, pointer], command);
      assert.not.match(answer.text, foreign.patientId);
    }
  assert.is(await head(), before);
});

test('an emergency shows as in review until another person has reviewed it', async ({ house, steward, officer, patientId }) => {
  const body = { ...correction(patientId), resource: allergy('91936005', { criticality: 'high' }) };
  const { changeId, position } = await house.done('propose-change', proposal(patientId, { body, emergency: true }), steward);
  const state = async (at: string) => (await house.get(`/v1/changes/${changeId}`, officer, { 'minimum-position': at })).json;
  assert.is((await state(position)).state, 'in-review');
  const review = await house.done('review-change', { changeId, verdict: 'not-upheld', reason: 'it could have waited' }, officer);
  const after = await state(review.position);
  assert.equal([after.state, after.findings], ['reviewed', ['follow-up-missing']]);
});

test('a patient reads their requests for amendment, with the words and the time by which they are answered', async ({ house, officer, patientId }) => {
  const patient = await house.token('patient', patientId);
  const record = await house.get(`/v1/patients/${patientId}/record?category=allergies`, patient);
  const { factId } = record.json.facts[0];
  const asked = await house.command('request-amendment', { patientId, factId, request: 'I was never allergic' }, patient);
  assert.is(asked.status, 201, asked.text);
  const { amendmentId } = asked.json;
  const inform = ['Dr. Gray'];
  const answered = await house.done('answer-amendment', { amendmentId, answer: 'accept', inform }, officer);
  const headers = { 'minimum-position': answered.position };
  const { amendments } = (await house.get(`/v1/patients/${patientId}/amendments`, patient, headers)).json;
  assert.is(amendments.length, 1);
  assert.equal([amendments[0].state, amendments[0].request.text, amendments[0].acceptance.inform], ['accepted', 'I was never allergic', inform]);
  assert.equal([amendments[0].overdue, amendments[0].findings], [false, ['correction-missing']]);
  assert.ok(amendments[0].acceptance.parties.every(({ subject }: { subject: string }) => subject !== patientId));
  assert.is((await house.get(`/v1/patients/${patientId}/amendments`, await house.token('patient', 'somebody-else'))).status, 403);
  assert.is((await house.get(`/v1/patients/${patientId}/amendments`, await house.token('auditor'))).status, 403);
});

test.run();
