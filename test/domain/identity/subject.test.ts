import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { statementsOf } from '../../../domain/identity/statements.js';
import { agree, concept, cvx, icd10, loinc, meet, ndc, only, resource, rxnorm, saidBy, sct } from './resources.js';

const test = suite('what a statement is about');
const NUMBER = { identifier: [{ system: 'urn:oid:1.2.3', value: 'P-1' }] };
const LOCAL = { code: 'D2' };
const problem = (...codings: readonly object[]) => resource('Condition', { ...NUMBER, code: concept(...codings) });

test('is the same in SNOMED and ICD as in ICD alone: the codings of a concept mean the same', () => {
  const [both, billed] = [problem(sct('44054006'), icd10('E11.9')), problem(icd10('E11.9'))];
  assert.ok(meet(both, billed) && agree(both, billed));
  assert.not.equal(only(both).codes, only(billed).codes);
});

test('is another with codes none of which is shared, though both records have one number', () => {
  for (const [one, other] of [
    ['E10.9', 'E11.9'],
    ['E11.9', 'E11.65'],
    ['E11', 'E11.9'],
  ] as const) {
    const [left, right] = [problem(icd10(one)), problem(icd10(other))];
    assert.ok(meet(left, right), one);
    assert.not.ok(agree(left, right), `${one} ${other}`);
  }
  assert.not.ok(agree(problem(sct('44054006')), problem(icd10('E11.9'))));
});

test('is compared as it was written where no strong code names it', () => {
  assert.not.ok(agree(problem(LOCAL), problem({ ...LOCAL, code: 'D3' })));
  assert.not.ok(agree(problem(LOCAL), problem(icd10('E11.9'))));
  const written = (text: string) => resource('Condition', { ...NUMBER, code: { text } });
  assert.not.ok(agree(written('Diabetes'), written('Asthma')));
  assert.not.ok(agree(written('Diabetes'), problem(icd10('E11.9'))));
});

test('is not contradicted by a record that leaves it out', () => {
  const bare = resource('Condition', NUMBER);
  assert.ok(agree(bare, problem(icd10('E11.9'))) && agree(problem(icd10('E10.9')), bare));
});

test('keeps why a code is missing', () => {
  const reason = (valueCode: string) => [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode }];
  const absent = (code: string) => resource('Condition', { ...NUMBER, code: { ...concept(icd10('E11.9')), extension: reason(code) } });
  assert.ok(agree(absent('masked'), absent('masked')));
  assert.not.ok(agree(absent('masked'), absent('unknown')));
});

test('may be several things, which are no translations of each other', () => {
  const visit = (...types: readonly object[]) => resource('Encounter', { ...NUMBER, type: types.map((type) => concept(type)) });
  const translated = resource('Encounter', { ...NUMBER, type: [concept(sct('185349003'), icd10('Z00.0'))] });
  assert.ok(agree(translated, visit(icd10('Z00.0'))));
  assert.not.ok(agree(visit(sct('185349003'), icd10('Z00.0')), visit(icd10('Z00.0'))));
});

test('is a drug, be it contained or not', () => {
  const drug = [rxnorm('314076'), ndc('00002-1433-80')];
  const named = resource('MedicationStatement', { status: 'active', medicationCodeableConcept: concept(rxnorm('314076')) });
  const contained = (more: object) =>
    resource('MedicationStatement', {
      status: 'active',
      contained: [{ resourceType: 'Medication', id: 'm', code: concept(...drug), ...more }],
      medicationReference: { reference: '#m', display: 'a drug' },
    });
  assert.ok(agree(named, contained({})));
  assert.ok(agree(contained({ form: concept(sct('385055001')) }), contained({ form: concept(sct('385055001')) })));
  assert.not.ok(agree(named, contained({ form: concept(sct('385055001')) })));
  assert.not.ok(agree(contained({}), resource('MedicationStatement', { status: 'active', medicationReference: { reference: 'Medication/1' } })));
});

test('is a vaccine, be it named by its package or by itself', () => {
  const dose = (...codings: readonly object[]) => resource('Immunization', { vaccineCode: concept(...codings), occurrenceDateTime: '2021-03-14' });
  assert.ok(agree(dose(ndc('49281-0416-88')), dose(cvx('150'))));
  assert.not.ok(agree(dose(cvx('150')), dose(cvx('3'))));
});

test('of "none known" is the class of what is not known, in whichever code', () => {
  const none = (...codings: readonly object[]) => resource('AllergyIntolerance', { code: concept(...codings) });
  assert.ok(agree(none(sct('716186003')), none(sct('160244002'))));
  assert.not.ok(agree(none(sct('716186003')), none(sct('409137002'))));
});

test('of a component is its own code, and no part of its number at any precision', () => {
  const panel = (...codings: readonly object[]) =>
    resource('Observation', { component: [{ code: concept(...codings), valueQuantity: { value: 120, unit: 'mmHg', code: 'mm[Hg]' } }] });
  const said = [panel(loinc('8480-6'), sct('271649006')), panel(sct('271649006'))].map((one) => statementsOf(one, 'vital-signs')[0]);
  assert.is(said[0]?.value, said[1]?.value);
  assert.equal(said[0]?.precision, said[1]?.precision);
  assert.equal(
    said.map((one) => one?.codes.length),
    [2, 1],
  );
});

test('has no word in what is said of it', () => {
  assert.not.match(saidBy(problem(sct('44054006'), icd10('E11.9'))), /44054006|E11/);
});

test.run();
