import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ReadModels, Row, Save } from '../../projections/ports.js';
import { faultCode, pagesOf, rowsOf, sleep } from './helpers.js';

export interface OpenReadModels {
  readonly models: ReadModels;
  /** The same store as another process sees it; for a store of one process, as another of its threads does. */
  readonly other: ReadModels;
  readonly close: () => Promise<void>;
}

export interface ReadModelsFeatures {
  /** Several processes may run the same model: leases exclude each other, and old fences are refused. */
  readonly sharedBetweenProcesses: boolean;
}

interface Context extends OpenReadModels {
  readonly generation: number;
  fence: number;
}

const MODEL = 'record';
const EVERYTHING = { limit: 10_000 };
const at = (position: number, events = position) => ({ position: String(position), events });
const row = (key: string, value: unknown = {}, index: readonly string[] = [], position = 1): Row => ({ key, position: String(position), value, index });
const keysOf = (rows: readonly Row[]) => rows.map(({ key }) => key);

/** Everything that the prose of `ReadModels` promises, run on each implementation alike. */
export function readModelsContract(name: string, open: () => Promise<OpenReadModels>, features: ReadModelsFeatures): void {
  const test = suite<Context>(`read models: ${name}`);

  test.before.each(async (context) => {
    const opened = await open();
    const generation = await opened.models.begin(MODEL);
    const fence = (await opened.models.lease(MODEL, generation, 'me', 60_000)) as number;
    await opened.models.activate(MODEL, generation);
    Object.assign(context, opened, { generation, fence });
  });
  test.after.each((context) => context.close());

  const save = ({ models, generation, fence }: Context, change: Partial<Save>) =>
    models.save(MODEL, generation, fence, { put: [], remove: [], checkpoint: at(1), ...change });

  rowPromises(test, save);
  pagePromises(test, save);
  generationPromises(test, save);
  wholeSaves(test, save);
  if (features.sharedBetweenProcesses) leasePromises(test, save);
  else oneProcessLease(test);
  test.run();
}

type Test = ReturnType<typeof suite<Context>>;
type SaveRows = (context: Context, change: Partial<Save>) => Promise<void>;

function rowPromises(test: Test, save: SaveRows): void {
  test('a saved row comes back as it was, with its position and index values', async (context) => {
    const value = { text: 'Ω„“\u{1F489}', digits: '7.0', number: 1.5, big: 9_007_199_254_740_991, nothing: null, list: [1, [2]], $set: { 'a.b': 1 }, _bsontype: 'ObjectId', 2: 'two', 1: 'one' };
    const saved = row('a', value, ['x', 'y'], 17);
    await save(context, { put: [saved] });
    assert.equal(await context.models.get(MODEL, ['a']), [saved]);
  });

  test('rows are answered in the order of the keys asked for, absent ones as undefined, repeated ones repeatedly', async (context) => {
    await save(context, { put: [row('a'), row('b')] });
    const got = await context.models.get(MODEL, ['b', 'nothing', 'a', 'b']);
    assert.equal(got.map((found) => found?.key), ['b', undefined, 'a', 'b']);
    assert.equal(await context.models.get(MODEL, []), []);
  });

  test('a row that is saved again is replaced, and a removed one is gone; removing what is not there is nothing', async (context) => {
    await save(context, { put: [row('a', { n: 1 }), row('b')] });
    await save(context, { put: [row('a', { n: 2 }, [], 5)], remove: ['b', 'nothing'] });
    assert.equal(await context.models.byPrefix(MODEL, '', EVERYTHING), [row('a', { n: 2 }, [], 5)]);
  });

  test('a key both removed and put in one save is there', async (context) => {
    await save(context, { put: [row('a', { n: 1 }, ['old'])] });
    await save(context, { put: [row('a', { n: 2 }, ['new'])], remove: ['a'] });
    assert.equal(await context.models.get(MODEL, ['a']), [row('a', { n: 2 }, ['new'])]);
    assert.equal(await context.models.byIndex(MODEL, 'old', EVERYTHING), []);
  });

  test('index values follow the row: replaced when it changes, gone when it is removed', async (context) => {
    const { models } = context;
    await save(context, { put: [row('a', {}, ['x', 'y']), row('b', {}, ['y'])] });
    await save(context, { put: [row('a', {}, ['y', 'z'])] });
    assert.equal(await models.keysByIndex(MODEL, ['x', 'z']), [[], ['a']]);
    assert.equal(keysOf(await models.byIndex(MODEL, 'y', EVERYTHING)), ['a', 'b']);
    await save(context, { remove: ['a'] });
    assert.equal(await models.keysByIndex(MODEL, ['x', 'y', 'z']), [[], ['b'], []]);
    await save(context, { put: [row('a')] });
    assert.equal(await models.keysByIndex(MODEL, ['x', 'y', 'z']), [[], ['b'], []]);
  });

  test('an index value named twice in a row finds it once', async (context) => {
    await save(context, { put: [row('a', {}, ['x', 'x'])] });
    assert.equal(keysOf(await context.models.byIndex(MODEL, 'x', EVERYTHING)), ['a']);
    assert.equal(await context.models.keysByIndex(MODEL, ['x']), [['a']]);
  });

  test('keys by index are answered in the order of the values asked for, an unknown value with none', async (context) => {
    await save(context, { put: [row('a', {}, ['x', 'y']), row('b', {}, ['y']), row('c', {}, ['z'])] });
    const [z, nothing, y, x, again] = await context.models.keysByIndex(MODEL, ['z', 'nothing', 'y', 'x', 'z']);
    assert.equal([z, nothing, [...(y ?? [])].sort(), x, again], [['c'], [], ['a', 'b'], ['a'], ['c']]);
    assert.equal(await context.models.keysByIndex(MODEL, []), []);
  });

  test('saving the same again changes nothing', async (context) => {
    const change = { put: [row('a', { n: 1 }, ['x'], 3), row('b', { n: 2 }, ['x'], 4)], remove: ['c'], checkpoint: at(4) };
    await save(context, change);
    await save(context, change);
    assert.equal(await context.models.byIndex(MODEL, 'x', EVERYTHING), change.put);
    assert.equal(await context.models.checkpoint(MODEL), at(4));
  });

  test('the checkpoint is saved with the rows, and alone', async (context) => {
    const { models, generation } = context;
    assert.is(await models.checkpoint(MODEL), null);
    await save(context, { put: [row('a')], checkpoint: at(12, 7) });
    assert.equal(await models.checkpoint(MODEL), at(12, 7));
    await save(context, { checkpoint: at(20, 7) });
    assert.equal(await models.checkpoint(MODEL, generation), at(20, 7));
  });
}

function pagePromises(test: Test, save: SaveRows): void {
  const odd = ['%', '_', "o'hara", '"quoted"', '\\', 'a%b', 'a_b', 'ab', 'é', 'e\u0301', '\uE000', '\uFF5E', '\u{1F489}', 'Z', 'a', '$ne', 'a.b', ' ', '\t', '{"$gt":""}'];

  test('odd keys and index values are opaque, and keys sort by their UTF-8 bytes', async (context) => {
    const { models } = context;
    await save(context, { put: odd.map((key) => row(key, { key }, [key, 'all'])) });
    const sorted = [...odd].sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
    assert.equal(keysOf(await models.byPrefix(MODEL, '', EVERYTHING)), sorted);
    assert.equal(keysOf(await models.byIndex(MODEL, 'all', EVERYTHING)), sorted);
    assert.equal(await models.keysByIndex(MODEL, odd), odd.map((key) => [key]));
    assert.equal(keysOf((await models.get(MODEL, odd)) as Row[]), odd);
    for (const key of odd) assert.equal(keysOf(await models.byIndex(MODEL, key, EVERYTHING)), [key]);
  });

  test('a prefix is text, not a pattern: it finds what begins with it, and nothing else', async (context) => {
    const keys = ['a', 'a%', 'a%b', 'a_', 'ab', 'a/1', 'a/\u{1F489}', 'a0', 'A/1', 'b'];
    await save(context, { put: keys.map((key) => row(key)) });
    for (const prefix of ['a', 'a%', 'a_', 'a/', 'A', 'nothing']) {
      const expected = keys.filter((key) => key.startsWith(prefix)).sort();
      assert.equal(keysOf(await context.models.byPrefix(MODEL, prefix, EVERYTHING)), expected, prefix);
    }
  });

  test('pages have at most the limit, begin after the key, and together are the whole list', async (context) => {
    const { models } = context;
    await save(context, { put: rowsOf(25, ['x']) });
    const whole = keysOf(rowsOf(25));
    for (const limit of [1, 7, 25, 100]) {
      assert.equal(keysOf(await pagesOf(limit, (page) => models.byPrefix(MODEL, 'k', page))), whole);
      assert.equal(keysOf(await pagesOf(limit, (page) => models.byIndex(MODEL, 'x', page))), whole);
    }
    assert.equal(await models.byPrefix(MODEL, 'k', { after: 'k0024', limit: 5 }), []);
    assert.equal(keysOf(await models.byPrefix(MODEL, 'k002', { after: 'k', limit: 2 })), ['k0020', 'k0021']);
    assert.equal(keysOf(await models.byIndex(MODEL, 'x', { after: 'k0009x', limit: 2 })), ['k0010', 'k0011']);
  });

  test('paging misses no row that was there all along, whatever comes and goes meanwhile', async (context) => {
    await save(context, { put: rowsOf(40, ['x']) });
    let turn = 0;
    const disturb = () => save(context, { put: [row(`k${String(turn * 7).padStart(4, '0')}a`, {}, ['x'])], remove: [`k${String(39 - turn++ * 3).padStart(4, '0')}`] });
    for (const read of [(page: { limit: number }) => context.models.byPrefix(MODEL, 'k', page), (page: { limit: number }) => context.models.byIndex(MODEL, 'x', page)]) {
      turn = 0;
      await save(context, { put: rowsOf(40, ['x']) });
      const seen = new Set(keysOf(await pagesOf(6, read, disturb)));
      const throughout = rowsOf(40).filter((_, index) => !(index <= 39 && (39 - index) % 3 === 0));
      for (const { key } of throughout) assert.ok(seen.has(key), key);
    }
  });

  test('a page of a thousand rows is saved and read whole', async (context) => {
    const filler = 'x'.repeat(3000);
    const rows = Array.from({ length: 1000 }, (_, n) => row(`k${String(n).padStart(4, '0')}`, { n, filler }, [`n${n % 10}`, 'all'], n));
    await save(context, { put: rows, checkpoint: at(999, 1000) });
    assert.equal(await context.models.byPrefix(MODEL, 'k', { limit: 1000 }), rows);
    assert.is((await context.models.byIndex(MODEL, 'n3', EVERYTHING)).length, 100);
    assert.is((await context.models.get(MODEL, keysOf(rows))).filter((found) => found !== undefined).length, 1000);
    assert.is((await context.models.keysByIndex(MODEL, ['all']))[0]?.length, 1000);
    await save(context, { remove: keysOf(rows), checkpoint: at(1000) });
    assert.equal(await context.models.byPrefix(MODEL, '', EVERYTHING), []);
  });
}

function generationPromises(test: Test, save: SaveRows): void {
  test('an unknown model has no generations, no rows and no checkpoint', async ({ models }) => {
    assert.equal(await models.generations('nothing'), { active: null, building: null });
    assert.equal(await models.get('nothing', ['a']), [undefined]);
    assert.equal(await models.byPrefix('nothing', '', EVERYTHING), []);
    assert.equal(await models.byIndex('nothing', 'x', EVERYTHING), []);
    assert.equal(await models.keysByIndex('nothing', ['x', 'y']), [[], []]);
    assert.is(await models.checkpoint('nothing'), null);
  });

  test('models do not see each other, though one is called like the beginning of the other', async (context) => {
    const { models } = context;
    const second = await models.begin(`${MODEL}-2`);
    const fence = (await models.lease(`${MODEL}-2`, second, 'me', 60_000)) as number;
    await models.save(`${MODEL}-2`, second, fence, { put: [row('b', {}, ['x'])], remove: [], checkpoint: at(2) });
    await models.activate(`${MODEL}-2`, second);
    await save(context, { put: [row('a', {}, ['x'])] });
    await models.begin(MODEL);
    assert.equal(keysOf(await models.byIndex(`${MODEL}-2`, 'x', EVERYTHING)), ['b']);
    assert.equal(keysOf(await models.byIndex(MODEL, 'x', EVERYTHING)), ['a']);
  });

  test('what is built beside the active generation is seen only by who names it', async (context) => {
    const { models, other } = context;
    await save(context, { put: [row('a', { n: 1 }, ['x'])], checkpoint: at(9) });
    const building = await build(context, [row('a', { n: 2 }, ['x']), row('b', {}, ['x'])]);
    for (const reader of [models, other]) {
      assert.equal(await reader.generations(MODEL), { active: context.generation, building });
      assert.equal((await reader.get(MODEL, ['a', 'b'])).map((found) => found?.value), [{ n: 1 }, undefined]);
      assert.equal(keysOf(await reader.byPrefix(MODEL, '', EVERYTHING)), ['a']);
      assert.equal(await reader.keysByIndex(MODEL, ['x']), [['a']]);
      assert.equal(await reader.checkpoint(MODEL), at(9));
      assert.equal((await reader.get(MODEL, ['a'], building))[0]?.value, { n: 2 });
      assert.equal(keysOf(await reader.byIndex(MODEL, 'x', EVERYTHING, building)), ['a', 'b']);
      assert.equal(await reader.checkpoint(MODEL, building), at(3));
    }
  });

  test('activating switches every reader, and the former generation is dropped', async (context) => {
    const { models, other } = context;
    await save(context, { put: [row('a', { n: 1 }, ['x'])] });
    assert.equal(keysOf(await other.byPrefix(MODEL, '', EVERYTHING)), ['a']);
    const building = await build(context, [row('b', { n: 2 }, ['x'])]);
    await models.activate(MODEL, building);
    for (const reader of [models, other]) {
      assert.equal(await reader.generations(MODEL), { active: building, building: null });
      assert.equal(keysOf(await reader.byPrefix(MODEL, '', EVERYTHING)), ['b']);
      assert.equal(keysOf(await reader.byPrefix(MODEL, '', EVERYTHING, context.generation)), []);
      assert.is(await reader.checkpoint(MODEL, context.generation), null);
    }
    assert.is(await faultCode(save(context, { put: [row('c')] })), 'lease-lost');
    assert.is(await faultCode(models.lease(MODEL, context.generation, 'me', 1000)), 'lease-lost');
  });

  test('activating again is nothing; activating what is not being built is refused', async (context) => {
    const building = await build(context, [row('b')]);
    await context.models.activate(MODEL, building);
    await context.models.activate(MODEL, building);
    assert.equal(keysOf(await context.models.byPrefix(MODEL, '', EVERYTHING)), ['b']);
    assert.is(await faultCode(context.models.activate(MODEL, building + 7)), 'lease-lost');
    assert.is(await faultCode(context.models.activate('nothing', 1)), 'lease-lost');
  });

  test('beginning anew drops what an unfinished generation held, and leaves the active one alone', async (context) => {
    const { models, generation } = context;
    await save(context, { put: [row('a')] });
    const unfinished = await build(context, [row('b')]);
    const fresh = await models.begin(MODEL);
    assert.ok(fresh > unfinished && unfinished > generation, 'numbers grow');
    assert.equal(await models.generations(MODEL), { active: generation, building: fresh });
    assert.equal(await models.byPrefix(MODEL, '', EVERYTHING, unfinished), []);
    assert.equal(await models.byPrefix(MODEL, '', EVERYTHING, fresh), []);
    assert.is(await models.checkpoint(MODEL, fresh), null);
    assert.is(await faultCode(models.lease(MODEL, unfinished, 'me', 1000)), 'lease-lost');
    assert.is(await faultCode(models.activate(MODEL, unfinished)), 'lease-lost');
    assert.equal(keysOf(await models.byPrefix(MODEL, '', EVERYTHING)), ['a']);
  });
}

async function build({ models }: Context, put: readonly Row[]): Promise<number> {
  const building = await models.begin(MODEL);
  const fence = (await models.lease(MODEL, building, 'me', 60_000)) as number;
  await models.save(MODEL, building, fence, { put, remove: [], checkpoint: at(3) });
  return building;
}

function wholeSaves(test: Test, save: SaveRows): void {
  test('a reader sees each save whole or not at all', async (context) => {
    const { models, other } = context;
    const keys = ['a', 'm', 'z'];
    const write = async () => {
      for (let n = 1; n <= 60; n++) await save(context, { put: keys.map((key) => row(key, { n }, ['x'], n)), remove: [`gone${n - 1}`], checkpoint: at(n) });
    };
    let done = false;
    const read = async (reader: ReadModels) => {
      for (let last = 0; !done; ) {
        const seen = (await reader.get(MODEL, keys)).map((found) => (found?.value as { n: number } | undefined)?.n);
        assert.is(new Set(seen).size, 1, `saw ${seen.join()}`);
        assert.ok((seen[0] ?? 0) >= last, 'time does not go back');
        last = seen[0] ?? 0;
        assert.ok([0, 3].includes((await reader.byIndex(MODEL, 'x', EVERYTHING)).length));
        await sleep(0);
      }
    };
    await Promise.all([write().finally(() => (done = true)), read(models), read(other)]);
    assert.equal(await models.checkpoint(MODEL), at(60));
  });

  test('a save is seen by the next read, and a switch by the next read of another process', async (context) => {
    for (let n = 1; n <= 20; n++) {
      await save(context, { put: [row('a', { n })], checkpoint: at(n) });
      assert.equal((await context.models.get(MODEL, ['a']))[0]?.value, { n });
      assert.equal(await context.models.checkpoint(MODEL), at(n));
    }
    for (let n = 21; n <= 24; n++) {
      await context.models.activate(MODEL, await build(context, [row('a', { n })]));
      assert.equal((await context.other.get(MODEL, ['a']))[0]?.value, { n });
    }
  });

  test('a reader never finds the model empty while it is switched', async (context) => {
    await save(context, { put: [row('a')] });
    let done = false;
    const read = async () => {
      while (!done) {
        assert.is((await context.other.get(MODEL, ['a']))[0]?.key, 'a');
        await sleep(0);
      }
    };
    const turn = async () => {
      for (let n = 0; n < 8; n++) await context.models.activate(MODEL, await build(context, [row('a', { n })]));
    };
    await Promise.all([turn().finally(() => (done = true)), read()]);
  });
}

function leasePromises(test: Test, save: SaveRows): void {
  test('a lease excludes other owners while it lasts, and its owner may renew it', async ({ models, other, generation, fence }) => {
    assert.is(await other.lease(MODEL, generation, 'you', 60_000), null);
    assert.is(await models.lease(MODEL, generation, 'me', 60_000), fence);
    assert.is(await other.lease(MODEL, generation, 'you', 60_000), null);
  });

  test('a lease that has ended goes to another owner with a greater fence, and the old fence is refused', async (context) => {
    const { models, other, generation, fence } = context;
    await save(context, { put: [row('a', { n: 1 })], checkpoint: at(1) });
    assert.is(await models.lease(MODEL, generation, 'me', 50), fence);
    await sleep(120);
    const next = await other.lease(MODEL, generation, 'you', 60_000);
    assert.ok(next !== null && next > fence);
    assert.is(await faultCode(save(context, { put: [row('a', { n: 2 }), row('b')], checkpoint: at(2) })), 'lease-lost');
    assert.equal(await models.byPrefix(MODEL, '', EVERYTHING), [row('a', { n: 1 })]);
    assert.equal(await models.checkpoint(MODEL), at(1));
    await other.save(MODEL, generation, next, { put: [row('a', { n: 3 })], remove: [], checkpoint: at(3) });
    assert.equal((await models.get(MODEL, ['a']))[0]?.value, { n: 3 });
    assert.is(await models.lease(MODEL, generation, 'me', 60_000), null);
  });

  test('of two owners at once, one gets the lease', async ({ models, other }) => {
    const building = await models.begin(MODEL);
    const asked = Array.from({ length: 8 }, (_, n) => (n % 2 === 0 ? models : other).lease(MODEL, building, `owner ${n}`, 60_000));
    assert.is((await Promise.all(asked)).filter((fence) => fence !== null).length, 1);
  });

  test('leases are by generation: one process runs the active one while another builds', async ({ models, other, generation }) => {
    const building = await models.begin(MODEL);
    assert.type(await other.lease(MODEL, building, 'you', 60_000), 'number');
    assert.is(await models.lease(MODEL, building, 'me', 60_000), null);
    assert.is(await other.lease(MODEL, generation, 'you', 60_000), null);
  });
}

function oneProcessLease(test: Test): void {
  test('the lease of a store that belongs to one process is always granted, and lasts', async ({ models, generation }) => {
    const first = await models.lease(MODEL, generation, 'me', 1);
    await sleep(5);
    const second = await models.lease(MODEL, generation, 'me', 1000);
    assert.ok(first !== null && second !== null && second >= first);
  });
}
