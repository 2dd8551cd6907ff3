import * as assert from 'uvu/assert';
import { faultCode } from '../helpers.js';
import { at, build, EVERYTHING, keysOf, MODEL, row, save, type Test } from './fixture.js';

export function generationPromises(test: Test): void {
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
      assert.equal(
        (await reader.get(MODEL, ['a', 'b'])).map((found) => found?.value),
        [{ n: 1 }, undefined],
      );
      assert.equal(keysOf(await reader.byPrefix(MODEL, '', EVERYTHING)), ['a']);
      assert.equal(await reader.keysByIndex(MODEL, ['x']), [['a']]);
      assert.equal(await reader.checkpoint(MODEL), at(9));
      assert.equal((await reader.get(MODEL, ['a'], building))[0]?.value, { n: 2 });
      assert.equal(keysOf(await reader.byIndex(MODEL, 'x', EVERYTHING, building)), ['a', 'b']);
      assert.equal(await reader.checkpoint(MODEL, building), at(3));
    }
  });
}

export function switchPromises(test: Test): void {
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
