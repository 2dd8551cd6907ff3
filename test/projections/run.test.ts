import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MemoryReadModels } from '../../adapters/memory/read-models.js';
import { LedgerFault } from '../../domain/rejections.js';
import { runProjection } from '../../projections/run.js';
import { faultCode, sleep } from '../contracts/helpers.js';
import { eventOf } from '../support/events.js';
import { depsOf, PagedEventStore, registerSources, trailProjection, trails, until, WatchedReadModels } from '../support/projecting.js';

const test = suite('running a projection');

const toTheEnd = { signal: new AbortController().signal, untilCaughtUp: true };

/** What a run in one page, without any trouble, makes of so many sources. */
async function undisturbed(count: number): Promise<unknown> {
  const [store, models] = [new PagedEventStore(1000), new MemoryReadModels()];
  await registerSources(store, 0, count);
  const generation = await models.begin('trail');
  await runProjection(depsOf(store, models), trailProjection, generation, toTheEnd);
  return trails(models, generation);
}

test('the result does not depend on where pages end', async () => {
  const expected = await undisturbed(60);
  for (const pageEvents of [1, 2, 7, 59, 60, 61]) {
    const [store, models] = [new PagedEventStore(pageEvents), new MemoryReadModels()];
    await registerSources(store, 0, 60);
    const generation = await models.begin('trail');
    await runProjection(depsOf(store, models), trailProjection, generation, toTheEnd);
    assert.equal(await trails(models, generation), expected, `pages of ${pageEvents}`);
    assert.equal(await models.checkpoint('trail', generation), { position: '60', events: 60, version: 1 });
  }
});

test('a run takes up where the checkpoint stands, and applies only what is new', async () => {
  const [store, models] = [new PagedEventStore(10), new WatchedReadModels()];
  const generation = await models.begin('trail');
  await registerSources(store, 0, 25);
  await runProjection(depsOf(store, models), trailProjection, generation, toTheEnd);
  await registerSources(store, 25, 35);
  const second = depsOf(store, models);
  await runProjection(second, trailProjection, generation, toTheEnd);
  assert.equal(await trails(models, generation), await undisturbed(60));
  assert.equal(second.reports[0], { model: 'trail', generation, through: '25', events: 25, caughtUp: false, building: true });
  assert.equal(second.reports.at(-1), { model: 'trail', generation, through: '60', events: 60, caughtUp: true, building: true });
});

test('a page whose save happened although it seemed to fail changes nothing when it comes again', async () => {
  const [store, models] = [new PagedEventStore(7), new WatchedReadModels()];
  const generation = await models.begin('trail');
  await registerSources(store, 0, 40);
  models.afterSave = async () => {
    if (models.saves.length % 2 === 1) throw new LedgerFault('read-models-unavailable');
  };
  let faults = 0;
  for (let attempts = 0; attempts < 20; attempts++) {
    if ((await faultCode(runProjection(depsOf(store, models), trailProjection, generation, toTheEnd))) === 'read-models-unavailable') faults += 1;
  }
  assert.ok(faults >= 3);
  assert.equal(await trails(models, generation), await undisturbed(40));
  assert.equal(await models.checkpoint('trail', generation), { position: '40', events: 40, version: 1 });
});

test('a page whose save did not happen is applied when it comes again', async () => {
  const [store, models] = [new PagedEventStore(7), new WatchedReadModels()];
  const generation = await models.begin('trail');
  await registerSources(store, 0, 40);
  let calls = 0;
  models.beforeSave = async () => {
    if (calls++ % 3 === 1) throw new LedgerFault('read-models-unavailable');
  };
  for (let attempts = 0; attempts < 8; attempts++) await faultCode(runProjection(depsOf(store, models), trailProjection, generation, toTheEnd));
  assert.equal(await trails(models, generation), await undisturbed(40));
});

test('rows that are ahead of the checkpoint are left as they are', async () => {
  const [store, models] = [new PagedEventStore(100), new MemoryReadModels()];
  const generation = await models.begin('trail');
  await registerSources(store, 0, 30);
  await runProjection(depsOf(store, models), trailProjection, generation, toTheEnd);
  const expected = await trails(models, generation);
  const fence = (await models.lease('trail', generation, 'me', 60_000)) as number;
  await models.save('trail', generation, fence, { put: [], remove: [], checkpoint: { position: '12', events: 12, version: 1 } });
  await runProjection(depsOf(store, models), trailProjection, generation, toTheEnd);
  assert.equal(await trails(models, generation), expected);
});

test('an empty log is caught up with at once, and so is one in which nothing is new', async () => {
  const [store, models] = [new PagedEventStore(10), new MemoryReadModels()];
  const generation = await models.begin('trail');
  const empty = depsOf(store, models);
  await runProjection(empty, trailProjection, generation, toTheEnd);
  assert.equal(empty.reports, [{ model: 'trail', generation, through: null, events: 0, caughtUp: true, building: true }]);
  await registerSources(store, 0, 3);
  await runProjection(depsOf(store, models), trailProjection, generation, toTheEnd);
  const again = depsOf(store, models);
  await runProjection(again, trailProjection, generation, toTheEnd);
  assert.equal(again.reports, [{ model: 'trail', generation, through: '3', events: 3, caughtUp: true, building: true }]);
});

test('events of other types move the checkpoint and no row', async () => {
  const [store, models] = [new PagedEventStore(10), new WatchedReadModels()];
  const generation = await models.begin('trail');
  await store.append('test.access-1', 'none', [eventOf('access-recorded', { stream: 'test.access-1' })]);
  const deps = depsOf(store, models);
  await runProjection(deps, trailProjection, generation, toTheEnd);
  assert.equal(models.saves, [{ put: [], remove: [], checkpoint: { position: '1', events: 0, version: 1 } }]);
  assert.is(deps.reports.at(-1)?.through, '1');
});

test('a page is prepared before it is projected', async () => {
  const [store, models] = [new PagedEventStore(4), new MemoryReadModels()];
  const generation = await models.begin('trail');
  await registerSources(store, 0, 10);
  const prepared: number[] = [];
  const prepare = async (page: readonly unknown[]) => void prepared.push(page.length);
  await runProjection({ ...depsOf(store, models), prepare }, trailProjection, generation, toTheEnd);
  assert.equal(prepared, [4, 4, 2]);
});

test('a live run follows the log, and ends when it is told to', async () => {
  const [store, models, stop] = [new PagedEventStore(10), new MemoryReadModels(), new AbortController()];
  const generation = await models.begin('trail');
  const deps = depsOf(store, models);
  const running = runProjection(deps, trailProjection, generation, { signal: stop.signal });
  for (const from of [0, 20, 40]) {
    await registerSources(store, from, 20);
    await until(() => deps.reports.at(-1)?.through === String(from + 20) && deps.reports.at(-1)?.caughtUp === true, 'the live run reads on');
  }
  stop.abort();
  await running;
  await registerSources(store, 60, 1);
  await sleep(5);
  assert.equal(await trails(models, generation), await undisturbed(60));
});

test('while another has the lease a run waits, and reports how far that one has got', async () => {
  const [store, models, stop] = [new PagedEventStore(10), new MemoryReadModels(), new AbortController()];
  const generation = await models.begin('trail');
  const [mine, yours] = [depsOf(store, models, 'me'), depsOf(store, models, 'you')];
  const running = runProjection(mine, trailProjection, generation, { signal: stop.signal });
  await until(() => mine.reports.length > 0, 'the first run has the lease');
  const waiting = runProjection(yours, trailProjection, generation, { signal: stop.signal });
  await registerSources(store, 0, 12);
  await until(() => yours.reports.at(-1)?.through === '12', 'the waiting one sees what was saved');
  stop.abort();
  await Promise.all([running, waiting]);
});

test('a run that has lost its lease to another ends with a fault, and its page is not saved', async () => {
  let now = 1_000_000;
  const [store, models] = [new PagedEventStore(10), new MemoryReadModels(() => now)];
  const generation = await models.begin('trail');
  const stop = new AbortController();
  const mine = { ...depsOf(store, models), nowMs: () => now };
  const running = faultCode(runProjection(mine, trailProjection, generation, { signal: stop.signal }));
  await registerSources(store, 0, 10);
  await until(() => mine.reports.at(-1)?.through === '10', 'the first page is in');
  now += 60_000;
  await models.lease('trail', generation, 'you', 60_000);
  await registerSources(store, 10, 1);
  assert.is(await running, 'lease-lost');
  assert.equal(await models.checkpoint('trail', generation), { position: '10', events: 10, version: 1 });
});

test.run();
