import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseLossless } from '../../../domain/json/lossless.js';
import { jsonText } from '../../../domain/json/write.js';

const test = suite('JSON as it was written');

test('a text that is parsed for its lexemes is written again with the digits it had', () => {
  for (const number of ['7.0', '120.00', '1e2', '-0', '0.10', '12345678901234567890', '1.000000000000000000001', '42', '-1.5']) {
    const text = `{"value":${number},"list":[${number},null,true,"7.0"]}`;
    assert.is(jsonText(parseLossless(text, 'lexeme')), text);
  }
});

test('any value comes out as it would otherwise', () => {
  fc.assert(
    fc.property(
      fc.jsonValue().filter((value) => !JSON.stringify(value).includes('__proto__')),
      (value) => {
        const text = JSON.stringify(value);
        assert.equal(JSON.parse(jsonText(parseLossless(text, 'lexeme'))), JSON.parse(text));
        assert.equal(JSON.parse(jsonText(parseLossless(text))), JSON.parse(text));
      },
    ),
  );
});

test.run();
