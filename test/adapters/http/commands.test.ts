import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { allergy, House, person } from './house.js';

interface World {
  house: House;
  ehr: string;
  steward: string;
  patientId: string;
}

const test = suite<World>('POST /v1/commands/{command-name}', {} as World);

test.before(async (world) => {
  const known = await House.withPatient();
  Object.assign(world, { ...known, steward: await known.house.token('steward') });
});
test.after(({ house }) => house.close());

const fact = ({ patientId }: World, record: string, more: object = {}) => ({ patientId, resource: allergy(), sourceRecordId: record, ...more });

test('every command is taken: 201 with a receipt, and 200 with the same receipt when it is repeated', async (world) => {
  const { house, ehr, steward, patientId } = world;
  const newborn = person({ birthDate: '2026-01-01' });
  const commands: readonly (readonly [string, object, string])[] = [
    ['register-source', { sourceId: 'ris', displayName: 'Radiology', kind: 'ris', organization: 'north' }, steward],
    ['suspend-source', { sourceId: 'ris', reason: 'floods' }, steward],
    ['register-patient', { resource: newborn, sourceRecordId: 'p2' }, ehr],
    ['update-demographics', { patientId, resource: person({ gender: 'female' }), sourceRecordId: 'p1', sourceVersion: '2' }, ehr],
    ['record-fact', fact(world, 'every', { sourceVersion: '1', effectiveAt: '2020-01-01T00:00:00Z' }), ehr],
    ['correct-fact', { ...fact(world, 'every', { resource: allergy('91936005', { criticality: 'low' }) }), reason: 'correction' }, ehr],
    ['retract-fact', { patientId, sourceRecordId: 'every', reason: 'entered-in-error' }, ehr],
  ];
  for (const [name, body, token] of commands) {
    const first = await house.command(name, body, token);
    assert.is(first.status, 201, `${name}: ${first.text}`);
    assert.equal(
      Object.keys(first.json).filter((key) => key !== 'patientId'),
      ['eventIds', 'stream', 'revision', 'position', 'logIndex', 'repeated'],
    );
    assert.is(first.headers['etag'], `"${first.json.revision}"`);
    const again = await house.command(name, body, token);
    assert.equal([again.status, again.json], [200, { ...first.json, repeated: true }], name);
  }
  assert.is((await house.command('reinstate-source', { sourceId: 'ris', reason: 'repaired' }, steward)).status, 201);
  const designation = { scope: { category: 'allergies' }, sources: ['ehr'], effectiveFrom: '2026-01-01T00:00:00Z', reason: 'agreed' };
  assert.is((await house.command('designate-system-of-record', designation, steward)).status, 201);
  assert.is((await house.command('designate-system-of-record', designation, steward)).json.code, 'designation-unchanged');
});

test('each refusal of a command has its status and its code', async (world) => {
  const { house, ehr, steward, patientId } = world;
  await house.done('record-fact', fact(world, 'r1', { sourceVersion: '1' }), ehr);
  const other = allergy('91936005', { criticality: 'low' });
  const unknown = 'f6f7a2c4-0000-4000-8000-000000000001';
  const cases: readonly (readonly [number, string, string, object, string])[] = [
    [403, 'not-permitted', 'record-fact', fact(world, 'x'), steward],
    [403, 'unknown-source', 'record-fact', fact(world, 'x'), await house.token('source', 'stranger')],
    [409, 'source-exists', 'register-source', { sourceId: 'ehr', displayName: 'Other', kind: 'ehr' }, steward],
    [409, 'source-not-suspended', 'reinstate-source', { sourceId: 'ehr', reason: 'x' }, steward],
    [403, 'unknown-source', 'suspend-source', { sourceId: 'stranger', reason: 'x' }, steward],
    [404, 'unknown-patient', 'record-fact', fact(world, 'x', { patientId: unknown }), ehr],
    [422, 'patient-required', 'record-fact', fact(world, 'x', { patientId: undefined }), ehr],
    [404, 'unknown-fact', 'correct-fact', { ...fact(world, 'never'), reason: 'correction' }, ehr],
    [409, 'source-version-conflict', 'record-fact', fact(world, 'r1', { sourceVersion: '1', resource: other }), ehr],
    [
      409,
      'category-changed',
      'correct-fact',
      { ...fact(world, 'r1', { resource: { resourceType: 'Condition', subject: { reference: 'Patient/1' } } }), reason: 'correction' },
      ehr,
    ],
    [422, 'unsupported-resource', 'record-fact', fact(world, 'x', { resource: person() }), ehr],
    [422, 'invalid-date', 'record-fact', fact(world, 'x', { resource: allergy('1', { onsetDateTime: '1066-10-14' }) }), ehr],
    [422, 'invalid-resource', 'record-fact', fact(world, 'x', { resource: { resourceType: 'AllergyIntolerance' } }), ehr],
    [422, 'invalid-command', 'record-fact', { ...fact(world, 'x'), extra: 1 }, ehr],
    [404, 'unknown-command', 'erase-everything', {}, ehr],
    [409, 'fact-retracted', 'correct-fact', { ...fact(world, 'r2'), reason: 'correction' }, ehr],
  ];
  await house.done('record-fact', fact(world, 'r2'), ehr);
  await house.done('retract-fact', { patientId, sourceRecordId: 'r2', reason: 'duplicate' }, ehr);
  for (const [status, code, name, body, token] of cases) {
    const answer = await house.command(name, body, token);
    assert.equal([answer.status, answer.json.code], [status, code], `${name}: ${answer.text}`);
    assert.match(String(answer.headers['content-type']), 'application/problem+json');
  }
});

test('bodies that are no JSON object in UTF-8 are refused before anything is read of them', async (world) => {
  const { house, ehr } = world;
  const cases: readonly (readonly [number, string, string | Buffer])[] = [
    [400, 'invalid-json', '{"a":'],
    [400, 'invalid-json', ''],
    [400, 'invalid-json', '[]'],
    [400, 'invalid-json', 'null'],
    [400, 'invalid-json', '\ufeff{}'],
    [400, 'duplicate-member', '{"reason":"a","reason":"b"}'],
    [400, 'duplicate-member', '{"resource":{"resourceType":"A","id":"1","id":"2"}}'],
    [400, 'invalid-text', '{"reason":"\\u0000"}'],
    [400, 'invalid-text', '{"reason":"\\ud800"}'],
    [400, 'invalid-text', '{"__proto__":{}}'],
    [400, 'invalid-text', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    [400, 'too-deep', `{"resource":${'['.repeat(100)}${']'.repeat(100)}}`],
    [413, 'too-large', `{"reason":"${'x'.repeat(1024 * 1024)}"}`],
  ];
  for (const [status, code, body] of cases) {
    const answer = await house.command('record-fact', body, ehr);
    assert.equal([answer.status, answer.json.code], [status, code], body.toString().slice(0, 60));
  }
  for (const type of ['text/plain', 'application/xml']) {
    assert.is((await house.command('record-fact', '{}', ehr, { 'content-type': type })).json.code, 'unsupported-media-type');
  }
  assert.is((await house.ask('POST', '/v1/commands', ehr, { 'content-type': 'text/plain' }, 'x')).json.code, 'unsupported-media-type');
});

test('a body of another FHIR content type is the same JSON', async (world) => {
  const answer = await world.house.command('record-fact', fact(world, 'fhir-json'), world.ehr, { 'content-type': 'application/fhir+json' });
  assert.is(answer.status, 201);
});

test('If-Match refuses a stream that has moved on, and headers of another form are refused', async (world) => {
  const { house, ehr } = world;
  const { json } = await house.command('record-fact', fact(world, 'm1'), ehr);
  const send = (record: string, headers: Record<string, string>) => house.command('record-fact', fact(world, record), ehr, headers);
  assert.is((await send('m2', { 'if-match': `"${json.revision}"` })).status, 201);
  const stale = await send('m3', { 'if-match': String(json.revision) });
  assert.equal([stale.status, stale.json.code], [412, 'stale-revision']);
  for (const bad of ['*', '"x"', '-1', '""', '1.5', `${'9'.repeat(16)}`])
    assert.is((await send('m4', { 'if-match': bad })).json.code, 'invalid-parameter', bad);
  for (const bad of ['', 'a b', 'é', 'x'.repeat(201)]) assert.is((await send('m4', { 'idempotency-key': bad })).json.code, 'invalid-parameter', bad);
});

test('an Idempotency-Key gives the first receipt again, and stands for one command', async (world) => {
  const { house, ehr } = world;
  const headers = { 'idempotency-key': 'key-1' };
  const first = await house.command('record-fact', fact(world, 'k1'), ehr, headers);
  const again = await house.command('record-fact', fact(world, 'k1'), ehr, headers);
  assert.equal([first.status, again.status, again.json.eventIds], [201, 200, first.json.eventIds]);
  const other = await house.command('record-fact', fact(world, 'k2'), ehr, headers);
  assert.equal([other.status, other.json.code], [422, 'idempotency-key-reused']);
});

test('the trace id of the caller is the correlation id of the event and of the answer', async (world) => {
  const { house, ehr } = world;
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const answer = await house.command('record-fact', fact(world, 't1'), ehr, { traceparent });
  const id = '4bf92f35-77b3-4da6-a3ce-929d0e0e4736';
  assert.is(answer.headers['correlation-id'], id);
  const [stored] = await house.ledger.services.store.readStream(answer.json.stream, { from: answer.json.revision, limit: 1 });
  assert.is(stored?.event.correlationId, id);
  const bad = await house.command('record-fact', {}, ehr, { traceparent: '00-zz-00-01' });
  assert.match(bad.json.correlationId, /^[0-9a-f-]{36}$/);
  assert.is(bad.json.correlationId, bad.headers['correlation-id']);
});

test('a suspended source may not write until it is reinstated', async (world) => {
  const { house, steward } = world;
  const pharmacy = await house.source('pharmacy');
  await house.done('suspend-source', { sourceId: 'pharmacy', reason: 'floods' }, steward);
  const refused = await house.command('record-fact', fact(world, 's1'), pharmacy);
  assert.equal([refused.status, refused.json.code], [403, 'source-suspended']);
  await house.done('reinstate-source', { sourceId: 'pharmacy', reason: 'repaired' }, steward);
  assert.is((await house.command('record-fact', fact(world, 's1'), pharmacy)).status, 201);
});

test("another tenant's patient is unknown, whatever is asked", async (world) => {
  const { house, patientId } = world;
  const foreign = await house.source('ehr', 'other');
  assert.is((await house.command('record-fact', fact(world, 'f1'), foreign)).json.code, 'unknown-patient');
  const clinician = await house.token('clinician', 'dr-1', { tenant: 'other' });
  for (const side of ['record', 'history', 'lineage', 'conflicts']) {
    const answer = await house.get(`/v1/patients/${patientId}/${side}`, clinician);
    assert.equal([answer.status, answer.json.code], [404, 'unknown-patient'], side);
  }
});

test.run();
