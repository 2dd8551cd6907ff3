import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { databaseOf } from '../../../adapters/mongodb/connect.js';
import { MongoKeyStore } from '../../../adapters/mongodb/key-store.js';
import { MongoReadModels } from '../../../adapters/mongodb/read-models.js';
import { firstAfterPrefix } from '../../../adapters/mongodb/rows.js';
import { faultCode, sleep } from '../../contracts/helpers.js';
import { MongoWire } from '../../support/mongo-wire/server.js';
import { closeOnWire, MODEL, type Opened, openOnWire, QUICK, row, saveRows } from './opened.js';

const test = suite<Opened>('MongoDB adapters: when something goes wrong');
test.before.each(async (context) => void Object.assign(context, await openOnWire(QUICK)));
test.after.each(closeOnWire);

const TRANSIENT = { code: 112, labels: ['TransientTransactionError'] };

async function bounded<T>(work: Promise<T>): Promise<T> {
  const from = performance.now();
  const result = await work;
  assert.ok(performance.now() - from < 3000, 'bounded in time');
  return result;
}

test('a save that meets a write conflict is done again, and happens once', async (context) => {
  context.wire.mishap({ command: 'update', times: 1, error: TRANSIENT });
  context.wire.mishap({ command: 'commitTransaction', times: 1, error: TRANSIENT });
  await saveRows(context, [row('a', { n: 1 }, ['x'])], 4);
  assert.equal(await context.models.keysByIndex(MODEL, ['x']), [['a']]);
  assert.equal(await context.models.checkpoint(MODEL), { position: '4', events: 4, version: 1 });
});

test('a save whose conflicts do not end is given up within its time, and nothing of it is there', async (context) => {
  context.wire.mishap({ command: 'commitTransaction', times: 10_000, error: TRANSIENT });
  assert.is(await bounded(faultCode(saveRows(context, [row('a')]))), 'read-models-unavailable');
  assert.equal(await context.models.get(MODEL, ['a']), [undefined]);
  const tried = context.wire.log.length;
  await sleep(700);
  assert.ok(context.wire.log.length - tried < 5, 'it does not go on in the background');
});

test('a commit whose answer is lost is asked for again', async (context) => {
  context.wire.mishap({ command: 'commitTransaction', times: 1, hangUp: 'after' });
  await saveRows(context, [row('a')], 9);
  assert.equal(await context.other.checkpoint(MODEL), { position: '9', events: 9, version: 1 });
});

test('a lease whose answer is lost is the same lease when it is asked for again', async ({ wire, models, generation, fence }) => {
  wire.mishap({ command: 'findAndModify', times: 1, hangUp: 'after' });
  assert.is(await models.lease(MODEL, generation, 'me', 60_000), fence);
});

test('a full disk is told apart', async (context) => {
  context.wire.mishap({ command: 'update', times: 1, error: { code: 14_031 } });
  assert.is(await faultCode(saveRows(context, [row('a')])), 'store-full');
});

test('a row that no document can hold is refused, and the save with it', async (context) => {
  const huge = row('huge', 'x'.repeat(16 * 1024 * 1024));
  assert.is(await faultCode(saveRows(context, [row('a'), huge])), 'read-models-unavailable');
  assert.equal(await context.models.get(MODEL, ['a']), [undefined]);
});

test('a server that does not answer is a fault within the time of a call', async (context) => {
  for (const command of ['find', 'findAndModify', 'update']) context.wire.mishap({ command, times: 1, meanwhile: () => sleep(5000) });
  const calls = [context.models.get(MODEL, ['a']), context.models.lease(MODEL, context.generation, 'me', 1000), saveRows(context, [row('a')])];
  assert.equal(await bounded(Promise.all(calls.map(faultCode))), Array(3).fill('read-models-unavailable'));
});

test('a server that is gone is a fault within the time of a call, for each call', async (context) => {
  const { wire, models, generation } = context;
  const keys = await MongoKeyStore.connect(wire.url('ledger'), QUICK);
  await wire.stop();
  const calls = [
    models.get(MODEL, ['a']),
    models.generations(MODEL),
    models.begin(MODEL),
    models.activate(MODEL, 7),
    models.lease(MODEL, generation, 'me', 1),
    saveRows(context, []),
  ];
  assert.equal(
    await bounded(Promise.all(calls.map(faultCode))),
    calls.map(() => 'read-models-unavailable'),
  );
  const asked = [keys.secrets('north', 'p1'), keys.erase('north', 'p1'), keys.claim('north', 'token', 'p1', null)];
  assert.equal(
    await bounded(Promise.all(asked.map(faultCode))),
    asked.map(() => 'keys-unavailable'),
  );
  assert.is(await bounded(faultCode(MongoReadModels.connect(wire.url('ledger'), QUICK))), 'read-models-unavailable');
  await keys.close();
});

test('a claim whose commit is lost, or met another, is settled by asking again', async ({ wire }) => {
  const keys = await MongoKeyStore.connect(wire.url('ledger'), QUICK);
  const secret = {
    tenant: 'north',
    owner: 'p1',
    keyId: 'k',
    generation: 1,
    kekId: 'kek',
    wrapped: 'w',
    state: 'active',
    createdAt: '2026-01-01T00:00:00Z',
  } as const;
  wire.mishap({ command: 'commitTransaction', times: 1, hangUp: 'after' });
  wire.mishap({ command: 'findAndModify', times: 1, error: TRANSIENT });
  assert.is(await keys.claim('north', 'token', 'p1', secret), 'p1');
  assert.equal(await keys.secrets('north', 'p1'), [secret]);
  await keys.close();
});

test('a MongoDB that is no replica set is refused at the start, in words for the operator', async () => {
  const wire = await MongoWire.start();
  wire.alone = true;
  try {
    await MongoReadModels.connect(wire.url('ledger'), QUICK);
    assert.unreachable();
  } catch (fault) {
    assert.match(String((fault as Error).cause), /replica set/);
  }
  await wire.stop();
});

test('the database is the one that the URL names', () => {
  assert.is(databaseOf('mongodb://h1,h2:27018/clinic?replicaSet=rs0'), 'clinic');
  assert.is(databaseOf('mongodb+srv://user:pa%2Fss@host/cl%20inic'), 'cl inic');
  for (const url of ['mongodb://h1', 'mongodb://h1/', 'mongodb://h1/?replicaSet=rs0', 'mongodb://h1:27017,h2:27017/?a=b/c'])
    assert.is(databaseOf(url), 'clinical-ledger', url);
});

test('the end of a prefix is the least string that no longer has it', () => {
  const ends = [
    ['a', 'b'],
    ['a/', 'a0'],
    ['a\uD7FF', 'a\uE000'],
    ['a\u{10FFFF}', 'b'],
    ['\uFFFF', '\u{10000}'],
    ['\u{10FFFF}', undefined],
    ['', undefined],
  ] as const;
  for (const [prefix, end] of ends) assert.is(firstAfterPrefix(prefix), end);
});

test.run();
