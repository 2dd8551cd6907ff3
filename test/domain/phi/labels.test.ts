import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isConceptId } from '../../../domain/masking/check-digits.js';
import { sensitiveRuleOf } from '../../../domain/phi/code-lookup.js';
import { LABEL_RULES, labelsOf } from '../../../domain/phi/labels.js';
import { passesLuhn } from '../../../domain/scanning/check-digits.js';
import { CODE_RULES } from '../../../schemas/phi/code-rules.js';
import { OPIOIDS } from '../../../schemas/phi/opioid-codes.js';
import { isOpenScope, isSensitiveScope, SENSITIVE_SCOPES } from '../../../schemas/phi/scopes.js';
import { ACT_CODE, CONFIDENTIALITY, SENSITIVITIES } from '../../../schemas/phi/sensitivities.js';

const coded = (system: string, code: string) => ({ coding: [{ system, code }] });
const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm';
const LOINC = 'http://loinc.org';
const ICD = 'http://hl7.org/fhir/sid/icd-10-cm';
const condition = (code: string) => labelsOf({ resourceType: 'Condition', code: coded(ICD, code) });

test('what holds nothing sensitive is normal, and no rule is named', () => {
  const labels = labelsOf({ resourceType: 'Observation', instantiatesUri: ['urn:x'], code: coded(LOINC, '8867-4'), valueQuantity: { value: 60 } });
  assert.equal(labels, { confidentiality: 'N', sensitivity: [], rules: [], by: LABEL_RULES });
});

test('a LOINC code of an HIV test is sensitive whatever its path', () => {
  for (const resource of [
    { resourceType: 'Observation', code: coded(LOINC, '75622-1') },
    { resourceType: 'ServiceRequest', code: { text: 'x', coding: [{}, { system: 'urn:oid:2.16.840.1.113883.6.1', code: ' 75622-1 ' }] } },
    { resourceType: 'DiagnosticReport', extension: [{ url: 'x', valueCoding: { system: LOINC, code: '75622-1' } }] },
    { resourceType: 'Observation', component: [{ code: coded(LOINC, '75622-1') }] },
    { resourceType: 'Observation', code: coded(`${LOINC}|2.72`, '75622-1') },
  ]) {
    assert.equal(labelsOf(resource), { confidentiality: 'R', sensitivity: ['HIV'], rules: ['hiv'], by: LABEL_RULES });
  }
});

test('every opioid of the starting set is labelled as substance use', () => {
  const all = OPIOIDS.flatMap(([, codes]) => codes.split(' '));
  assert.is(new Set(all).size, 2631);
  for (const code of all) {
    assert.equal(labelsOf({ resourceType: 'MedicationRequest', medicationCodeableConcept: coded(RXNORM, code) }).sensitivity, ['SUD'], code);
  }
});

test('diagnoses are found by the family of their code, with and without dots', () => {
  assert.equal(condition('F11.20').sensitivity, ['SUD']);
  assert.equal(condition('f1120').sensitivity, ['SUD']);
  assert.equal(condition('F33.1').sensitivity, ['BH']);
  assert.equal(condition('B20').sensitivity, ['HIV']);
  assert.equal(condition('O98.711').sensitivity, ['HIV']);
  assert.equal(condition('Z33.2').sensitivity, ['SEX']);
  assert.equal(condition('T74.21XA').sensitivity, ['VIO']);
  assert.equal(condition('Z15.01').sensitivity, ['GDIS']);
  assert.equal(
    [condition('F17.210'), condition('Z33.1'), condition('I10'), condition('B')].map(({ sensitivity }) => sensitivity),
    [[], [], [], []],
  );
});

test('diagnoses of before ICD-10 are found too', () => {
  const old = (code: string) => labelsOf({ resourceType: 'Condition', code: coded('http://hl7.org/fhir/sid/icd-9-cm', code) }).sensitivity;
  assert.equal([old('042'), old('304.00'), old('296.20'), old('098.0'), old('V84.01'), old('995.53')], [['HIV'], ['SUD'], ['BH'], ['SEX'], ['GDIS'], ['VIO']]);
  assert.equal([old('305.1'), old('401.9'), old('995.86')], [[], [], []], 'tobacco, blood pressure, hyperthermia');
});

test('a label that the source states is kept as it states it', () => {
  const labelled = (...security: { system: string; code: string }[]) => labelsOf({ resourceType: 'Condition', meta: { security } });
  assert.equal(labelled({ system: ACT_CODE, code: 'OPIOIDUD' }), {
    confidentiality: 'R',
    sensitivity: ['OPIOIDUD'],
    rules: ['stated-substance-use'],
    by: LABEL_RULES,
  });
  assert.is(labelled({ system: ACT_CODE, code: 'PSYTHPN' }).confidentiality, 'V');
  assert.equal(labelled({ system: 'http://hl7.org/fhir/v3/ActCode', code: 'SDV' }).sensitivity, ['SDV']);
  assert.equal(labelled({ system: CONFIDENTIALITY, code: 'R' }), { confidentiality: 'R', sensitivity: ['SPI'], rules: ['restricted'], by: LABEL_RULES });
  assert.is(labelled({ system: CONFIDENTIALITY, code: 'V' }, { system: ACT_CODE, code: 'SEX' }).confidentiality, 'V');
  assert.equal(labelled({ system: CONFIDENTIALITY, code: 'N' }, { system: ACT_CODE, code: 'AMB' }).sensitivity, []);
  assert.equal(labelsOf({ resourceType: 'Composition', confidentiality: 'V' }).sensitivity, ['SPI']);
});

test('a document that says psychotherapy is psychotherapy notes, and nothing less', () => {
  for (const more of [
    { type: { text: 'Psychotherapy note' } },
    { category: [{ coding: [{ display: 'psycho-therapy' }] }] },
    { title: 'Individual psychotherapy' },
  ]) {
    const labels = labelsOf({ resourceType: 'DocumentReference', ...more, context: { event: [coded('http://snomed.info/sct', '75516001')] } });
    assert.ok(labels.sensitivity.includes('PSYTHPN') && labels.confidentiality === 'V');
    assert.not.ok(labels.sensitivity.includes('BH'), 'which is behavioural health anyway');
  }
  assert.equal(labelsOf({ resourceType: 'DocumentReference', type: { text: 'Discharge letter' } }).sensitivity, []);
  assert.equal(labelsOf({ resourceType: 'Procedure', code: { text: 'psychotherapy' } }).sensitivity, [], 'a procedure is no note');
});

test('sequences are genetic whatever they hold', () => {
  assert.equal(labelsOf({ resourceType: 'MolecularSequence' }).sensitivity, ['GDIS']);
});

test('labels do not depend on the order of members, and labelling never fails', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom('code', 'note', 'meta', 'component', 'text'), fc.jsonValue()), (members) => {
      const entries = Object.entries(members) as [string, never][];
      assert.equal(
        labelsOf({ resourceType: 'Observation', ...Object.fromEntries(entries) }),
        labelsOf({ ...Object.fromEntries(entries.reverse()), resourceType: 'Observation' }),
      );
    }),
  );
});

const GENETIC = { confidentiality: 'R', sensitivity: ['GDIS'], rules: ['genetics'], by: LABEL_RULES };

test('a test of genes is genetic by its code, and so is one that no list has by how LOINC names it', () => {
  const tested = (code: string, display?: string) =>
    labelsOf({ resourceType: 'Observation', code: { coding: [{ system: LOINC, code, display: display ?? 'x' }] } });
  for (const code of ['21636-6', '69548-6', '48018-6', '21619-2']) assert.equal(tested(code), GENETIC, code);
  const names = [
    'MLH1 gene mutation analysis in Blood or Tissue by Molecular genetics method',
    'HFE gene p.Cys282Tyr [Presence] in Blood or Tissue by Molecular genetics method Nominal',
    'SMN1 gene deletion [Presence] in Blood by Probe',
    'Karyotype [Identifier] in Amniotic fluid Nominal',
    't(15;17)(q24.1;q21.1)(PML,RARA) fusion transcript [Presence] in Bone marrow',
  ];
  for (const name of names) assert.equal(tested('99999-9', name), GENETIC, name);
  const others = ['Generic drug [Mass/volume] in Serum', 'mecA gene [Presence] by Molecular method', 'Hepatitis C virus RNA [#/volume] by NAA', 'Hemoglobin'];
  for (const name of others) assert.equal(tested('99999-9', name).sensitivity, [], name);
  assert.equal(labelsOf({ resourceType: 'Observation', code: { coding: [{ system: 'urn:our-list', code: '1', display: names[0] ?? '' }] } }).sensitivity, []);
});

test('whatever is named in a system of genes or variants is genetic, in any spelling of the system', () => {
  for (const system of [
    'http://www.genenames.org',
    'https://www.ncbi.nlm.nih.gov/clinvar/',
    'http://varnomen.hgvs.org|20.05',
    'urn:oid:2.16.840.1.113883.6.281',
  ]) {
    assert.equal(labelsOf({ resourceType: 'Observation', component: [{ valueCodeableConcept: coded(system, 'anything') }] }), GENETIC, system);
  }
});

test('hereditary diseases and carriers are genetic, by ICD-10, by ICD-9 and by SNOMED CT', () => {
  for (const code of ['D57.1', 'E84.9', 'G10', 'Q90.9', 'Z14.1', 'Z31.430', 'Z84.81']) assert.equal(condition(code).sensitivity, ['GDIS'], code);
  const other = (system: string, code: string) => labelsOf({ resourceType: 'Condition', code: coded(system, code) }).sensitivity;
  assert.equal([other('http://snomed.info/sct', '190905008'), other('http://hl7.org/fhir/sid/icd-9-cm', '277.00')], [['GDIS'], ['GDIS']]);
  assert.equal(
    [condition('E73.9'), condition('Z31.41'), condition('D50.9')].map(({ sensitivity }) => sensitivity),
    [[], [], []],
  );
});

test('what a list of codes holds has its check digit: a slip of a finger would protect nothing', () => {
  for (const { id, codes } of CODE_RULES) {
    for (const { system, codes: own } of codes) {
      if (system === 'http://snomed.info/sct') for (const code of own) assert.ok(isConceptId(code), `${id} ${code}`);
      if (system === LOINC) for (const code of own.filter((one) => /^\d/.test(one))) assert.ok(passesLuhn(code.replace('-', '')), `${id} ${code}`);
    }
  }
});

test('sources that make systems up do not fill the memory', () => {
  for (let n = 0; n < 1100; n += 1) assert.is(sensitiveRuleOf(`urn:made-up:${n}`, '1'), undefined);
  assert.is(sensitiveRuleOf(LOINC, '75622-1')?.id, 'hiv');
});

test('rules that name one code agree on its scope, so that their order decides nothing', () => {
  const scopes = new Map<string, string>();
  for (const { scope, codes } of CODE_RULES) {
    for (const { system, codes: own } of codes) {
      for (const code of own) {
        assert.is(scopes.get(`${system}|${code}`) ?? scope, scope, code);
        scopes.set(`${system}|${code}`, scope);
        assert.is(sensitiveRuleOf(system, code)?.scope, scope, code);
      }
    }
  }
});

test('every sensitive scope has a code of its own, and no code means two', () => {
  const codes = SENSITIVE_SCOPES.flatMap((scope) => SENSITIVITIES[scope].codes);
  assert.is(new Set(codes).size, codes.length);
  assert.ok(SENSITIVE_SCOPES.every((scope) => isSensitiveScope(scope) && !isOpenScope(scope)));
});

test.run();
