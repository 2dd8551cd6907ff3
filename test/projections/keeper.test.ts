import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MemoryReadModels } from '../../adapters/memory/read-models.js';
import { LedgerFault } from '../../domain/rejections.js';
import { Keeper } from '../../projections/keeper.js';
import type { ReadModels } from '../../projections/ports.js';
import { sleep } from '../contracts/helpers.js';
import { depsOf, PagedEventStore, registerSources, trailProjection, trails, until, WatchedReadModels } from '../support/projecting.js';

const test = suite('keeper of a read model');

interface Kept {
  readonly keeper: Keeper;
  readonly faults: unknown[];
  readonly sleeps: number[];
}

function keep(store: PagedEventStore, models: ReadModels, owner = 'me', nowMs: () => number = Date.now): Kept {
  const [faults, sleeps]: [unknown[], number[]] = [[], []];
  const deps = depsOf(store, models, owner);
  const sleep = (ms: number, signal: AbortSignal) => {
    sleeps.push(ms);
    return deps.sleep(ms, signal);
  };
  return { keeper: new Keeper({ ...deps, nowMs, sleep, onFault: (_, fault) => void faults.push(fault) }, trailProjection), faults, sleeps };
}

const through = (models: ReadModels, position: number) =>
  until(async () => (await models.checkpoint('trail'))?.position === String(position), `the model reaches ${position}`);

test('it makes the first generation, keeps it up to date, and stops', async () => {
  const [store, models] = [new PagedEventStore(10), new MemoryReadModels()];
  const { keeper, faults } = keep(store, models);
  await keeper.start();
  assert.equal(await models.generations('trail'), { active: 1, building: null });
  await registerSources(store, 0, 25);
  await through(models, 25);
  await keeper.stop();
  await registerSources(store, 25, 5);
  await sleep(10);
  assert.equal(await models.checkpoint('trail'), { position: '25', events: 25, version: 1 });
  assert.equal(faults, []);
});

test('after a fault it tries again, waiting longer while nothing gets further, and the result is as if there had been none', async () => {
  const [store, models, calm] = [new PagedEventStore(10), new WatchedReadModels(), new MemoryReadModels()];
  let failing = 4;
  models.beforeSave = async () => {
    if (failing-- > 0) throw new LedgerFault('read-models-unavailable');
  };
  await registerSources(store, 0, 35);
  const [kept, reference] = [keep(store, models), keep(store, calm)];
  await kept.keeper.start();
  await reference.keeper.start();
  await through(models, 35);
  await through(calm, 35);
  assert.is(kept.faults.length, 4);
  assert.equal(
    kept.sleeps.filter((ms) => ms >= 100),
    [100, 250, 500, 1000],
  );
  assert.equal(await trails(models), await trails(calm));
  failing = 1;
  await registerSources(store, 35, 1);
  await through(models, 36);
  assert.equal(kept.sleeps.filter((ms) => ms >= 100).at(-1), 100);
  await kept.keeper.stop();
  await reference.keeper.stop();
});

test('a rebuild stands beside the running model, which goes on, and takes its place when it has caught up', async () => {
  const [store, models] = [new PagedEventStore(10), new WatchedReadModels()];
  await registerSources(store, 0, 50);
  const { keeper, faults } = keep(store, models);
  await keeper.start();
  await through(models, 50);
  const before = await trails(models);
  const seen: unknown[] = [];
  models.beforeSave = async ({ checkpoint }) => {
    const { active, building } = await models.generations('trail');
    if (active !== 1 || building !== 2) return;
    seen.push((await models.checkpoint('trail'))?.position);
    if (checkpoint.events === 30) await registerSources(store, 50, 5);
  };
  await keeper.rebuild();
  assert.ok(seen.length >= 5);
  assert.equal(new Set(seen.slice(0, 3)), new Set(['50']), 'readers see the running model while it is built');
  assert.equal(await models.generations('trail'), { active: 2, building: null });
  await through(models, 55);
  assert.is.not(JSON.stringify(await trails(models)), JSON.stringify(before));
  const fresh = new MemoryReadModels();
  const reference = keep(store, fresh);
  await reference.keeper.start();
  await through(fresh, 55);
  assert.equal(await trails(models), await trails(fresh));
  assert.equal(faults, []);
  await keeper.stop();
  await reference.keeper.stop();
});

test('a rebuilt model equals the one that ran along', async () => {
  const [store, models] = [new PagedEventStore(3), new MemoryReadModels()];
  const { keeper } = keep(store, models);
  await keeper.start();
  for (let from = 0; from < 60; from += 5) {
    await registerSources(store, from, 5);
    await through(models, from + 5);
  }
  const running = await trails(models);
  await keeper.rebuild();
  assert.equal(await models.generations('trail'), { active: 2, building: null });
  assert.equal(await trails(models), running);
  await keeper.stop();
});

test('rows of an older version of the projection stay readable until their successor has caught up, which is begun by itself', async () => {
  const [store, models] = [new PagedEventStore(10), new MemoryReadModels()];
  await registerSources(store, 0, 25);
  const former = keep(store, models);
  await former.keeper.start();
  await through(models, 25);
  await former.keeper.stop();
  const before = await trails(models);
  const deps = { ...depsOf(store, models, 'me'), onFault: () => undefined };
  const newer = new Keeper(deps, { ...trailProjection, version: trailProjection.version + 1 });
  await newer.start();
  assert.equal(await trails(models), before);
  await until(async () => (await models.checkpoint('trail'))?.version === trailProjection.version + 1, 'the new version is active');
  assert.equal(await models.generations('trail'), { active: 2, building: null });
  assert.equal(await trails(models), before);
  await newer.stop();
});

test('a rebuild of an empty log ends; asked for twice at once it is done once', async () => {
  const [store, models] = [new PagedEventStore(10), new MemoryReadModels()];
  const { keeper } = keep(store, models);
  await keeper.start();
  await Promise.all([keeper.rebuild(), keeper.rebuild()]);
  assert.equal(await models.generations('trail'), { active: 2, building: null });
  await keeper.stop();
});

test('a rebuild that fails leaves the running model as it is, and can be asked for again', async () => {
  const [store, models] = [new PagedEventStore(10), new WatchedReadModels()];
  await registerSources(store, 0, 20);
  const { keeper } = keep(store, models);
  await keeper.start();
  await through(models, 20);
  const before = await trails(models);
  models.beforeSave = () => Promise.reject(new LedgerFault('store-full'));
  assert.is(
    await keeper.rebuild().then(
      () => 'done',
      (fault: LedgerFault) => fault.code,
    ),
    'store-full',
  );
  assert.equal(await trails(models), before);
  models.beforeSave = async () => undefined;
  await keeper.rebuild();
  assert.equal(await models.generations('trail'), { active: 3, building: null });
  assert.equal(await trails(models), before);
  await keeper.stop();
});

test('a process whose lease has run out gives way to another, and the events are applied once', async () => {
  let now = 1_000_000;
  const [store, models] = [new PagedEventStore(10), new WatchedReadModels(() => now)];
  const [mine, yours] = [keep(store, models, 'me', () => now), keep(store, models, 'you', () => now)];
  await mine.keeper.start();
  await registerSources(store, 0, 10);
  await through(models, 10);
  await yours.keeper.start();
  now += 60_000;
  await until(() => models.leased.includes('you'), 'the other has the lease');
  await registerSources(store, 10, 20);
  await through(models, 30);
  await until(() => mine.faults.length > 0, 'the first notices');
  assert.equal(
    mine.faults.map((fault) => (fault as LedgerFault).code),
    ['lease-lost'],
  );
  assert.equal(yours.faults, []);
  assert.equal(await models.checkpoint('trail'), { position: '30', events: 30, version: 1 });
  await yours.keeper.stop();
  await mine.keeper.stop();
});

test('several processes that start at once end up with one generation', async () => {
  const [store, models] = [new PagedEventStore(10), new MemoryReadModels()];
  await registerSources(store, 0, 10);
  const kept = ['a', 'b', 'c'].map((owner) => keep(store, models, owner));
  await Promise.all(kept.map(({ keeper }) => keeper.start()));
  await through(models, 10);
  const { building } = await models.generations('trail');
  assert.is(building, null);
  assert.equal(await models.checkpoint('trail'), { position: '10', events: 10, version: 1 });
  for (const { keeper } of kept) await keeper.stop();
});

test('stopping in the middle of a rebuild ends it and does not switch', async () => {
  const [store, models] = [new PagedEventStore(1), new WatchedReadModels()];
  await registerSources(store, 0, 30);
  const { keeper } = keep(store, models);
  await keeper.start();
  await through(models, 30);
  models.beforeSave = () => sleep(2);
  const rebuilding = keeper.rebuild();
  await sleep(10);
  await keeper.stop();
  await rebuilding;
  assert.is((await models.generations('trail')).active, 1);
});

test.run();
