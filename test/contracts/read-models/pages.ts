import * as assert from 'uvu/assert';
import type { Row } from '../../../projections/ports.js';
import { pagesOf, rowsOf } from '../helpers.js';
import { at, EVERYTHING, keysOf, MODEL, row, save, type Test } from './fixture.js';

export function pagePromises(test: Test): void {
  const odd = [
    '%',
    '_',
    "o'hara",
    '"quoted"',
    '\\',
    'a%b',
    'a_b',
    'ab',
    'é',
    'e\u0301',
    '\uE000',
    '\uFF5E',
    '\u{1F489}',
    'Z',
    'a',
    '$ne',
    'a.b',
    ' ',
    '\t',
    '{"$gt":""}',
  ];

  test('odd keys and index values are opaque, and keys sort by their UTF-8 bytes', async (context) => {
    const { models } = context;
    await save(context, { put: odd.map((key) => row(key, { key }, [key, 'all'])) });
    const sorted = [...odd].sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
    assert.equal(keysOf(await models.byPrefix(MODEL, '', EVERYTHING)), sorted);
    assert.equal(keysOf(await models.byIndex(MODEL, 'all', EVERYTHING)), sorted);
    assert.equal(
      await models.keysByIndex(MODEL, odd),
      odd.map((key) => [key]),
    );
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
}

export function pagingPromises(test: Test): void {
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
    const disturb = () =>
      save(context, { put: [row(`k${String(turn * 7).padStart(4, '0')}a`, {}, ['x'])], remove: [`k${String(39 - turn++ * 3).padStart(4, '0')}`] });
    for (const read of [
      (page: { limit: number }) => context.models.byPrefix(MODEL, 'k', page),
      (page: { limit: number }) => context.models.byIndex(MODEL, 'x', page),
    ]) {
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
