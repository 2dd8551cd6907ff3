import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { canonicalNdc, conceptsKey, strongCode, strongCodes } from '../../../domain/identity/codes.js';
import { canonicalSystem } from '../../../domain/identity/systems.js';
import { concept, cvx, icd10, loinc, ndc, sct } from './resources.js';

const test = suite('codes');
const code = (coding: { system?: string; code?: string }) => strongCode(coding)?.code ?? null;

test('a system is one system as URI, OID and HL7 v2 name', () => {
  for (const name of [
    'http://snomed.info/sct',
    'https://snomed.info/sct/',
    'urn:oid:2.16.840.1.113883.6.96',
    '2.16.840.1.113883.6.96',
    'SCT',
    'http://snomed.info/sct/731000124108',
  ]) {
    assert.is(canonicalSystem(name), 'http://snomed.info/sct', name);
  }
  assert.is(canonicalSystem('urn:oid:2.16.840.1.113883.6.69'), 'http://hl7.org/fhir/sid/ndc');
});

test('an unknown system stays as it is, case included', () => {
  assert.is(canonicalSystem('https://Example.org/Codes/'), 'https://Example.org/Codes/');
});

test('an NDC is one code in each of its spellings, and none where it is ambiguous', () => {
  for (const text of ['0002-1433-80', '00002143380', '000002-1433-80', '00002-1433-80']) assert.is(canonicalNdc(text), '000002143380', text);
  assert.is(canonicalNdc('12345-678-90'), '012345067890');
  assert.is(canonicalNdc('12345-6789-0'), '012345678900');
  for (const text of ['0002143380', '0002-1433', '', 'NDC']) assert.is(canonicalNdc(text), null, text);
  assert.is(code(ndc('0002143380')), null);
});

test('dots, case and leading zeros do not make another code where the system says so', () => {
  assert.is(code(icd10('e11.9')), 'E119');
  assert.is(code(cvx('03')), code(cvx('3')));
  assert.is(code(loinc('8480-6')), '8480-6');
  assert.is(code({ system: 'http://example.org/local', code: 'a.1' }), 'a.1');
});

test('a code that says nothing joins nothing', () => {
  const weak = [
    sct('55607006'),
    sct('416098002'),
    icd10('R69'),
    { system: 'http://terminology.hl7.org/CodeSystem/v3-NullFlavor', code: 'NI' },
    { system: 'urn:oid:2.16.840.1.113883.5.1008', code: 'OTH' },
    { system: 'http://example.org/local', code: 'UNK' },
    { code: '91936005' },
    { system: 'http://snomed.info/sct' },
    { system: 'http://snomed.info/sct', code: 'Penicillin' },
  ];
  for (const coding of weak) assert.is(strongCode(coding), null, JSON.stringify(coding));
});

test('a concept without codes is known by its text inside a key', () => {
  assert.is(conceptsKey([{ text: ' Left  ARM ' }]), 'left arm');
  assert.is(conceptsKey([concept(sct('368208006')), { text: 'x' }]), conceptsKey([{ text: 'X' }, concept(sct('368208006', 'other display'))]));
});

test('a concept with thousands of codings yields few', () => {
  const codings = Array.from({ length: 5000 }, (_, index) => sct(String(10_000_000 + index)));
  assert.is(strongCodes([concept(...codings)]).length, 32);
  assert.equal(strongCodes([concept(...codings)]), strongCodes([concept(...codings.reverse())]));
});

test.run();
