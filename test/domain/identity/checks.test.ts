import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ucumUnits } from '../../../adapters/ucum/units.js';
import { canonicalNdc } from '../../../domain/identity/codes.js';
import { type FhirResource, type Statement, statementsOf } from '../../../domain/identity/statements.js';
import { agree } from '../../../domain/resolution/agreement.js';
import { concept, loinc, meet, ndc, only, resource, sct } from './resources.js';

/** The checks that catch the usual mistakes, as far as they concern what two records say. */
const test = suite('checks of identity');
const units = ucumUnits();
const HBA1C = '4548-4';
const AT = '2021-03-14T10:00:00Z';

/** An observation as it is written, digit by digit. */
function written(value: string, unit: string, { code = '6690-2', unitOnly = false, comparator = '' } = {}): Statement {
  const coded = unitOnly ? '' : `,"system":"http://unitsofmeasure.org","code":${JSON.stringify(unit)}`;
  const bound = comparator === '' ? '' : `,"comparator":"${comparator}"`;
  const text = `{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"${code}"}]},"effectiveDateTime":"${AT}","valueQuantity":{"value":${value},"unit":${JSON.stringify(unit)}${coded}${bound}}}`;
  return sayingOf(text);
}

function sayingOf(text: string): Statement {
  const [one] = statementsOf(JSON.parse(text) as FhirResource, undefined, units, text);
  if (one === undefined) throw new Error('a statement was expected');
  return one;
}

test('check 3: corrected after final says the same fact, stands above it, and differs only by what it corrects', () => {
  const result = (status: string, value: number) =>
    only(resource('Observation', { status, code: concept(loinc('2345-7')), effectiveDateTime: AT, valueQuantity: { value, code: 'mg/dL' } }));
  assert.equal(result('final', 90).identity, result('corrected', 99).identity);
  assert.is(result('final', 90).value, result('corrected', 90).value);
  assert.is.not(result('final', 90).value, result('corrected', 99).value);
  assert.equal(
    ['registered', 'preliminary', 'final', 'amended', 'corrected', 'entered-in-error'].map((status) => result(status, 90).standing),
    ['provisional', 'provisional', 'stated', 'corrected', 'corrected', 'entered-in-error'],
  );
});

test('check 4: no known allergy is another fact than an allergy to penicillin, and disputes it', () => {
  const none = resource('AllergyIntolerance', { code: concept(sct('716186003')) });
  const penicillin = resource('AllergyIntolerance', { code: concept(sct('764146007')), category: ['medication'], onsetDateTime: '1999' });
  assert.not.ok(meet(none, penicillin));
  assert.ok(only(none).contradicts.some((claim) => only(penicillin).asserts.includes(claim)));
});

test('check 5: refuted and confirmed are one fact with two values; in error is a standing', () => {
  const verified = (code: string) => resource('AllergyIntolerance', { code: concept(sct('764146007')), verificationStatus: concept({ code }) });
  assert.ok(meet(verified('refuted'), verified('confirmed')));
  assert.is.not(only(verified('refuted')).value, only(verified('confirmed')).value);
  assert.equal(
    ['refuted', 'confirmed', 'unconfirmed', 'entered-in-error'].map((code) => only(verified(code)).standing),
    ['stated', 'confirmed', 'provisional', 'entered-in-error'],
  );
});

test('check 6: 5 K/uL, 5 10*3/uL and 5.0 10*9/L are no conflict', () => {
  const all = [
    written('5', 'K/uL', { unitOnly: true }),
    written('5', 'K/uL'),
    written('5', '10*3/uL'),
    written('5.0', '10*9/L'),
    written('5', 'x10E3/uL', { unitOnly: true }),
    written('5000', '/uL'),
  ];
  for (const one of all) for (const other of all) assert.is(one.value, other.value);
  assert.not.ok(agree(written('5', 'K/uL'), written('5', '10*6/uL')));
});

test('check 6: HbA1c 48 mmol/mol and 4.8 % are never equal', () => {
  assert.not.ok(agree(written('48', 'mmol/mol', { code: HBA1C }), written('4.8', '%', { code: HBA1C })));
  assert.not.ok(agree(written('5', '{score}'), written('500', '%')));
  assert.not.ok(agree(written('1', '{INR}'), written('1', '1')));
});

test('check 6: units are converted within one code only, and never between kinds', () => {
  assert.ok(agree(written('37.0', 'Cel', { code: '8310-5' }), written('98.6', '[degF]', { code: '8310-5' })));
  assert.ok(agree(written('68.0', 'kg', { code: '29463-7' }), written('150', '[lb_av]', { code: '29463-7' })));
  assert.not.ok(agree(written('5', 'mg/dL'), written('5', 'mmol/L')));
  assert.not.ok(agree(written('90', 'mL/min'), written('90', 'mL/min/{1.73_m2}')));
  assert.not.ok(agree(written('5', 'mg', { code: '1-8' }), written('5', 'mg', { code: '2-6' })));
});

test('check 7: 7, 7.0 and 7.00 say the same; more digits are compared at the fewer', () => {
  assert.is(written('7', 'mmol/L').value, written('7.00', 'mmol/L').value);
  assert.equal(
    ['7', '7.0', '7.00', '0.0700', '70e-1', '0', '123456789012345'].map((digits) => written(digits, 'mmol/L').precision.length),
    [1, 2, 3, 3, 2, 1, 8],
  );
  assert.ok(agree(written('7', 'mmol/L'), written('7.04', 'mmol/L')));
  assert.ok(agree(written('7.0', 'mmol/L'), written('7.04', 'mmol/L')));
  assert.not.ok(agree(written('7.00', 'mmol/L'), written('7.04', 'mmol/L')));
  assert.not.ok(agree(written('7.0', 'mmol/L'), written('7.1', 'mmol/L')));
});

test('check 7: a bound is not the number it is a bound of', () => {
  assert.not.ok(agree(written('5', 'mmol/L', { comparator: '<' }), written('4.9', 'mmol/L')));
  assert.not.ok(agree(written('5', 'mmol/L', { comparator: '<' }), written('5', 'mmol/L')));
  assert.equal(written('5', 'mmol/L', { comparator: '<' }).precision, []);
});

test('check 8: an NDC is one token in three spellings, and ten digits without hyphens are none', () => {
  const [first, ...others] = ['0002-1433-80', '00002143380', '000002-1433-80'].map(canonicalNdc);
  assert.is(first, '000002143380');
  for (const other of others) assert.is(other, first);
  assert.is(canonicalNdc('0002143380'), null);
  const dispensed = (code: string) => resource('MedicationDispense', { medicationCodeableConcept: concept(ndc(code)), whenHandedOver: AT });
  assert.ok(meet(dispensed('0002-1433-80'), dispensed('00002143380')));
  assert.equal(only(dispensed('0002143380')).identity, []);
});

test('check 9: blood pressure as a panel and as two observations is the same two facts', () => {
  const sign = (code: string, value: string) =>
    `"code":{"coding":[{"system":"http://loinc.org","code":"${code}"}]},"valueQuantity":{"value":${value},"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}`;
  const head = `"resourceType":"Observation","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],"effectiveDateTime":"${AT}"`;
  const panelText = `{${head},"code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}]},"component":[{${sign('8480-6', '120.0')}},{${sign('8462-4', '80')}}]}`;
  const panel = statementsOf(JSON.parse(panelText) as FhirResource, undefined, units, panelText);
  const alone = [
    ['8462-4', '80'],
    ['8480-6', '120.0'],
  ].map(([code = '', value = '']) => sayingOf(`{${head},${sign(code, value)}}`));
  assert.equal(
    panel.map(({ part, ...said }) => said),
    alone.map(({ part, ...said }) => said),
  );
  assert.equal(
    panel.map(({ precision }) => precision.length),
    [2, 4],
  );
  assert.equal(
    alone.map(({ part }) => part),
    [null, null],
  );
  assert.is(new Set(panel.map(({ part }) => part)).size, 2);
});

test('check 10: two leads of one model are two implants', () => {
  const lead = (serialNumber: string) => resource('Device', { udiCarrier: [{ deviceIdentifier: '00844588003288' }], serialNumber });
  assert.not.ok(meet(lead('A1'), lead('A2')));
  assert.equal(only(resource('Device', { udiCarrier: [{ deviceIdentifier: '00844588003288' }] })).identity, []);
});

test('check 11: 2021-03 and 2021-03-14 share no token', () => {
  const at = (performedDateTime: string) => resource('Procedure', { code: concept(sct('80146002')), performedDateTime });
  assert.not.ok(meet(at('2021-03'), at('2021-03-14')));
  assert.ok(meet(at('2021-03'), at('2021-03')));
});

test.run();
