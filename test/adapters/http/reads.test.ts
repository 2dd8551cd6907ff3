import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Answer, allergy, House, person } from './house.js';

interface World {
  house: House;
  ehr: string;
  patientId: string;
  position: string;
  clinician: string;
}

const test = suite<World>('reading over HTTP', {} as World);

/** One patient with facts of two sources, one of them disputed; every read below waits for what was acknowledged here. */
test.before(async (world) => {
  const house = await House.open();
  const [ehr, lis] = [await house.source('ehr'), await house.source('lis')];
  const identifier = [{ system: 'urn:mrn', value: '12-345' }];
  const { patientId } = await house.done('register-patient', { resource: person({ identifier }), sourceRecordId: 'p1' }, ehr);
  const about = { patientId, sourceVersion: '1' };
  await house.done('record-fact', { ...about, resource: allergy(), sourceRecordId: 'a1' }, ehr);
  await house.done('record-fact', { ...about, resource: allergy('91936005', { criticality: 'low' }), sourceRecordId: 'a1' }, lis);
  const pulse = { resourceType: 'Observation', status: 'final', code: { text: 'pulse' } };
  await house.done('record-fact', { ...about, sourceRecordId: 'o1', resource: pulse }, lis);
  const written = `{"patientId":"${patientId}","sourceRecordId":"o2","resource":{\r\n "resourceType": "Observation",\n "status":"final", "code":{"text":"line\\nbreak"}\n}}`;
  const { json } = await house.command('record-fact', written, lis);
  Object.assign(world, { house, ehr, patientId, position: json.position, clinician: await house.token('clinician') });
});
test.after(({ house }) => house.close());

const read = ({ house, patientId, position, clinician }: World, path: string, token = clinician): Promise<Answer> =>
  house.get(`/v1/patients/${patientId}/${path}`, token, { 'minimum-position': position });

test('the record shows each fact with its value, the other statements and the rule', async (world) => {
  const { status, json, headers } = await read(world, 'record');
  assert.is(status, 200);
  assert.is(headers['cache-control'], 'no-store');
  assert.is(json.patientId, world.patientId);
  const disputed = json.facts.find((fact: { category: string }) => fact.category === 'allergies');
  assert.equal([disputed.conflict, disputed.value.source, disputed.alternatives.length, disputed.rule.name], [true, 'ehr', 1, 'precedence@2']);
  assert.is(disputed.value.resource.criticality, 'high');
  const name = json.facts.find((fact: { element: string }) => fact.element === 'name');
  assert.equal(name.value.resource, { resourceType: 'Patient', name: person().name });
});

test('a category, the conflicts, lineage and history are other sides of it', async (world) => {
  assert.equal((await read(world, 'record?category=allergies')).json.facts.length, 1);
  const { json } = await read(world, 'conflicts');
  assert.equal(
    json.conflicts.map((fact: { category: string }) => fact.category),
    ['allergies'],
  );
  const lineage = (await read(world, 'lineage?category=allergies')).json.lineage;
  assert.equal([lineage.length, lineage[0].assertions.length, lineage[0].joinedBy.length], [1, 2, 1]);
  const history = (await read(world, 'history')).json;
  assert.equal([history.history.length, history.next], [5, null]);
  assert.is((await read(world, 'history?category=allergies')).json.history.length, 2);
});

test('every list is paged: pages put together are the whole', async (world) => {
  const officer = await world.house.token('privacy-officer');
  const lists = [
    ['record', 'facts', world.clinician],
    ['lineage', 'lineage', world.clinician],
    ['history', 'history', world.clinician],
    ['accesses', 'accesses', officer],
  ] as const;
  for (const [side, list, token] of lists) {
    const whole = (await read(world, side, token)).json[list];
    const found: unknown[] = [];
    for (let cursor = ''; ; ) {
      const { json } = await read(world, `${side}?limit=2${cursor}`, token);
      found.push(...json[list]);
      if (json.next === null || found.length > 100) break;
      assert.ok(json[list].length <= 2);
      cursor = `&cursor=${json.next}`;
    }
    // Reading makes accesses, so there may be more of them by now.
    assert.equal(found.slice(0, whole.length), whole, side);
  }
});

test('validAt and knownAt ask for another time', async (world) => {
  const { json } = await read(world, 'record?validAt=2020-01-01&knownAt=2020-01-01');
  assert.equal([json.validAt, json.knownAt, json.facts], ['2020-01-01T00:00:00.000Z', { time: '2020-01-01T00:00:00.000Z' }, []]);
  const asOf = (await read(world, `record?knownAt=${Number(world.position) - 2}`)).json;
  assert.ok(asOf.facts.length > 0);
  assert.not.ok(asOf.facts.some((fact: { value: { sourceRecordId: string } }) => fact.value.sourceRecordId === 'o2'));
});

test('parameters that are wrong are refused, each list with its own cursors', async (world) => {
  const cursor = (await read(world, 'record?limit=1')).json.next;
  const forged = (text: string) => Buffer.from(text).toString('base64url');
  const bad: readonly (readonly [string, string])[] = [
    ['record?colour=blue', 'invalid-parameter'],
    ['record?limit=1&limit=2', 'invalid-parameter'],
    ['record?limit=0', 'invalid-parameter'],
    ['record?limit=2001', 'invalid-parameter'],
    ['record?category=none', 'invalid-parameter'],
    ['record?validAt=2026-02-30', 'invalid-parameter'],
    ['record?knownAt=2026-02-30', 'invalid-parameter'],
    ['record?knownAt=zzz', 'invalid-parameter'],
    ['record?knownAt=999999999', 'unknown-position'],
    ['record?cursor=abc', 'invalid-cursor'],
    [`lineage?cursor=${cursor}`, 'invalid-cursor'],
    [`history?cursor=${cursor}`, 'invalid-cursor'],
    [`history?cursor=${forged('history\nx')}`, 'invalid-cursor'],
    ['history?validAt=2026-02-30', 'invalid-parameter'],
    ['history?designationsAt=2026-01-01', 'invalid-parameter'],
    ['history?limit=1001', 'invalid-parameter'],
  ];
  for (const [path, code] of bad) {
    const answer = await read(world, path);
    assert.equal([answer.status, answer.json.code], [400, code], path);
  }
  const officer = await world.house.token('privacy-officer');
  for (const path of ['accesses?category=allergies', 'accesses?limit=x', `accesses?cursor=${cursor}`])
    assert.is((await read(world, path, officer)).status, 400, path);
});

test('a position that the log has not reached, or that is none, is refused', async (world) => {
  const { house, patientId, clinician } = world;
  for (const [position, code] of [
    ['999999999', 'unknown-position'],
    ['x', 'invalid-parameter'],
    ['', 'invalid-parameter'],
  ] as const) {
    for (const side of ['record', 'conflicts', 'lineage']) {
      assert.is((await house.get(`/v1/patients/${patientId}/${side}`, clinician, { 'minimum-position': position })).json.code, code, `${side} ${position}`);
    }
  }
});

test('a patient is found by identifier, typed in any of the usual ways', async (world) => {
  const { house, patientId, position, clinician } = world;
  const find = (identifier: string, token = clinician) =>
    house.get(`/v1/patients?identifier=${encodeURIComponent(identifier)}`, token, { 'minimum-position': position });
  assert.equal((await find('urn:mrn|12-345')).json, { patients: [{ patientId, foundAs: [patientId] }] });
  assert.equal((await find('urn:mrn|12345')).json.patients.length, 1);
  assert.equal((await find('urn:mrn|999')).json.patients, []);
  assert.equal((await find('urn:mrn|12-345', await house.token('clinician', 'x', { tenant: 'other' }))).json.patients, []);
  for (const bad of ['12-345', '|12-345', 'urn:mrn|', `urn:mrn|${'1'.repeat(800)}`]) assert.is((await find(bad)).json.code, 'invalid-parameter', bad);
  assert.is((await house.get('/v1/patients', clinician)).json.code, 'invalid-parameter');
  assert.is((await house.get('/v1/patients?name=Lovelace', clinician)).json.code, 'invalid-parameter');
});

test('roles: who may not read is refused, and content stays sealed for an auditor', async (world) => {
  const { house, patientId } = world;
  const sides = ['record', 'conflicts', 'lineage', 'history', 'accesses'];
  const may: Readonly<Record<string, readonly string[]>> = {
    clinician: ['record', 'conflicts', 'lineage', 'history'],
    steward: ['record', 'conflicts', 'lineage', 'history'],
    'privacy-officer': sides,
    patient: ['record', 'lineage', 'history', 'accesses'],
    auditor: ['lineage', 'history', 'accesses'],
    source: [],
    consumer: [],
    operator: [],
  };
  for (const [role, allowed] of Object.entries(may)) {
    const token = await house.token(role, role === 'patient' ? patientId : role);
    for (const side of sides) {
      const answer = await read(world, side, token);
      assert.is(answer.status, allowed.includes(side) ? 200 : 403, `${role} ${side}`);
      if (answer.status === 403) assert.is(answer.json.code, 'not-permitted');
    }
  }
  assert.not.ok((await read(world, 'history', await house.token('auditor'))).text.includes('"resource"'));
});

test('a patient reads nobody else, and a purpose that does not fit reads nothing', async (world) => {
  const { house } = world;
  const other = await house.token('patient', 'f6f7a2c4-0000-4000-8000-000000000001');
  assert.is((await read(world, 'record', other)).json.code, 'not-permitted');
  assert.is((await read(world, 'record', await house.token('clinician', 'dr-1', { purpose: 'HMARKT' }))).json.code, 'not-permitted');
});

test('an id of nobody, or of no form, is nobody', async ({ house, clinician }) => {
  for (const id of ['f6f7a2c4-0000-4000-8000-000000000001', 'x', '..%2f..', 'F6F7A2C4']) {
    const answer = await house.get(`/v1/patients/${id}/record`, clinician);
    assert.equal([answer.status, answer.json.code], [404, 'unknown-patient'], id);
  }
});

test('every read is on record before its answer, with who, why, what and how much was opened; refusals too', async (world) => {
  const { house, patientId } = world;
  const doctor = await house.token('clinician', 'dr-who');
  await read(world, 'record?category=allergies', doctor);
  await read(world, 'accesses', doctor);
  const [allowed, refused] = (await house.accesses()).filter(({ actor }) => actor.subject === 'dr-who');
  assert.equal(allowed.data, {
    action: 'read-record',
    outcome: 'allowed',
    code: null,
    rule: 'role-permissions@3',
    patients: [patientId],
    categories: ['allergies'],
    opened: 2,
    detail: null,
  });
  assert.equal([allowed.purpose, refused.data.outcome, refused.data.code, refused.data.patients], ['TREAT', 'refused', 'not-permitted', [patientId]]);
  const { json } = await house.get(`/v1/patients/${patientId}/accesses?limit=1000`, await house.token('patient', patientId), {
    'minimum-position': String(await house.ledger.services.store.head()),
  });
  const shown = json.accesses.filter(({ subject }: { subject: string }) => subject === 'dr-who');
  assert.equal(
    shown.map(({ outcome }: { outcome: string }) => outcome),
    ['allowed', 'refused'],
  );
});

test('no token, a broken one or one of another scheme is nobody; so many a second are put on record', async ({ house, patientId }) => {
  for (const token of [null, 'Bearer x.y.z', 'Basic abc', 'Bearer ']) {
    const answer = await house.get(`/v1/patients/${patientId}/record`, token);
    assert.equal([answer.status, answer.json.code, answer.headers['www-authenticate']], [401, 'not-authenticated', 'Bearer']);
  }
  const before = (await house.accesses('system')).length;
  const began = Date.now();
  await Promise.all(Array.from({ length: 100 }, () => house.get('/v1/feeds/facts', null)));
  const seconds = Math.ceil((Date.now() - began) / 1000) + 1;
  const recorded = (await house.accesses('system')).length - before;
  assert.ok(recorded <= 10 * seconds, `${recorded} in ${seconds} s`);
  assert.match((await house.get('/metrics', null)).text, /ledger_refusals_not_recorded_total [1-9]/);
});

test.run();
