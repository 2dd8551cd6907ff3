import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { reachMinimum } from '../../../adapters/http/minimum-position.js';
import {
  categoryFrom,
  cursorFrom,
  cursorOf,
  instantFrom,
  isRejection,
  isUuid,
  knownAtFrom,
  limitFrom,
  refuseUnknown,
  revisionFrom,
} from '../../../adapters/http/parameters.js';
import type { Services } from '../../../adapters/http/services.js';

const test = suite('parameters');

const code = (value: object | string | number | null) => (isRejection(value) ? value.code : value);

test('instants are RFC 3339 with an offset, or dates; all become UTC', () => {
  const read = (text: unknown) => code(instantFrom({ at: text }, 'at'));
  assert.is(read(undefined), null);
  assert.is(read('2026-03-01T10:00:00+02:00'), '2026-03-01T08:00:00.000Z');
  assert.is(read('2026-03-01T10:00:00 02:00'), '2026-03-01T08:00:00.000Z', 'a plus that arrived as a blank');
  assert.is(read('2026-03-01T10:00Z'), '2026-03-01T10:00:00.000Z');
  assert.is(read('2024-02-29'), '2024-02-29T00:00:00.000Z');
  const bad = [
    '',
    'yesterday',
    '2026',
    '2026-03',
    '2026-02-30',
    '2026-02-30T00:00:00Z',
    '2026-13-01',
    '2026-03-01T10:00:00',
    '2026-03-01T25:00:00Z',
    '9999-12-31T23:00:00-10:00',
    '2016-12-31T23:59:60Z',
    ['2026-03-01'],
  ];
  for (const text of bad) assert.is(read(text), 'invalid-parameter', String(text));
});

test('what was known is asked by time or by position', () => {
  const read = (text: unknown) => code(knownAtFrom({ knownAt: text }));
  assert.is(read(undefined), null);
  assert.equal(read('2026-03-01'), { time: '2026-03-01T00:00:00.000Z' });
  assert.equal(read('42'), { position: '42' });
  for (const text of ['', '2026-02-30', ['1', '2']]) assert.is(read(text), 'invalid-parameter', String(text));
});

test('limits are whole numbers from 1 to the most', () => {
  const read = (text: unknown) => code(limitFrom({ limit: text }, 50, 1000));
  assert.equal([read(undefined), read('1'), read('1000')], [50, 1, 1000]);
  for (const text of ['0', '-1', '1001', '1.5', 'ten', '', '1e2', ' 5']) assert.is(read(text), 'invalid-parameter', text);
});

test('a cursor is good for the list that gave it out and for no other', () => {
  const cursor = cursorOf('facts', 'acme/1/allergies/\n☃');
  assert.is(cursorFrom({ cursor }, 'facts'), 'acme/1/allergies/\n☃');
  assert.is(code(cursorFrom({ cursor }, 'lineage')), 'invalid-cursor');
  for (const text of ['', 'abc', '%%%', ['a']]) assert.is(code(cursorFrom({ cursor: text }, 'facts')), 'invalid-cursor', String(text));
  assert.is(cursorFrom({}, 'facts'), null);
});

test('a cursor into a stream is a revision', () => {
  assert.is(revisionFrom({}, 'history'), 0);
  assert.is(revisionFrom({ cursor: cursorOf('history', '12') }, 'history'), 12);
  for (const forged of ['', '-1', 'x', '1.5', '1e5', '9'.repeat(16)])
    assert.is(code(revisionFrom({ cursor: cursorOf('history', forged) }, 'history')), 'invalid-cursor', forged);
  assert.is(code(revisionFrom({ cursor: cursorOf('quarantine', '1') }, 'history')), 'invalid-cursor');
});

test('categories are those of the list', () => {
  assert.is(categoryFrom({ category: 'allergies' }), 'allergies');
  for (const text of ['Allergies', '', 'constructor', ['allergies']]) assert.is(code(categoryFrom({ category: text })), 'invalid-parameter', String(text));
});

test('unknown and repeated parameters are refused', () => {
  assert.is(refuseUnknown({ limit: '1' }, ['limit']), null);
  assert.is(refuseUnknown({ limit: '1', page: '2' }, ['limit'])?.issues?.[0]?.rule, 'unknown-parameter');
  assert.is(refuseUnknown({ limit: ['1', '2'] }, ['limit'])?.issues?.[0]?.rule, 'repeated-parameter');
});

test('ids are lower-case UUIDs', () => {
  assert.ok(isUuid('f6f7a2c4-0000-4000-8000-000000000001'));
  for (const text of ['F6F7A2C4-0000-4000-8000-000000000001', 'f6f7a2c4', '', '../..']) assert.not.ok(isUuid(text), text);
});

test('Minimum-Position waits, and says so when it waited in vain', async () => {
  const asked: string[] = [];
  const services = (head: string | null, reached: boolean) =>
    ({
      store: {
        head: async () => head,
        compare: (left: string, right: string) => {
          if (left.includes('-')) throw new Error('of another store');
          return Number(left) - Number(right);
        },
      },
      progress: { reached: async (model: string) => asked.push(model) > 0 && reached },
    }) as unknown as Services;
  const reach = async (position: string | undefined, head: string | null = '10', reached = true) => {
    const request = { headers: position === undefined ? {} : { 'minimum-position': position } };
    return (await reachMinimum(services(head, reached), request as never, ['record', 'directory']))?.code ?? 'reached';
  };
  assert.is(await reach(undefined), 'reached');
  assert.equal(asked, []);
  assert.is(await reach('10'), 'reached');
  assert.equal(asked, ['record', 'directory']);
  assert.is(await reach('11'), 'unknown-position');
  assert.is(await reach('1', null), 'unknown-position');
  assert.is(await reach('10', '10', false), 'read-model-behind');
  for (const bad of ['', 'ten', '1.5', '-1', '1e1', '0x1', '1, 2', '5-5']) assert.is(await reach(bad), 'invalid-parameter', bad);
});

test.run();
