import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { dateForms, datesAgree, dateText, nameText } from '../../../domain/search/normalise.js';
import { isNoDate, isNoIdentifier, isNoName, isNoPhone } from '../../../domain/search/placeholders.js';

const test = suite('search: normal forms');

const same = (...texts: string[]) => assert.equal(new Set(texts.map(nameText)).size, 1, texts.join(' = '));

test('a name is the same name however it is typed', () => {
  same("O'Neil-Smith", 'ONeil Smith', 'o’neil smith', 'O`NEIL–SMITH', "  o'neil   smith ");
  same('Müller', 'Mu\u0308ller', 'muller', 'MULLER');
  same('Weiß', 'WEISS', 'weiss');
  same('Sørensen', 'Sorensen');
  same('Łukasz', 'lukasz');
  same('Næss', 'naess');
  same('Đorđević', 'Dordevic');
  same('İpek', 'ipek', 'Ipek', 'ıpek');
  same('ΟΔΥΣΣΕΥΣ', 'Οδυσσεύς', 'οδυσσευς');
  same('שָׁלוֹם', 'שלום');
  same('مُحَمَّد', 'محمد');
  same('van der Berg', 'Van Der Berg', 'VANDERBERG');
});

test('what its writers hold for a letter stays one', () => {
  assert.is.not(nameText('ガ'), nameText('カ'));
  assert.is.not(nameText('राम'), nameText('रम'));
  assert.is.not(nameText('Muller'), nameText('Mueller'));
});

test('titles and suffixes are no part of a name, unless there is no other', () => {
  same('Dr. Ada Lovelace', 'Ada Lovelace', 'Prof. Dr. Ada Lovelace MD PhD', 'Ada Lovelace III');
  assert.is(nameText('Junior'), 'junior');
  assert.is(nameText('Prof. Dr.'), 'dr');
});

test('a normal form is its own normal form, has no mark or blank, and is bounded', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
      const form = nameText(text);
      assert.ok(/^[\p{L}\p{N}\p{M}]*$/u.test(form), JSON.stringify(form));
      assert.ok(Array.from(form).length <= 64);
      if (Array.from(form).length < 64) assert.is(nameText(form), form);
    }),
    { numRuns: 500 },
  );
});

test('a date is kept as far as it is known, and a day that is none is none', () => {
  assert.equal(['1980', '1980-05', '1980-05-17', ' 1980-05-17 ', '1980-05-17T10:00:00Z'].map(dateText), [
    '1980',
    '1980-05',
    '1980-05-17',
    '1980-05-17',
    '1980-05-17',
  ]);
  for (const text of ['', '80', '1980-13', '1980-02-30', '17.05.1980', '1980-05-17x', 'unknown']) assert.is(dateText(text), null, text);
  assert.equal(dateForms('1980-05-17'), ['1980-05-17', '1980-05', '1980']);
  assert.equal(dateForms('1980'), ['1980']);
  assert.ok(datesAgree('1980', '1980-05-17') && datesAgree('1980-05-17', '1980-05') && !datesAgree('1980-05', '1980-06-01'));
});

test('what stands for none is known, and what people have is not taken for it', () => {
  for (const name of ['', 'unknown', 'xxx', 'test', 'nmn']) assert.ok(isNoName(name), name);
  for (const name of ['null-bauer', 'nona', 'ng', 'o', 'aa']) assert.not.ok(isNoName(name), name);
  for (const date of ['1900-01-01', '0001-01-01', '9999-12-31', '1753-01-01']) assert.ok(isNoDate(date), date);
  for (const date of ['1970-01-01', '1900-01-02', '1900', '2000-01-01']) assert.not.ok(isNoDate(date), date);
  for (const value of ['000000000', '999999999', '123456789', '1111111', 'UNKNOWN', 'XXX', 'N/A', '']) assert.ok(isNoIdentifier(value), value);
  for (const value of ['1111', '123', '987654', 'A0', '0001']) assert.not.ok(isNoIdentifier(value), value);
  for (const number of ['+15555555555', '+12025555555555', '+10000000000', '+11234567890']) assert.ok(isNoPhone(number), number);
  for (const number of ['+12025550143', '+4930901820']) assert.not.ok(isNoPhone(number), number);
});

test.run();
