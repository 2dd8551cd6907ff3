import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cutOut, putBack, spansWithout } from '../../../domain/phi/cutting.js';
import { type Places, spansOf } from '../../../domain/phi/places.js';

const blanks = fc.constantFrom('', ' ', '\n', '\t \r\n');
const number = fc.constantFrom('7.0', '-0', '1E+2', '1e400', '12345678901234567890.10', '0.000');
const scalar = fc.oneof(
  number,
  // What no store takes is refused before: NUL and halves of characters.
  fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text.replace(/\0|\p{Surrogate}/gu, ''))),
  fc.constantFrom('true', 'false', 'null', '"\\u00e9\\/"', '"],{"', '"\\\\\\""'),
);

/** JSON text with blanks and numbers as nobody but its author would write them. */
const { value: written } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    scalar,
    fc.tuple(fc.array(tie('value'), { maxLength: 4 }), blanks).map(([items, blank]) => `[${blank}${items.join(`${blank},${blank}`)}${blank}]`),
    members(tie('value')),
  ),
}));

function members(value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e e', 'f"'), { maxLength: 5 }), fc.array(value, { minLength: 5, maxLength: 5 }), blanks)
    .map(
      ([names, values, blank]) =>
        `{${blank}${names.map((name, index) => `${JSON.stringify(name)}${blank}:${blank}${values[index]}`).join(`${blank},${blank}`)}${blank}}`,
    );
}

/** An object of which some members, and some elements of its arrays, are to go; something of each stays. */
const cuttable = fc
  .tuple(
    fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e e', 'é', 'resource'), { minLength: 1, maxLength: 7 }),
    fc.array(fc.oneof(written, fc.array(written, { minLength: 2, maxLength: 5 })), { minLength: 7, maxLength: 7 }),
    fc.array(fc.nat(3), { minLength: 40, maxLength: 40 }),
    blanks,
  )
  .map(([names, values, rolls, blank]) => {
    let roll = 0;
    const next = () => rolls[roll++ % rolls.length] ?? 0;
    const gone = new Map<string, string>();
    const items = new Map<string, Map<number, string>>();
    for (const [index, name] of names.entries()) {
      const value = values[index];
      if (index > 0 && next() === 0) gone.set(name, `s${next()}`);
      else if (Array.isArray(value)) {
        const own = new Map(value.map((_, item) => [item, `s${next()}`] as const).filter(([item]) => item !== 1 && next() > 1));
        if (own.size > 0) items.set(name, own);
      }
    }
    const texts = values.map((value) => (Array.isArray(value) ? `[${blank}${value.join(`,${blank}`)}${blank}]` : value));
    const text = `${blank}{${names.map((name, index) => `${blank}${JSON.stringify(name)}:${blank}${texts[index]}`).join(`${blank},`)}${blank}}`;
    return { text, places: { members: gone, items, texts: new Map<string, string>() } satisfies Places };
  });

test('whatever is cut out of a JSON text, all of it put back gives the text byte for byte', () => {
  fc.assert(
    fc.property(cuttable, ({ text, places }) => {
      const spans = spansOf(text, places);
      assert.ok(spans !== null);
      const { rest, cuts } = cutOut(text, spans);
      assert.is(putBack(rest, cuts), text);
      assert.is(putBack(rest, [...cuts].reverse()), text);
    }),
    { numRuns: 500 },
  );
});

test('what is left is JSON, without what was cut, and so it is with any part put back', () => {
  fc.assert(
    fc.property(cuttable, fc.nat(15), ({ text, places }, held) => {
      const spans = spansOf(text, places) ?? [];
      const { rest, cuts } = cutOut(text, spans);
      const left = JSON.parse(rest) as Record<string, unknown>;
      const whole = JSON.parse(text) as Record<string, unknown>;
      for (const name of places.members.keys()) assert.not.ok(Object.hasOwn(left, name));
      for (const [name, own] of places.items) assert.is((left[name] as unknown[]).length, (whole[name] as unknown[]).length - own.size);
      const some = cuts.filter(({ order }) => (held & (1 << Number(spans[order]?.scope.slice(1)))) !== 0);
      JSON.parse(putBack(rest, some));
    }),
    { numRuns: 500 },
  );
});

test('each item that goes takes one comma with it', () => {
  const spans = [0, 2, 4].map((start) => ({ start: start + 1, end: start + 2 }));
  const cut = (...gone: number[]) =>
    cutOut(
      '[a,b,c]',
      spansWithout(spans, (index) => gone.includes(index)),
    ).rest;
  assert.equal([cut(), cut(0), cut(1), cut(2), cut(0, 1), cut(1, 2), cut(0, 2)], ['[a,b,c]', '[b,c]', '[a,c]', '[a,b]', '[c]', '[a]', '[b]']);
  assert.is(cut(0, 1, 2), '[]', 'and the last of all takes none');
});

test('the words of an object are cut out of it, wherever they stand in it, and put back to the byte', () => {
  for (const text of [
    '{"code": { "text" : "w" ,"coding":[]} }',
    '{"a":[1,2],"code":{"coding":[ ], "text":"w"}}',
    '{"code":{"id":"i","text":"w","coding":[]},"a":1}',
  ]) {
    const spans = spansOf(text, { members: new Map(), items: new Map(), texts: new Map([['code', 's']]) });
    assert.ok(spans !== null && spans.length === 1 && spans[0]?.scope === 's', text);
    const { rest, cuts } = cutOut(text, spans);
    assert.not.ok(rest.includes('w') || rest.includes('text'), rest);
    JSON.parse(rest);
    assert.is(putBack(rest, cuts), text);
    assert.is(putBack(rest, []), rest);
  }
  const nowhere = { members: new Map<string, string>(), items: new Map<string, Map<number, string>>() };
  assert.is(spansOf('{"a":1}', { ...nowhere, texts: new Map([['code', 's']]) }), null);
  assert.is(spansOf('{"code":[{"text":"w"}]}', { ...nowhere, texts: new Map([['code', 's']]) }), null);
});

test('a text that does not show what is to go is not cut at all', () => {
  assert.is(spansOf('{"a":1}', { members: new Map([['b', 's']]), items: new Map(), texts: new Map() }), null);
  assert.is(spansOf('{"a":1}', { members: new Map(), items: new Map([['a', new Map([[0, 's']])]]), texts: new Map() }), null);
  assert.is(spansOf('{"a":[1]}', { members: new Map(), items: new Map([['a', new Map([[1, 's']])]]), texts: new Map() }), null);
  assert.is(spansOf('{"b":1}', { members: new Map(), items: new Map([['a', new Map([[0, 's']])]]), texts: new Map() }), null);
  assert.is(spansOf('[1', { members: new Map([['b', 's']]), items: new Map(), texts: new Map() }), null);
});

test.run();
