import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { erasureDecider } from '../../../domain/erasure/decide.js';
import { allergy, House, linesOf, person } from './house.js';

interface World {
  house: House;
  ehr: string;
  officer: string;
  second: string;
}

const test = suite<World>('erasure over HTTP', {} as World);

test.before(async (world) => {
  world.house = await House.open(undefined, { CHANGE_CONTROL: 'four-eyes', RETENTION_YEARS: '1' });
  world.ehr = await world.house.source('ehr');
  world.officer = await world.house.token('privacy-officer', 'officer-1');
  world.second = await world.house.token('privacy-officer', 'officer-2');
});
test.after(({ house }) => house.close());

async function patient({ house, ehr }: World, sourceRecordId: string): Promise<string> {
  const { patientId } = await house.done('register-patient', { sourceRecordId, resource: person() }, ehr);
  await house.done('record-fact', { patientId, sourceRecordId: `a-${sourceRecordId}`, resource: allergy() }, ehr);
  return patientId;
}

const erasing = (patientId: string, ground = 'unlawful-processing') => ({ patientId, ground, requestedBy: 'representative', reason: 'as asked on paper' });
const propose = ({ house, officer }: World, command: string, body: object, more: object = {}) =>
  house.command('propose-change', { command, body, reason: 'asked for', ...more }, officer);

/** Proposed by one officer and approved by another. */
async function agreed(world: World, command: string, body: object) {
  const { json } = await propose(world, command, body);
  return world.house.command('approve-change', { changeId: json.changeId }, world.second);
}

async function erasure({ house, officer }: World, patientId: string, token = officer) {
  return (await house.get(`/v1/patients/${patientId}/erasure`, token)).json;
}

async function certified(world: World, patientId: string) {
  for (let tries = 0; tries < 400 && (await erasure(world, patientId)).state !== 'erased'; tries++) await new Promise((resolve) => setTimeout(resolve, 25));
  return (await erasure(world, patientId)).certificate;
}

test('two people erase, the certificate names both, and the change stays on the list without its body', async (world) => {
  const patientId = await patient(world, 'two');
  const approved = await agreed(world, 'erase-patient', erasing(patientId));
  assert.is(approved.status, 201, approved.text);
  const certificate = await certified(world, patientId);
  assert.equal([certificate.orderedBy, certificate.approvedBy, certificate.requestedBy], ['officer-1', 'officer-2', 'representative']);
  const { order } = await erasure(world, patientId);
  assert.equal([order.by, order.approvedBy, order.reason, order.approval], [undefined, 'officer-2', 'as asked on paper', approved.json.changeId]);
  const change = await world.house.get(`/v1/changes/${approved.json.changeId}`, world.officer);
  assert.equal([change.json.state, change.json.application.outcome, 'body' in change.json], ['applied', 'applied', false]);
  const late = await propose(world, 'erase-patient', erasing(patientId));
  assert.equal([late.status, late.json.code], [410, 'patient-erased']);
});

test('what an approval completes after a crash is the same erasure', async (world) => {
  const patientId = await patient(world, 'again');
  const { json } = await propose(world, 'erase-patient', erasing(patientId));
  const approve = () => world.house.command('approve-change', { changeId: json.changeId }, world.second);
  const first = await approve();
  await certified(world, patientId);
  const repeated = await approve();
  assert.equal([first.status, repeated.status, repeated.json.eventIds], [201, 200, first.json.eventIds]);
});

test('a refusal after two people agreed is recorded, told to both, and no effect', async (world) => {
  const patientId = await patient(world, 'kept');
  const refused = await agreed(world, 'erase-patient', erasing(patientId, 'objection'));
  assert.equal([refused.status, refused.json.code], [409, 'retention-duty']);
  const { state, refusals } = await erasure(world, patientId);
  assert.equal([state, refusals.length, refusals[0].exceptions[0].kind, refusals[0].reason], ['none', 1, 'retention-duty', 'as asked on paper']);
  assert.match(refusals[0].exceptions[0].law, /45 CFR 164\.316/);
  assert.is((await world.house.get(`/v1/patients/${patientId}/record`, await world.house.token('clinician'))).status, 200);
});

test('a hold is placed by one and released by two, and only one that there is', async (world) => {
  const patientId = await patient(world, 'hold');
  const placed = await world.house.done('place-legal-hold', { patientId, matter: 'case 7' }, world.officer);
  const [holdId] = placed.eventIds;
  const alone = await world.house.command('release-legal-hold', { patientId, holdId }, world.officer);
  assert.is(alone.json.code, 'approval-required');
  const unknown = await propose(world, 'release-legal-hold', { patientId, holdId: patientId });
  assert.equal([unknown.status, unknown.json.code, unknown.json.errors[0].pointer], [404, 'unknown-hold', '/body/holdId']);
  const nobody = await propose(world, 'release-legal-hold', { patientId: holdId, holdId });
  assert.equal([nobody.status, nobody.json.errors[0].pointer], [404, '/body/patientId']);
  assert.is((await agreed(world, 'erase-patient', erasing(patientId))).json.code, 'legal-hold');
  assert.is((await agreed(world, 'release-legal-hold', { patientId, holdId })).status, 201);
  const { holds } = await erasure(world, patientId);
  assert.equal([holds.length, holds[0].matter, holds[0].released.by], [1, 'case 7', 'officer-2']);
});

test('nobody is held or released whom nobody knows', async (world) => {
  const nobody = '6f0e2a44-0000-4000-8000-000000000000';
  for (const [name, body] of [
    ['place-legal-hold', { patientId: nobody, matter: 'x' }],
    ['propose-change', { command: 'erase-patient', body: erasing(nobody), reason: 'r' }],
  ] as const) {
    const { status, json } = await world.house.command(name, body, world.officer);
    assert.equal([name, status, json.code], [name, 404, 'unknown-patient']);
  }
});

test('an erasure is no emergency: nobody could review it', async (world) => {
  const patientId = await patient(world, 'hasty');
  const { status, json } = await propose(world, 'erase-patient', erasing(patientId), { emergency: true });
  assert.equal([status, json.errors[0].rule], [422, 'not-for-erasure']);
});

test('officers read the words, auditors and the patient what was decided, and nobody else anything', async (world) => {
  const { house } = world;
  const patientId = await patient(world, 'readers');
  await house.done('place-legal-hold', { patientId, matter: 'case 8' }, world.officer);
  assert.is((await erasure(world, patientId)).holds[0].matter, 'case 8');
  for (const token of [await house.token('auditor'), await house.token('patient', patientId)]) {
    const { state, holds } = await erasure(world, patientId, token);
    assert.equal([state, holds[0].matter, holds[0].by], ['held', null, 'officer-1']);
  }
  for (const role of ['clinician', 'steward', 'consumer', 'operator', 'source'])
    assert.is((await house.get(`/v1/patients/${patientId}/erasure`, await house.token(role))).status, 403, role);
  assert.is((await house.get('/v1/patients/no-id/erasure', world.officer)).json.code, 'unknown-patient');
  assert.is((await house.get(`/v1/patients/${patientId}/erasure?x=1`, world.officer)).json.code, 'invalid-parameter');
  const elsewhere = await house.token('privacy-officer', 'officer-1', { tenant: 'other' });
  assert.is((await house.get(`/v1/patients/${patientId}/erasure`, elsewhere)).json.code, 'unknown-patient');
});

test('words that nobody can open are told as damaged, and hide nothing else', async (world) => {
  const { house, officer } = world;
  const patientId = await patient(world, 'damaged');
  await house.done('place-legal-hold', { patientId, matter: 'case 9' }, officer);
  const { states } = house.ledger.services.handlerDeps;
  const { state } = await states.load(erasureDecider, `acme.erasure-${patientId}`);
  for (const hold of state.holds.values()) Object.assign(hold, { sealed: hold.sealed.map((part) => ({ ...part, keyId: patientId })) });
  const { holds, state: standing, incomplete } = await erasure(world, patientId);
  assert.equal([standing, holds[0].matter, holds[0].code, incomplete.unreadable], ['held', null, 'content-unreadable', 1]);
});

test('until it is certified it is told as ordered, with what it waits for', async (world) => {
  const { models } = world.house.ledger.services;
  const purge = models.purge.bind(models);
  models.purge = async () => false;
  try {
    const patientId = await patient(world, 'waits');
    await agreed(world, 'erase-patient', erasing(patientId));
    const { state, order, certificate } = await erasure(world, patientId);
    assert.equal([state, order.quarantine.inputs, certificate], ['ordered', [], null]);
    models.purge = purge;
    assert.is((await certified(world, patientId)).quarantine.destroyed, 0);
  } finally {
    models.purge = purge;
  }
});

test('consumers are told once on every feed that told of the patient, and nothing else of them', async (world) => {
  const { house } = world;
  const patientId = await patient(world, 'fed');
  const consumer = await house.token('consumer');
  const items = async (feed: string) =>
    linesOf((await house.get(`/v1/feeds/${feed}?limit=1000`, consumer)).text).filter(({ subject }) => subject === patientId);
  assert.is((await items('facts')).length, 1);
  await agreed(world, 'erase-patient', erasing(patientId));
  const certificate = await certified(world, patientId);
  for (const feed of ['facts', 'patients', 'record-changes']) {
    const [tombstone, ...more] = await items(feed);
    assert.equal([feed, tombstone.type, tombstone.data.orderId, more.length], [feed, 'clinical-ledger.patient-erased.v1', certificate.orderId, 0]);
    assert.not.ok('ground' in tombstone.data);
  }
  assert.equal(await items('conflicts'), []);
});

test.run();
