import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { scanElements } from '../../../domain/json/elements.js';
import { fc } from './arbitrary.js';

const test = suite('elements of a JSON array');
const elements = (text: string) => scanElements(text)?.map(({ start, end }) => text.slice(start, end)) ?? null;

test('each element is given exactly as it was written', () => {
  assert.equal(elements(' [ 7.00 , {"a":[1,"]"]} ,"x\\",]" , null,[ ] , true ] '), ['7.00', '{"a":[1,"]"]}', '"x\\",]"', 'null', '[ ]', 'true']);
  assert.equal(elements('[]'), []);
  assert.equal(elements('\n[\t]\r\n'), []);
});

test('what is no array, or does not end, has no elements', () => {
  for (const text of ['', '{}', '1', '[', '[1', '[1,', '[1,]', '[,1]', '[1,,2]', '["a]', '[}]', '[1] x', '[] ]']) assert.is(elements(text), null, text);
});

test('an array may stand within a longer text', () => {
  const text = '{"entry":[1, 2],"x":[3]}';
  assert.equal(
    scanElements(text, 9, 15)?.map(({ start, end }) => text.slice(start, end)),
    ['1', '2'],
  );
});

test('whatever the elements are, put together they are the array', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.constantFrom(0, 2), (values, indent) => {
      const text = JSON.stringify(values, null, indent);
      assert.equal(
        elements(text)?.map((element) => JSON.parse(element) as unknown),
        JSON.parse(text),
      );
    }),
  );
});

test.run();
