import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decimalText, exactDecimal, roundedTexts, scaled, statedDigits } from '../../../domain/identity/exact-decimal.js';
import { writtenNumber } from '../../../domain/identity/written-number.js';
import { fc } from '../json/arbitrary.js';

const test = suite('exact decimals');
const of = (lexeme: string) => {
  const number = exactDecimal(lexeme);
  if (number === null) throw new Error(`${lexeme} is a number`);
  return number;
};

test('are written in one way', () => {
  for (const lexeme of ['7', '7.0', '7.00', '0.7e1', '70e-1']) assert.is(decimalText(of(lexeme)), '7e0', lexeme);
  assert.equal(
    ['0', '-0.00', '1200', '-0.05'].map((lexeme) => decimalText(of(lexeme))),
    ['0', '0', '12e2', '-5e-2'],
  );
});

test('count the digits that were stated', () => {
  assert.equal(['7', '7.0', '0.070', '1200', '-1.50e10', '0.00', '10e400'].map(statedDigits), [1, 2, 2, 4, 3, 1, 2]);
});

test('are rounded with halves away from zero, through all nines', () => {
  assert.equal(roundedTexts(of('99.96'), 4), ['1e2', '1e2', '1e2', '9996e-2']);
  assert.equal(roundedTexts(of('-2.5'), 2), ['-3e0', '-25e-1']);
  assert.equal(roundedTexts(of('1.04'), 3), ['1e0', '1e0', '104e-2']);
  assert.equal(roundedTexts(of('0'), 2), ['0', '0']);
});

test('are rounded to the nearest number of so many digits', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
      fc.integer({ min: -30, max: 30 }),
      fc.integer({ min: 1, max: 10 }),
      (digits, exponent, kept) => {
        const text = roundedTexts({ digits, exponent }, kept)[kept - 1] ?? '';
        const near = of(text);
        const lowest = Math.min(exponent, near.exponent);
        const at = (number: { digits: bigint; exponent: number }) => number.digits * 10n ** BigInt(number.exponent - lowest);
        const size = String(digits < 0n ? -digits : digits).length;
        const unit = 10n ** BigInt(Math.max(0, size - kept) + exponent - lowest);
        const distance = at(near) - at({ digits, exponent });
        assert.ok((distance < 0n ? -distance : distance) * 2n <= unit);
        assert.ok(text === '0' || (text.replace(/e.*$/, '').replace('-', '').length <= kept && !/0e/.test(text)));
      },
    ),
  );
});

test('are multiplied and moved exactly', () => {
  assert.is(decimalText(scaled(of('36.6'), of('1.8'), of('32'))), '9788e-2');
  assert.is(decimalText(scaled(of('0.1'), of('1000'), of('0'))), '1e2');
});

test('are not made of what no instrument writes', () => {
  for (const lexeme of ['1e9999', `1${'0'.repeat(100)}`, 'NaN', '']) assert.is(exactDecimal(lexeme), null, lexeme);
});

test('are found in the text where parsing may have lost digits, and only there', () => {
  const text = '{"a": [ {"value" : 7.10 }, {"value":7.20} ] }';
  assert.is(writtenNumber(text, ['a', 1, 'value']), '7.20');
  assert.is(writtenNumber(text, ['a', 2, 'value']), null);
  assert.is(writtenNumber(text, ['b']), null);
  assert.is(writtenNumber('{"a":{"value":1.5e2}}', ['a', 'value']), '1.5e2');
  assert.is(writtenNumber('{"a":{"value":7.1}}', ['a', 'value']), null);
});

test.run();
