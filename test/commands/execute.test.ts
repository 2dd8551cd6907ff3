import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Caller } from '../../commands/request.js';
import { allergy, codeOf, type Desk, openDesk, person } from './desk.js';
import { faultOf, gate, settled, WatchedEventStore } from './stores.js';

interface World {
  store: WatchedEventStore;
  desk: Desk;
  ehr: Caller;
  patientId: string;
  stream: string;
}

const test = suite<World>('the write path', {} as World);

test.before.each(async (world) => {
  const store = new WatchedEventStore();
  const desk = await openDesk(store);
  const ehr = await desk.source('ehr');
  const { patientId, receipt } = await desk.done(ehr, 'register-patient', { resource: person(), sourceRecordId: 'p1' });
  Object.assign(world, { store, desk, ehr, patientId, stream: receipt.stream });
});
test.after.each(({ desk }) => desk.close());

const fact = ({ patientId }: World, record: string, more: object = {}) => ({
  patientId,
  resource: allergy(),
  sourceRecordId: record,
  sourceVersion: '1',
  ...more,
});
const record = (world: World, name: string, sent = {}, desk = world.desk) => desk.send(world.ehr, 'record-fact', fact(world, name), sent);

/** Another process writes to the patient just before the next append of this one. */
function raced(world: World, other: Desk, times = 1): void {
  let left = times;
  world.store.beforeAppend = async ({ stream }) => {
    if (stream !== world.stream || left === 0) return;
    left -= 1;
    const { beforeAppend } = world.store;
    world.store.beforeAppend = async () => undefined;
    await other.done(world.ehr, 'record-fact', fact(world, `by another ${left}`));
    world.store.beforeAppend = beforeAppend;
  };
}

test('a receipt says which events, where, and up to which position', async (world) => {
  const { receipt } = await world.desk.done(world.ehr, 'record-fact', fact(world, 'a1'));
  const [stored] = await world.store.readStream(world.stream, { from: receipt.revision, limit: 1 });
  assert.equal([stored?.event.id], receipt.eventIds);
  assert.equal([receipt.stream, receipt.revision, receipt.position, receipt.logIndex], [world.stream, 1, stored?.position, Number(stored?.position) - 1]);
});

test('commands for one stream that wait together are one append, each answered from its place', async (world) => {
  const names = ['a1', 'a2', 'a3'];
  const outcomes = await Promise.all(names.map((name) => record(world, name)));
  assert.equal(world.store.appends.at(-1), { stream: world.stream, expected: 0, count: 3 });
  assert.equal(
    outcomes.map((outcome) => outcome.kind === 'done' && outcome.receipt.revision),
    [1, 2, 3],
  );
});

test('a repeat inside one batch is answered with the event that the same append brings', async (world) => {
  const outcomes = await Promise.all([record(world, 'a1'), record(world, 'a1'), record(world, 'a2')]);
  assert.equal(outcomes.map(codeOf), ['recorded', 'repeated', 'recorded']);
  const [first, second] = outcomes.map((outcome) => (outcome.kind === 'done' ? outcome.receipt : null));
  assert.equal(second, first);
});

test('a repeat after a restart is answered with the first receipt', async (world) => {
  const first = await world.desk.done(world.ehr, 'record-fact', fact(world, 'a1'));
  const again = await world.desk.another().done(world.ehr, 'record-fact', fact(world, 'a1'));
  assert.equal([again.repeated, again.receipt], [true, first.receipt]);
});

test('a lost race is decided again on what the stream has become', async (world) => {
  const other = world.desk.another();
  raced(world, other);
  const outcome = await world.desk.done(world.ehr, 'record-fact', fact(world, 'mine'));
  assert.is(outcome.receipt.revision, 2);
  raced(world, other, 5);
  assert.is(codeOf(await record(world, 'mine too')), 'recorded');
});

test('a race that another process won with the same command is a repeat', async (world) => {
  const other = world.desk.another();
  let once = true;
  world.store.beforeAppend = async () => {
    if (!once) return;
    once = false;
    await other.done(world.ehr, 'record-fact', fact(world, 'same'));
  };
  assert.is(codeOf(await record(world, 'same')), 'repeated');
  assert.is((await world.store.readStream(world.stream, { limit: 10 })).length, 2);
});

test('races without end are given up as overload, and nothing was recorded', async (world) => {
  raced(world, world.desk.another(), 1000);
  assert.is(await faultOf(record(world, 'mine')), 'overloaded');
});

test('with If-Match a lost race is refused instead', async (world) => {
  raced(world, world.desk.another());
  assert.is(codeOf(await record(world, 'mine', { expected: 0 })), 'stale-revision');
  assert.is(codeOf(await record(world, 'mine', { expected: 1 })), 'recorded');
  assert.is(codeOf(await record(world, 'other', { expected: 1 })), 'stale-revision');
  assert.is(codeOf(await record(world, 'other', { expected: 99 })), 'stale-revision');
});

test('a refusal that rests on a stale state is looked at again before it is given', async (world) => {
  const other = world.desk.another();
  const correction = { ...fact(world, 'a1', { resource: allergy('91936005', { criticality: 'low' }) }), reason: 'correction' };
  assert.is(codeOf(await world.desk.send(world.ehr, 'correct-fact', correction)), 'unknown-fact');
  await other.done(world.ehr, 'record-fact', fact(world, 'a1'));
  assert.is(codeOf(await world.desk.send(world.ehr, 'correct-fact', correction)), 'recorded');
});

test('If-Match holds against what another process wrote', async (world) => {
  await world.desk.another().done(world.ehr, 'record-fact', fact(world, 'a1'));
  assert.is(codeOf(await record(world, 'a2', { expected: 1 })), 'recorded');
});

test('one refused command of a batch does not stop the others', async (world) => {
  const outcomes = await Promise.all([record(world, 'a1'), record(world, 'a2', { expected: 99 }), record(world, 'a3')]);
  assert.equal(outcomes.map(codeOf), ['recorded', 'stale-revision', 'recorded']);
});

test('a fault meets all of the batch, the state is forgotten, and the retry is recorded once', async (world) => {
  world.store.fail('store-unavailable');
  const faults = await Promise.all([record(world, 'a1'), record(world, 'a2')].map(faultOf));
  assert.equal(faults, ['store-unavailable', 'store-unavailable']);
  assert.equal((await Promise.all([record(world, 'a1'), record(world, 'a2')])).map(codeOf), ['recorded', 'recorded']);
  assert.is((await world.store.readStream(world.stream, { limit: 10 })).length, 3);
});

test('an Idempotency-Key gives the first receipt again, for the same command only', async (world) => {
  const body = fact(world, 'a1', { sourceVersion: undefined });
  const first = await world.desk.done(world.ehr, 'record-fact', body, { key: 'k-1' });
  const again = await world.desk.done(world.ehr, 'record-fact', body, { key: 'k-1' });
  assert.equal([again.repeated, again.receipt], [true, first.receipt]);
  assert.is(codeOf(await world.desk.send(world.ehr, 'record-fact', fact(world, 'a2'), { key: 'k-1' })), 'idempotency-key-reused');
  const retraction = { patientId: world.patientId, sourceRecordId: 'a1', reason: 'duplicate' };
  assert.is(codeOf(await world.desk.send(world.ehr, 'retract-fact', retraction, { key: 'k-1' })), 'idempotency-key-reused');
});

test('an Idempotency-Key is held to one command in whichever stream and process it comes', async (world) => {
  await world.desk.done(world.ehr, 'record-fact', fact(world, 'a1'), { key: 'k-1' });
  const newborn = { resource: person({ birthDate: '2026-01-01' }), sourceRecordId: 'p2' };
  assert.is(codeOf(await world.desk.another().send(world.ehr, 'register-patient', newborn, { key: 'k-1' })), 'idempotency-key-reused');
  const lis = await world.desk.source('lis');
  assert.is(codeOf(await world.desk.send(lis, 'record-fact', fact(world, 'l1'), { key: 'k-1' })), 'recorded');
});

test('two commands under one key in one batch are one event', async (world) => {
  const outcomes = await Promise.all([record(world, 'a1', { key: 'k' }), record(world, 'a1', { key: 'k' })]);
  assert.equal(outcomes.map(codeOf).sort(), ['recorded', 'repeated']);
});

test('a key is known again after a restart, from the stream alone', async (world) => {
  const first = await world.desk.done(world.ehr, 'record-fact', fact(world, 'a1'), { key: 'k-1' });
  await world.desk.done(world.ehr, 'record-fact', fact(world, 'a2'));
  const again = await world.desk.another().done(world.ehr, 'record-fact', fact(world, 'a1'), { key: 'k-1' });
  assert.equal([again.repeated, again.receipt], [true, first.receipt]);
});

test('content is sealed before it goes to the store, and events carry who and why', async (world) => {
  await world.desk.done(world.ehr, 'record-fact', fact(world, 'a1'));
  const [stored] = await world.store.readStream(world.stream, { from: 1, limit: 1 });
  const text = JSON.stringify(stored);
  for (const clear of ['91936005', 'Lovelace', '"a1"', 'criticality']) assert.not.ok(text.includes(clear), clear);
  assert.equal(
    [stored?.event.actor.subject, stored?.event.purpose, stored?.event.tenant, stored?.event.recordedAt],
    ['ehr', 'TREAT', 'acme', world.desk.clock.now()],
  );
});

test('a long stream is folded page by page, and the least recently used state gives way', async (world) => {
  const many = Array.from({ length: 1100 }, (_, n) => record(world, `r${n}`));
  await Promise.all(many);
  const other = world.desk.another();
  assert.is(codeOf(await record(world, 'r1099', {}, other)), 'repeated');
  other.states.keep('a giant', { state: {}, revision: 600_000, answered: new Map(), positions: [] });
  assert.is(other.states.cached(world.stream), undefined);
  assert.is(codeOf(await record(world, 'r5', {}, other)), 'repeated');
});

test('commands wait for the append that is under way, and then go together', async (world) => {
  const { opened, open } = gate();
  let first = true;
  world.store.beforeAppend = async () => {
    if (!first) return;
    first = false;
    await opened;
  };
  const before = world.store.appends.length;
  const one = record(world, 'a1');
  await settled();
  const more = ['a2', 'a3', 'a4'].map((name) => record(world, name));
  await settled();
  open();
  await Promise.all([one, ...more]);
  assert.equal(
    world.store.appends.slice(before).map(({ count }) => count),
    [1, 3],
  );
});

test.run();
