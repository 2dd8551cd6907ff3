import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { canonicalJson } from '../../../domain/json/canonical.js';
import { normalisedDecimal } from '../../../domain/json/decimal.js';
import { type JsonValue, parseLossless, WideNumber } from '../../../domain/json/lossless.js';
import { fc, reordered } from './arbitrary.js';

const FIXTURES = 'test/fixtures/jcs';
const test = suite('canonical JSON');

/** Numbers are where our rule is another one on purpose. */
const withoutNumbers = (value: JsonValue): JsonValue =>
  JSON.parse(JSON.stringify(value, (_, member: unknown) => (typeof member === 'number' ? '#' : member))) as JsonValue;

test('orders members and escapes strings as RFC 8785 does', () => {
  assert.ok(existsSync(FIXTURES), 'run the tests from the root of the project');
  const names = readdirSync(`${FIXTURES}/input`);
  assert.is(names.length, 4);
  for (const name of names) {
    const input = JSON.parse(readFileSync(`${FIXTURES}/input/${name}`, 'utf8')) as JsonValue;
    const expected = JSON.parse(readFileSync(`${FIXTURES}/output/${name}`, 'utf8')) as JsonValue;
    // The members of the published output stand in canonical order already, but for names that look like indexes.
    if (name !== 'values.json') assert.is(canonicalJson(input), readFileSync(`${FIXTURES}/output/${name}`, 'utf8').trim(), name);
    assert.is(canonicalJson(withoutNumbers(input)), canonicalJson(withoutNumbers(expected)), name);
  }
});

test('says the same number as RFC 8785 for every double, without an exponent', () => {
  const rows = readFileSync(`${FIXTURES}/es6-numbers.csv`, 'utf8').trim().split('\n').slice(1);
  assert.ok(rows.length >= 10);
  for (const row of rows) {
    const [hex = '', expected = ''] = row.trim().split(',');
    if (expected === 'ERROR') continue;
    const value = Buffer.from(hex, 'hex').readDoubleBE(0);
    assert.is(canonicalJson(value), normalisedDecimal(expected), row);
    assert.is(Number(canonicalJson(value)), value === 0 ? 0 : value, row);
  }
});

test('writes one decimal one way', () => {
  const same: readonly (readonly [string, readonly string[]])[] = [
    ['7', ['7', '7.0', '7.00', '0.7e1', '70E-1']],
    ['100', ['1e2', '100', '100.000', '1.00e+2']],
    ['0', ['0', '-0', '0.000', '-0e99']],
    ['-0.005', ['-0.005', '-5e-3', '-0.00500']],
    ['0.1234567890123456789', ['0.1234567890123456789', '1234567890123456789e-19']],
    ['12345678901234567890', ['12345678901234567890', '1.2345678901234567890e19']],
    ['1e500', ['1e500', '10e499', '0.01e502']],
    ['-25e-1000', ['-25e-1000', '-2.5e-999']],
  ];
  for (const [expected, lexemes] of same) for (const lexeme of lexemes) assert.is(canonicalJson(new WideNumber(lexeme)), expected, lexeme);
});

test('takes no longer for a number that was made to take long', () => {
  const started = Date.now();
  for (const lexeme of [`1${'0'.repeat(500_000)}1`, '1e999999999999999999999', `1e${'9'.repeat(500_000)}`]) normalisedDecimal(lexeme);
  assert.ok(Date.now() - started < 1000);
});

test('does not depend on the order of members', () => {
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => canonicalJson(value as JsonValue) === canonicalJson(reordered(value) as JsonValue)));
});

test('is JSON that says what it was made from', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      fc.pre(!JSON.stringify(value).includes('__proto__'));
      const text = canonicalJson(value as JsonValue);
      assert.is(canonicalJson(parseLossless(text)), text);
      assert.equal(JSON.parse(text), JSON.parse(JSON.stringify(value, (_, member: unknown) => (Object.is(member, -0) ? 0 : member))));
    }),
  );
});

test('orders names by UTF-16 code units, many as well as few', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1 }), { maxLength: 60 }), (names) => {
      fc.pre(!names.includes('__proto__'));
      const object = Object.fromEntries(names.map((name) => [name, 1]));
      const expected = `{${[...names]
        .sort()
        .map((name) => `${JSON.stringify(name)}:1`)
        .join(',')}}`;
      return canonicalJson(object) === expected;
    }),
  );
});

test.run();
