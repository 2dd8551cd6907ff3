import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isCard, isDea, isMbi, isNhsNumber, isNpi, isSsn, isVin, passesLuhn } from '../../../domain/scanning/check-digits.js';

test('the published examples of each kind of number pass', () => {
  assert.ok(isNpi('1234567893'));
  assert.ok(isMbi('1EG4TE5MK73'));
  assert.ok(isDea('AB1234563'));
  assert.ok(isNhsNumber('9434765919'));
  assert.ok(isCard('4111111111111111'));
  assert.ok(isCard('378282246310005'));
  assert.ok(isVin('1HGCM82633A004352'));
  assert.ok(isVin('1M8GDM9AXKP042788'));
});

test('a wrong check digit, a wrong length and a wrong alphabet are refused', () => {
  for (const number of ['1234567890', '3234567893', '123456789', '12345678930']) assert.not(isNpi(number), number);
  for (const number of ['1SG4TE5MK73', '0EG4TE5MK73', '1EG4TE5MK7', '1EG4TE5MKB3']) assert.not(isMbi(number), number);
  for (const number of ['AB1234560', 'A11234563', 'IB1234563']) assert.not(isDea(number), number);
  for (const number of ['9434765918', '0434765919', '4444444444']) assert.not(isNhsNumber(number), number);
  for (const number of ['4111111111111112', '411111111111111', '9111111111111111']) assert.not(isCard(number), number);
  for (const number of ['1HGCM82633A004353', '1HGCM82633A00435I', '11111111111111111']) assert.not(isVin(number), number);
});

test('areas, groups and serials that were never given out are no SSN, and those for advertisements neither', () => {
  assert.ok(isSsn('219099999'));
  for (const number of ['000123456', '666123456', '900123456', '219009999', '219090000', '987654320', '21909999']) assert.not(isSsn(number), number);
});

test('Luhn sees any one digit that was changed', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 2, maxLength: 18 }), fc.nat(), fc.integer({ min: 1, max: 9 }), (body, place, by) => {
      const check = Array.from({ length: 10 }, (_, digit) => digit).find((digit) => passesLuhn([...body, digit].join(''))) as number;
      const digits = [...body, check];
      const at = place % digits.length;
      digits[at] = ((digits[at] as number) + by) % 10;
      assert.not(passesLuhn(digits.join('')));
    }),
  );
});

test.run();
