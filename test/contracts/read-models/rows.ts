import * as assert from 'uvu/assert';
import { at, EVERYTHING, keysOf, MODEL, row, save, type Test } from './fixture.js';

export function rowPromises(test: Test): void {
  test('a saved row comes back as it was, with its position and index values', async (context) => {
    const value = {
      text: 'Ω„“\u{1F489}',
      digits: '7.0',
      number: 1.5,
      big: 9_007_199_254_740_991,
      nothing: null,
      list: [1, [2]],
      $set: { 'a.b': 1 },
      _bsontype: 'ObjectId',
      2: 'two',
      1: 'one',
    };
    const saved = row('a', value, ['x', 'y'], 17);
    await save(context, { put: [saved] });
    assert.equal(await context.models.get(MODEL, ['a']), [saved]);
  });

  test('rows are answered in the order of the keys asked for, absent ones as undefined, repeated ones repeatedly', async (context) => {
    await save(context, { put: [row('a'), row('b')] });
    const got = await context.models.get(MODEL, ['b', 'nothing', 'a', 'b']);
    assert.equal(
      got.map((found) => found?.key),
      ['b', undefined, 'a', 'b'],
    );
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
}

export function indexPromises(test: Test): void {
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
