import { randomUUID } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { WrappedSecret } from '../../../adapters/keys/key-store.js';
import type { EventOf, LedgerEvent, Recorded } from '../../../schemas/catalogue.js';
import { allergy, House, person } from './house.js';

interface World {
  house: House;
  ehr: string;
  patientId: string;
}

type Quarantined = EventOf<'input-quarantined'>;

const test = suite<World>('POST /v1/commands', {} as World);

test.before(async (world) => {
  Object.assign(world, await House.withPatient());
});
test.after(({ house }) => house.close());

const line = ({ patientId }: World, record: string, more: object = {}, body: object = {}) => ({
  command: 'record-fact',
  body: { patientId, resource: allergy(), sourceRecordId: record, ...body },
  ...more,
});

test('many commands are answered one line each, in order', async (world) => {
  const count = 700;
  const { status, lines } = await world.house.bulk(
    Array.from({ length: count }, (_, n) => line(world, `many ${n}`)),
    world.ehr,
  );
  assert.is(status, 200);
  assert.equal(
    lines.map((one) => one.line),
    Array.from({ length: count }, (_, n) => n + 1),
  );
  assert.ok(lines.every((one) => one.status === 201 && one.receipt.patientId === world.patientId));
  const again = await world.house.bulk(
    Array.from({ length: count }, (_, n) => line(world, `many ${n}`)),
    world.ehr,
  );
  assert.ok(again.lines.every((one, n) => one.status === 200 && one.receipt.eventIds[0] === lines[n].receipt.eventIds[0]));
});

test('a bad line stops nothing', async (world) => {
  const bad: readonly (readonly [number, string, object | string])[] = [
    [400, 'invalid-json', '{"command":'],
    [400, 'invalid-json', '[]'],
    [400, 'duplicate-member', '{"command":"a","command":"b"}'],
    [422, 'invalid-command', { body: {} }],
    [422, 'invalid-command', { command: 'record-fact' }],
    [422, 'invalid-command', line(world, 'x', { extra: 1 })],
    [422, 'invalid-command', line(world, 'x', { idempotencyKey: '' })],
    [422, 'invalid-command', line(world, 'x', { idempotencyKey: 7 })],
    [422, 'invalid-command', line(world, 'x', { ifMatch: -1 })],
    [422, 'invalid-command', line(world, 'x', { ifMatch: '1' })],
    [422, 'invalid-command', line(world, 'x', {}, { patientId: 'not an id' })],
    [404, 'unknown-command', { command: 'erase-everything', body: {} }],
    [422, 'invalid-resource', line(world, 'x', {}, { resource: { resourceType: 'Observation' } })],
    [404, 'unknown-patient', line(world, 'x', {}, { patientId: 'f6f7a2c4-0000-4000-8000-000000000001' })],
    [403, 'not-permitted', { command: 'register-source', body: { sourceId: 'x', displayName: 'x', kind: 'ehr' } }],
    [413, 'too-large', line(world, 'x'.repeat(1024 * 1024))],
    [412, 'stale-revision', line(world, 'x', { ifMatch: 0 })],
  ];
  const { lines } = await world.house.bulk(
    bad.flatMap(([, , one], n) => [one, line(world, `fine ${n}`)]),
    world.ehr,
  );
  assert.equal(
    lines.map((one) => [one.status, one.problem?.code]),
    bad.flatMap(([status, code]) => [
      [status, code],
      [201, undefined],
    ]),
  );
});

test('blank lines are passed over, and bytes that are no UTF-8 refused', async (world) => {
  const body = Buffer.concat([
    Buffer.from(`\n${JSON.stringify(line(world, 'u1'))}\n\n`),
    Buffer.from([0xff, 0x0a]),
    Buffer.from(JSON.stringify(line(world, 'u2'))),
  ]);
  const { lines } = await world.house.bulk(body, world.ehr);
  assert.equal(
    lines.map((one) => one.problem?.code ?? one.status),
    [201, 'invalid-text', 201],
  );
});

test('keys and expected revisions count for each line', async (world) => {
  const { lines } = await world.house.bulk(
    [line(world, 'k1', { idempotencyKey: 'k' }), line(world, 'k1', { idempotencyKey: 'k' }), line(world, 'k2', { idempotencyKey: 'k' })],
    world.ehr,
  );
  assert.equal(lines.map((one) => one.problem?.code ?? one.status).sort(), [200, 201, 'idempotency-key-reused']);
  const { revision } = (await world.house.bulk([line(world, 'i1')], world.ehr)).lines[0].receipt;
  const next = await world.house.bulk([line(world, 'i2', { ifMatch: revision })], world.ehr);
  assert.is(next.lines[0].status, 201);
});

test('what a source wrote is sealed as it was written, in a line too', async (world) => {
  const { house, ehr } = world;
  const { patientId } = await house.done('register-patient', { resource: person(), sourceRecordId: 'p2' }, ehr);
  const text = `{"command":"record-fact","body":{"patientId":"${patientId}","sourceRecordId":"w1","resource":{"resourceType":"Observation","status":"final","code":{"text":"w"},"valueQuantity":{"value":7.00}}}}`;
  const { lines } = await house.bulk([text], ehr);
  const history = await house.get(`/v1/patients/${patientId}/history?category=observations`, await house.token('clinician'));
  assert.is(lines[0].status, 201);
  assert.ok(history.text.includes('"valueQuantity":{"value":7.00}'));
});

test('with Prefer: handling=quarantine refused lines are kept, sealed, with their reason', async (world) => {
  const { house, ehr } = world;
  const bad = ['{"resourceType":"Observation", "broken', line(world, 'q', {}, { resource: { resourceType: 'Observation' } })];
  const headers = { prefer: 'respond-async, handling=quarantine' };
  const first = await house.bulk([...bad, line(world, 'q2')], ehr, headers);
  assert.equal(
    first.lines.map((one) => [one.status, one.quarantined?.repeated]),
    [
      [400, false],
      [422, false],
      [201, undefined],
    ],
  );
  const again = await house.bulk(bad, ehr, headers);
  assert.equal(
    again.lines.map((one) => one.quarantined.repeated),
    [true, true],
  );
  const { json } = await house.get('/v1/quarantine?source=ehr', await house.token('privacy-officer'));
  assert.equal(
    json.quarantine.map((one: { code: string; resourceType: string; input: string }) => [one.code, one.resourceType, one.input]),
    [
      ['invalid-json', 'Observation', bad[0]],
      ['invalid-resource', 'Observation', JSON.stringify(bad[1])],
    ],
  );
});

test('a line of before, under the tenant’s keys, opens still; one whose keys were destroyed is listed without', async ({ house }) => {
  const old = await house.source('old');
  await house.bulk(['{"now', '{"gone'], old, { prefer: 'handling=quarantine' });
  const { store, keys, keyring } = house.ledger.services;
  const [kept, gone] = (await store.readStream('acme.quarantine-old', { limit: 2 })) as [Recorded<Quarantined>, Recorded<Quarantined>];
  const before: LedgerEvent = { ...kept.event, id: randomUUID(), data: { ...kept.event.data, sealedUnder: 'tenant' } };
  const ring = await keys.usedBy({ subject: 'tester', purpose: 'SYSADMIN', reason: 'test' }).tenantRing('acme');
  const sealed = await ring.seal({ stream: before.stream, eventId: before.id, name: 'content', scope: 'quarantine' }, '{"before');
  await store.append(before.stream, 1, [{ ...before, sealed: [sealed] }]);
  await keyring.keyStore.erase('acme', `input/${gone.event.data.inputToken}`);
  const { json } = await house.get('/v1/quarantine?source=old', await house.token('privacy-officer'));
  assert.equal(
    json.quarantine.map(({ input, destroyed }: Record<string, unknown>) => [input, destroyed]),
    [
      ['{"now', undefined],
      [undefined, true],
      ['{"before', undefined],
    ],
  );
  const steward = await house.get('/v1/quarantine?source=old', await house.token('steward'));
  assert.equal(
    steward.json.quarantine.map(({ withheld }: Record<string, unknown>) => withheld),
    [true, undefined, undefined],
    'what is no JSON may hold anything, and is for who holds all',
  );
});

test('a line that is damaged is told, and hides no other', async ({ house }) => {
  const lines = await house.source('lines');
  await house.bulk(['{"one', '{"two'], lines, { prefer: 'handling=quarantine' });
  const { store } = house.ledger.services;
  const [, two] = (await store.readStream('acme.quarantine-lines', { limit: 2 })) as [Recorded, Recorded];
  const { keyring } = house.ledger.services;
  const owner = `input/${(two.event as Quarantined).data.inputToken}`;
  const [secret] = (await keyring.keyStore.secrets('acme', owner)) as [WrappedSecret];
  await keyring.keyStore.rewrap([{ ...secret, fromKekId: secret.kekId, wrapped: 'AAAA', state: null }]);
  const { json, headers } = await house.get('/v1/quarantine?source=lines', await house.token('privacy-officer'));
  assert.equal([json.quarantine[0].input, json.quarantine[1].damage.code, json.incomplete.unreadable], ['{"one', 'key-unreadable', 1]);
  assert.is(headers['unreadable-events'], '1');
});

test('a word that only looks like a FHIR type is not kept in clear', async ({ house, ehr }) => {
  await house.bulk(['{"resourceType":"Vandermeer", "broken'], ehr, { prefer: 'handling=quarantine' });
  const { text } = await house.get('/v1/quarantine?source=ehr', await house.token('auditor'));
  assert.not.match(text, 'Vandermeer');
});

test('who may not fill the quarantine does not', async ({ house }) => {
  const { lines } = await house.bulk(['broken'], await house.token('source', 'stranger'), { prefer: 'handling=quarantine' });
  assert.equal([lines[0].status, lines[0].quarantined], [400, undefined]);
});

test('an empty body has no answers, and no token no stream', async ({ house, ehr }) => {
  assert.equal((await house.bulk([], ehr)).lines, []);
  const { status, problem } = await house.bulk(['x'], null);
  assert.equal([status, problem.code], [401, 'not-authenticated']);
});

test.run();
