import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { scanElements } from '../../../domain/json/elements.js';
import { fc } from './arbitrary.js';

const test = suite('scanning elements');

const textsOf = (text: string) => scanElements(text)?.map(({ start, end }) => text.slice(start, end)) ?? null;

test('each element is given exactly as it was written', () => {
  assert.equal(textsOf(' [ 7.00 , "a,]\\"" ,{ "b": [1, "}"] },[],null ] '), ['7.00', '"a,]\\""', '{ "b": [1, "}"] }', '[]', 'null']);
  assert.equal(textsOf('[]'), []);
  assert.equal(textsOf(' [ ] '), []);
});

test('a part of a text is looked at alone', () => {
  const text = '{"entry":[1,[2]],"x":[3]}';
  const [start, end] = [text.indexOf('['), text.indexOf(',"x"')];
  assert.equal(
    scanElements(text, start, end)?.map((span) => text.slice(span.start, span.end)),
    ['1', '[2]'],
  );
});

test('what is no array is none', () => {
  for (const text of ['', '{}', '7', '[', '[1', '[1,', '[,]', '[1,]', '[1]]', '[1] 2', '["a', '[}]', '[{]', '[] x']) assert.is(textsOf(text), null, text);
});

test('the elements of any array, however it is spaced, parse to what it holds', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.constantFrom(undefined, 1, '\t'), (items, indent) => {
      const parsed: unknown = JSON.parse(JSON.stringify(items));
      assert.equal(
        textsOf(JSON.stringify(items, null, indent))?.map((text) => JSON.parse(text) as unknown),
        parsed,
      );
    }),
  );
});

test.run();
