import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { faultCode, rowsOf, sleep } from '../../contracts/helpers.js';
import { closeOnWire, MODEL, type Opened, openOnWire, row, saveRows } from './opened.js';

const test = suite<Opened>('read models on MongoDB: what the adapter asks of the server');
test.before.each(async (context) => void Object.assign(context, await openOnWire()));
test.after.each(closeOnWire);

test('a save is one transaction: snapshot reads, journalled by a majority, at most a thousand operations a command', async (context) => {
  await saveRows(context, rowsOf(2500));
  const { log } = context.wire;
  assert.equal(
    log.map((command) => Object.keys(command)[0]),
    ['update', 'update', 'update', 'update', 'commitTransaction'],
  );
  assert.is(log[0]?.['update'], 'leases');
  assert.is(log[0]?.['startTransaction'], true);
  assert.is(log[0]?.['readConcern'].level, 'snapshot');
  assert.equal(
    log.slice(1, 4).map(({ updates }) => updates.length),
    [1000, 1000, 500],
  );
  assert.equal(
    log.slice(1, 4).map(({ ordered, autocommit }) => [ordered, autocommit]),
    Array(3).fill([false, false]),
  );
  const concern = log[4]?.['writeConcern'];
  assert.equal([concern?.w, concern?.j], ['majority', true]);
  assert.is((await context.other.byPrefix(MODEL, '', { limit: 10_000 })).length, 2500);
});

test('a read is a snapshot read, bounded in time, along the index that the code declares', async ({ wire, models }) => {
  await models.byIndex(MODEL, 'x', { limit: 10 });
  const finds = wire.log.filter(({ find }) => find !== undefined);
  for (const { readConcern, maxTimeMS } of finds) assert.equal([readConcern.level, typeof maxTimeMS], ['snapshot', 'number']);
  assert.equal(finds.find(({ find }) => find === `rm_${MODEL}_1`)?.['hint'], { index: 1, _id: 1 });
});

test('a list longer than a batch of the server is read on to its end', async (context) => {
  await saveRows(context, rowsOf(350, ['x']));
  assert.is((await context.models.byPrefix(MODEL, 'k', { limit: 300 })).length, 300);
  assert.is((await context.models.keysByIndex(MODEL, ['x']))[0]?.length, 350);
  assert.ok(context.wire.log.some(({ getMore }) => getMore !== undefined));
});

test('a process sees its own saves although the server that answers is behind, as it may be after an election', async (context) => {
  context.wire.staleBy = 3;
  for (let n = 1; n <= 5; n++) {
    await saveRows(context, [row('a', { n })], n);
    assert.equal((await context.models.get(MODEL, ['a']))[0]?.value, { n });
    assert.equal((await context.models.get(MODEL, ['a'], context.generation))[0]?.value, { n });
    assert.equal(await context.models.checkpoint(MODEL), { position: String(n), events: n, version: 1 });
  }
});

test('a read that meets a dropped collection or an unavailable snapshot is done again', async (context) => {
  await saveRows(context, [row('a')]);
  for (const code of [175, 246, 239, 43]) {
    context.wire.mishap({ command: 'find', times: 2, error: { code } });
    assert.is((await context.other.get(MODEL, ['a']))[0]?.key, 'a', String(code));
  }
});

test('a generation that is dropped in the middle of a read does not make the model look empty', async (context) => {
  await saveRows(context, [row('a', { n: 1 })]);
  await context.other.get(MODEL, ['a']);
  const { models, wire } = context;
  const building = await models.begin(MODEL);
  const fence = (await models.lease(MODEL, building, 'me', 60_000)) as number;
  await models.save(MODEL, building, fence, { put: [row('a', { n: 2 })], remove: [], checkpoint: { position: '1', events: 1, version: 1 } });
  wire.mishap({ command: 'find', times: 1, meanwhile: () => models.activate(MODEL, building) });
  assert.equal((await context.other.get(MODEL, ['a']))[0]?.value, { n: 2 });
});

test('a takeover during a save waits for it; a save after a takeover is refused', async (context) => {
  const { wire, models, other, generation, fence } = context;
  await models.lease(MODEL, generation, 'me', 1);
  await sleep(10);
  let takeover: Promise<number | null> = Promise.resolve(null);
  const meanwhile = async () => {
    takeover = other.lease(MODEL, generation, 'you', 60_000);
    await sleep(50);
  };
  wire.mishap({ command: 'commitTransaction', times: 1, meanwhile });
  await saveRows(context, [row('a', { n: 1 })]);
  assert.is(await takeover, fence + 1);
  assert.is(await faultCode(saveRows(context, [row('a', { n: 2 })])), 'lease-lost');
  assert.equal((await models.get(MODEL, ['a']))[0]?.value, { n: 1 });
});

test('of two generations begun at once the greater is built, the other counts as begun before it', async ({ models, other, wire, generation }) => {
  const [left, right] = await Promise.all([models.begin(MODEL), other.begin(MODEL)]);
  const [lower, greater] = [Math.min(left, right), Math.max(left, right)];
  assert.equal(await models.generations(MODEL), { active: generation, building: greater });
  assert.is(await faultCode(models.lease(MODEL, lower, 'me', 1000)), 'lease-lost');
  await other.begin(MODEL);
  assert.not(wire.collections().includes(`rm_${MODEL}_${lower}`));
});

test('what a begin or a switch could not finish is dropped when the next generation begins', async ({ models, wire, generation }) => {
  wire.mishap({ command: 'commitTransaction', times: 1, error: { code: 8 } });
  assert.is(await faultCode(models.begin(MODEL)), 'read-models-unavailable');
  assert.ok(wire.collections().includes(`rm_${MODEL}_2`));
  const building = await models.begin(MODEL);
  assert.equal(
    wire.collections().filter((name) => name.startsWith('rm_')),
    [`rm_${MODEL}_1`, `rm_${MODEL}_3`],
  );
  wire.mishap({ command: 'drop', times: 1, error: { code: 8 } });
  await models.activate(MODEL, building);
  assert.ok(wire.collections().includes(`rm_${MODEL}_${generation}`));
  await models.begin(MODEL);
  assert.equal(
    wire.collections().filter((name) => name.startsWith('rm_')),
    [`rm_${MODEL}_3`, `rm_${MODEL}_4`],
  );
});

test.run();
