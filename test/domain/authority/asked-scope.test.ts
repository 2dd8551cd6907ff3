import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type AskedScope, codeTextsOf, scopeFault } from '../../../domain/authority/asked-scope.js';
import { codeRangeText } from '../../../domain/identity/code-texts.js';
import { PATIENT } from './designations.js';

const test = suite('the scope that a steward asks for');

const ICD = 'http://hl7.org/fhir/sid/icd-10-cm';
const SNOMED = 'http://snomed.info/sct';
const ranged = (...codes: NonNullable<AskedScope['codes']>): AskedScope => ({ patientId: PATIENT, codes });
const ruleOf = (scope: AskedScope) => {
  const fault = scopeFault(scope);
  return fault === null ? null : `${fault.pointer} ${fault.rule}`;
};

test('patients, organizations, categories, demographic elements and everything can be designated', () => {
  const scopes: AskedScope[] = [
    {},
    { patientId: PATIENT },
    { organization: 'mercy', category: 'laboratory' },
    { category: 'demographics', element: 'birthDate' },
    { element: 'address' },
    ranged({ system: ICD, startsWith: 'E11' }, { system: SNOMED, code: '195967001' }),
  ];
  for (const scope of scopes) assert.is(ruleOf(scope), null, JSON.stringify(scope));
});

test('a range of codes needs a patient, under whose key it is kept', () => {
  assert.is(ruleOf({ codes: [{ system: SNOMED, code: '195967001' }] }), '/scope/codes patient-named');
});

test('codes that could join nothing, and prefixes of systems without hierarchy, are refused at their place', () => {
  const good = { system: SNOMED, code: '195967001' };
  const bad = [
    { system: SNOMED, code: '55607006' },
    { system: SNOMED, startsWith: '195' },
    { system: ICD, startsWith: 'E.1' },
    { system: ICD, code: 'E11', startsWith: 'E11' },
    { system: ICD },
  ];
  for (const range of bad) assert.is(ruleOf(ranged(good, range)), '/scope/codes/1 code-or-prefix', JSON.stringify(range));
});

test('demographics have elements and no codes, the other categories codes and no elements', () => {
  assert.is(ruleOf({ category: 'allergies', element: 'name' }), '/scope/element demographics-only');
  assert.is(ruleOf({ element: 'shoeSize' }), '/scope/element demographic-element');
  const codes = [{ system: SNOMED, code: '195967001' }];
  assert.is(ruleOf({ patientId: PATIENT, category: 'demographics', codes }), '/scope/codes clinical-category');
  assert.is(ruleOf({ patientId: PATIENT, element: 'name', codes }), '/scope/codes clinical-category');
});

test('the same range in other words is the same text', () => {
  const texts = codeTextsOf(
    ranged(
      { system: 'urn:oid:2.16.840.1.113883.6.90', startsWith: 'e11.' },
      { system: ICD, startsWith: 'E11' },
      { system: '2.16.840.1.113883.6.96', code: '195967001' },
    ),
  );
  assert.equal(texts, [codeRangeText({ system: ICD, startsWith: 'E11' }), codeRangeText({ system: SNOMED, code: '195967001' })]);
  assert.is(codeTextsOf({ patientId: PATIENT }), null);
});

test.run();
