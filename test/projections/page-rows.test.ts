import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MemoryReadModels } from '../../adapters/memory/read-models.js';
import { PageRows } from '../../projections/page-rows.js';
import type { Row } from '../../projections/ports.js';
import type { Needs, Projection } from '../../projections/projection.js';
import { eventOf } from '../support/events.js';

const test = suite('rows of a page');

const row = (key: string, index: readonly string[], position = '5'): Row => ({ key, position, value: {}, index });
const byNumber = (left: string, right: string) => Number(left) - Number(right);

/** Rows as a page of one event finds them that needs what is given. */
async function fetched(stored: readonly Row[], needs: Needs): Promise<{ rows: PageRows; asked: string[] }> {
  const models = new MemoryReadModels();
  const generation = await models.begin('m');
  const fence = (await models.lease('m', generation, 'me', 1000)) as number;
  await models.save('m', generation, fence, { put: stored, remove: [], checkpoint: { position: '5', events: 1, version: 1 } });
  const asked: string[] = [];
  const get = models.get.bind(models);
  models.get = (model, keys, number) => {
    asked.push(...keys);
    return get(model, keys, number);
  };
  const projection: Projection = { name: 'm', version: 1, events: [], needs: () => needs, apply: () => ({ put: [], remove: [] }) };
  const page = [1, 2].map((position) => ({ event: eventOf('source-registered'), revision: 0, position: String(position) }));
  return { rows: await PageRows.fetch(models, projection, generation, page, byNumber), asked };
}

test('the rows of all events of a page are fetched at once, each key once', async () => {
  const { rows, asked } = await fetched([row('a', ['x']), row('b', ['x', 'y']), row('c', [])], { keys: ['a', 'nothing'], index: ['x', 'y'] });
  assert.equal(asked.sort(), ['a', 'b', 'nothing']);
  assert.is(rows.get('nothing'), undefined);
  assert.equal(
    rows.byIndex('x').map(({ key }) => key),
    ['a', 'b'],
  );
  assert.equal(rows.byIndex('unheard of'), []);
});

test('an event sees what the events before it in the page changed, by key and by index', async () => {
  const { rows } = await fetched([row('a', ['x']), row('b', ['x'])], { keys: [], index: ['x', 'y'] });
  rows.change(
    {
      put: [
        { key: 'a', value: { n: 1 }, index: ['y'] },
        { key: 'c', value: {}, index: ['x'] },
      ],
      remove: ['b'],
    },
    '6',
  );
  assert.equal(
    rows.byIndex('x').map(({ key }) => key),
    ['c'],
  );
  assert.equal(
    rows.byIndex('y').map(({ key, position }) => [key, position]),
    [['a', '6']],
  );
  assert.is(rows.get('b'), undefined);
  const { put, remove } = rows.changes();
  assert.equal([put.map(({ key }) => key), remove], [['a', 'c'], ['b']]);
});

test('rows under an index value come in key order, however they got there', async () => {
  const { rows } = await fetched([row('b', ['x']), row('c', ['x'])], { keys: [], index: ['x'] });
  rows.change(
    {
      put: [
        { key: 'b', value: {}, index: ['x'] },
        { key: 'a', value: {}, index: ['x'] },
      ],
      remove: [],
    },
    '6',
  );
  assert.equal(
    rows.byIndex('x').map(({ key }) => key),
    ['a', 'b', 'c'],
  );
});

test('a row removed and put again in one page is put, one put and removed again is removed', async () => {
  const { rows } = await fetched([row('a', ['x'])], { keys: ['a'], index: [] });
  rows.change({ put: [{ key: 'b', value: {}, index: [] }], remove: ['a'] }, '6');
  rows.change({ put: [{ key: 'a', value: { n: 2 }, index: [] }], remove: ['b'] }, '7');
  const { put, remove } = rows.changes();
  assert.equal([put, remove], [[{ key: 'a', value: { n: 2 }, index: [], position: '7' }], ['b']]);
});

test('an event counts as applied when a row it needs is at or past it, unless this page moved the row', async () => {
  const needs = { keys: ['a'], index: [] };
  const { rows } = await fetched([row('a', ['x'])], needs);
  assert.equal(
    ['4', '5', '6'].map((position) => rows.applied(needs, position)),
    [true, true, false],
  );
  rows.change({ put: [{ key: 'a', value: {}, index: [] }], remove: [] }, '6');
  assert.equal(
    ['6', '7'].map((position) => rows.applied(needs, position)),
    [false, false],
  );
  assert.is(rows.applied({ keys: ['nothing'], index: ['nothing'] }, '1'), false);
});

test.run();
