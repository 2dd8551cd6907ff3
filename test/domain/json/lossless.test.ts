import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { canonicalJson } from '../../../domain/json/canonical.js';
import { doubleKeeps, type JsonValue, memberCountOf, parseLossless, scanMembers, WideNumber } from '../../../domain/json/lossless.js';
import { fc } from './arbitrary.js';

const LIMITS = { maxDepth: 8 };
const scan = (text: string) => scanMembers(text, LIMITS);
const spans = (text: string) => Object.fromEntries([...scan(text).members].map(([name, span]) => [name, text.slice(span.start, span.end)]));
const faultOf = (text: string) => scan(text).error?.code ?? 'none';

const scanning = suite('scanning members');

scanning('gives each top-level value exactly as it was written', () => {
  const text = ' { "a" : 7.00 , "b":"x\\"y,}" ,"c": { "d": [1, {"e":"]"}] }, "n": null,"t" :true , "e":[] } ';
  assert.equal(spans(text), { a: '7.00', b: '"x\\"y,}"', c: '{ "d": [1, {"e":"]"}] }', n: 'null', t: 'true', e: '[]' });
  assert.is(scan(text).error, undefined);
});

scanning('accepts an object without members', () => {
  assert.is(scan('{}').error, undefined);
  assert.is(scan(' { } ').members.size, 0);
});

scanning('decodes an escaped member name', () => {
  assert.equal(spans('{"\\u0061\\n":1}'), { 'a\n': '1' });
});

scanning('refuses a member said twice at the top, however it is escaped', () => {
  assert.is(faultOf('{"a":1,"a":2}'), 'duplicate-member');
  assert.is(faultOf('{"a":1,"\\u0061":2}'), 'duplicate-member');
});

scanning('counts all members, so that one lost further down can be noticed', () => {
  const twice = '{"a":{"b":1,"b":2},"c":[{"d":1}]}';
  assert.is(scan(twice).memberCount, 5);
  assert.is(memberCountOf(JSON.parse(twice) as JsonValue), 4);
});

scanning('refuses a member named __proto__ at any depth, plain or escaped', () => {
  assert.is(faultOf('{"a":[{"__proto__":1}]}'), 'forbidden-member');
  assert.is(faultOf('{"a":{"\\u005f_proto__" : 1}}'), 'forbidden-member');
});

scanning('lets __proto__ stand as a value, and constructor as a name', () => {
  assert.is(faultOf('{"a":"__proto__","constructor":1}'), 'none');
});

scanning('refuses NUL and lone surrogates, raw and escaped, in values and names', () => {
  for (const bad of ['\u0000', '\\u0000', '\ud800', '\\ud800', '\\uDC00', '\\ud800x\\udc00']) {
    assert.is(faultOf(`{"a":["${bad}"]}`), 'forbidden-character', JSON.stringify(bad));
    assert.is(faultOf(`{"${bad}":1}`), 'forbidden-character', JSON.stringify(bad));
  }
});

scanning('accepts an escaped backslash before u0000, and surrogates in pairs', () => {
  assert.is(faultOf('{"a":"\\\\u0000","b":"\\ud83d\\ude00","c":"😀"}'), 'none');
});

scanning('refuses nesting beyond the limit and accepts the limit itself', () => {
  const nested = (depth: number) => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
  assert.is(faultOf(nested(8)), 'none');
  assert.is(faultOf(nested(9)), 'too-deep');
});

scanning('refuses what is no object', () => {
  for (const text of ['', '  ', '[]', '1', '"a"', '\ufeff{}']) assert.is(faultOf(text), 'not-an-object', text);
});

scanning('says of a number that a double would change that it is wide', () => {
  const wide = ['0.1234567890123456789', '12345678901234567890', '1e400', '-1E-400', '9007199254740993'];
  for (const lexeme of wide) assert.is(scan(`{"a":[${lexeme}]}`).hasWideNumber, true, lexeme);
  const kept = ['7.0', '-0.50', '1e2', '179.23347621031567', '123456789012345', '0.000000000000000', '9007199254740992'];
  for (const lexeme of kept) assert.is(scan(`{"a":[${lexeme}]}`).hasWideNumber, false, lexeme);
});

scanning('neither throws nor hangs on garbage', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '\\', 'a', '1', '-', 'e', ' ', 'null', '\\u00', '"a"')), (parts) => {
      const { error } = scan(`{${parts.join('')}`);
      return error === undefined || error.offset >= 0;
    }),
    { numRuns: 2000 },
  );
});

scanning('finds what JSON.parse finds, in any text of an object', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), fc.constantFrom(0, 2), (object, indent) => {
      fc.pre(!Object.hasOwn(object, '__proto__'));
      const text = JSON.stringify(object, null, indent);
      const found = scanMembers(text, { maxDepth: 64 });
      if (found.error !== undefined) return /\\u0000|\\ud[89a-f]|__proto__/.test(text);
      const values = [...found.members].map(([name, span]) => [name, JSON.parse(text.slice(span.start, span.end)) as JsonValue]);
      assert.equal(Object.fromEntries(values), JSON.parse(text));
      return found.memberCount === memberCountOf(JSON.parse(text) as JsonValue);
    }),
  );
});

scanning.run();

const parsing = suite('parsing without loss');

parsing('keeps the digits that a double would lose', () => {
  const value = parseLossless('{"a":[0.1234567890123456789,7.0,1e400]}') as { a: readonly JsonValue[] };
  assert.instance(value.a[0], WideNumber);
  assert.is((value.a[0] as WideNumber).lexeme, '0.1234567890123456789');
  assert.is(value.a[1], 7);
  assert.is((value.a[2] as WideNumber).lexeme, '1e400');
});

parsing('reads what JSON.parse reads where no number is wide', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(0, 1), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      fc.pre(!text.includes('__proto__'));
      return canonicalJson(parseLossless(text)) === canonicalJson(JSON.parse(text) as JsonValue);
    }),
  );
});

parsing('gives every decimal back as it was written, or as a double that says the same', () => {
  const lexemes = fc
    .tuple(fc.boolean(), fc.bigInt({ min: 0n }), fc.bigInt({ min: 0n }))
    .map(([negative, whole, fraction]) => `${negative ? '-' : ''}${whole}.${fraction}1`);
  fc.assert(
    fc.property(lexemes, (lexeme) => {
      const value = parseLossless(lexeme);
      return value instanceof WideNumber ? value.lexeme === lexeme : canonicalJson(value) === canonicalJson(new WideNumber(lexeme));
    }),
  );
});

parsing('throws an offset and no content on text that is not JSON', () => {
  for (const text of ['', '{', '{"secret":}', '["secret" 1]', 'secret', '{"a":"secret\\q"}', '1 2', '{"__proto__":1}', `${'['.repeat(600)}`]) {
    assert.throws(
      () => parseLossless(text),
      (error: unknown) => error instanceof SyntaxError && !error.message.includes('secret'),
    );
  }
});

parsing('a double keeps decimals of up to fifteen digits', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999_999_999_999 }), fc.integer({ min: -20, max: 20 }), (digits, exponent) =>
      doubleKeeps(`${digits}e${exponent}`),
    ),
  );
});

parsing.run();
