import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ucumUnits } from '../../../adapters/ucum/units.js';
import { decimalText, exactDecimal, scaled } from '../../../domain/identity/exact-decimal.js';

const test = suite('UCUM');
const units = ucumUnits();

/** How much it is in the unit of its kind. */
function compared(value: string, unit: string): string {
  const number = exactDecimal(value);
  if (number === null) throw new Error('a number was expected');
  const { unit: kind, factor, offset } = units.canonical(unit);
  return `${decimalText(scaled(number, factor, offset))} ${kind}`;
}
const same = (a: readonly [string, string], b: readonly [string, string]) => assert.is(compared(...a), compared(...b), `${a} = ${b}`);
const differ = (a: string, b: string) => assert.is.not(units.canonical(a).unit, units.canonical(b).unit, `${a} is not ${b}`);

test('converts exactly', () => {
  same(['5', '10*3/uL'], ['5', '10*9/L']);
  same(['0.1', 'mg'], ['100', 'ug']);
  same(['1', '[lb_av]'], ['453.59237', 'g']);
  same(['180', 'cm'], ['1.8', 'm']);
  same(['6', 'L/h'], ['100', 'mL/min']);
  same(['60', '/min'], ['1', '/s']);
  same(['5.5', 'mmol/L'], ['5500', 'umol/L']);
  same(['1', 'U/L'], ['1', 'umol/min/L']);
  same(['16', 'kPa'], ['16000', 'Pa']);
  same(['1', 'mg/dl'], ['10', 'mg/L']);
});

test('knows temperatures, which have another zero', () => {
  same(['37', 'Cel'], ['98.6', '[degF]']);
  same(['-40', 'Cel'], ['-40', '[degF]']);
  same(['310.15', 'K'], ['37', 'Cel']);
});

test('reads what sources write before it asks what UCUM says: K/uL is not kelvin', () => {
  const pairs = [
    ...[
      ['K/uL', '10*3/uL'],
      ['x10E3/uL', '10*3/uL'],
      ['10^9/L', '10*9/L'],
      ['M/uL', '10*6/uL'],
      ['mcg', 'ug'],
      ['mcg/mL', 'ug/mL'],
      ['µg/L', 'ug/L'],
    ],
    ...[
      ['mmHg', 'mm[Hg]'],
      ['mm Hg', 'mm[Hg]'],
      ['cc', 'mL'],
      ['IU/L', '[iU]/L'],
      ['[IU]/L', '[iU]/L'],
      ['uIU/mL', 'm[iU]/L'],
      ['mEq/L', 'meq/L'],
    ],
    ...[
      ['lbs', '[lb_av]'],
      ['bpm', '/min'],
      ['{beats}/min', '/min'],
      ['mg/hr', 'mg/h'],
      ['°C', 'Cel'],
      ['K/cumm', '10*3/uL'],
    ],
  ];
  for (const [written = '', ucum = ''] of pairs) same(['5', written], ['5', ucum]);
});

test('keeps apart what only looks alike', () => {
  differ('mmol/mol', '%');
  differ('{score}', '%');
  differ('{INR}', '1');
  differ('mL/min', 'mL/min/{1.73_m2}');
  differ('mmol/L', 'mg/dL');
  differ('meq/L', 'mmol/L');
  differ('[iU]/L', 'U/L');
  differ('[iU]/L', '[iU]/mL');
  differ('[pH]', 'mol/L');
  differ('10*3/uL', 'K/L');
});

test('leaves a text that is no unit as it is, and tells nobody', () => {
  const said: unknown[] = [];
  const { log, error } = console;
  console.log = console.error = (...words: unknown[]) => void said.push(words);
  try {
    for (const text of ['Lovelace, Ada', '', '{', 'gram', 'degF in the ear', 'x'.repeat(10_000), '(((((', '10*999'])
      assert.equal(decimalText(units.canonical(text).factor), '1e0', text.slice(0, 20));
  } finally {
    Object.assign(console, { log, error });
  }
  assert.equal(said, []);
  assert.is(console.log, log);
});

test('answers the same however often and after whatever else it is asked', () => {
  const first = units.canonical('mg/dL');
  for (let index = 0; index < 5000; index += 1) units.canonical(`{u${index}}`);
  assert.equal(units.canonical('mg/dL'), first);
});

test.run();
