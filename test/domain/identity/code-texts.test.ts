import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { codeRangeText } from '../../../domain/identity/statements.js';
import { fc } from '../json/arbitrary.js';
import { concept, cvx, icd10, loinc, only, resource, rxnorm, sct } from './resources.js';

const test = suite('codes of a statement');
const ICD = 'http://hl7.org/fhir/sid/icd-10-cm';
const codesOf = (type: string, members: object) => only(resource(type, members)).codes;
const rangesOf = (type: string, members: object) => only(resource(type, members)).ranges;

test('are each strong code by itself, and beside them of ICD the families that it belongs to', () => {
  const diabetes = { code: concept(sct('44054006'), icd10('E11.9')) };
  assert.equal(codesOf('Condition', diabetes), [`${ICD}|E119`, 'http://snomed.info/sct|44054006']);
  assert.equal(rangesOf('Condition', diabetes), [`${ICD}|E11*`, `${ICD}|E119*`]);
});

test('of a list without end are so many that an event can hold them', () => {
  const many = Array.from({ length: 200 }, (_, n) => icd10(`S${String(n).padStart(3, '0')}.01A`));
  assert.ok(codesOf('Condition', { code: concept(...many) }).length <= 128);
  assert.ok(rangesOf('Condition', { code: concept(...many) }).length <= 128);
});

test('of "none known" include what is said to be none, whichever of its codes says so', () => {
  const none = (coding: object) => codesOf('AllergyIntolerance', { code: concept(coding) });
  const shared = none(sct('716186003')).filter((code) => none(sct('160244002')).includes(code));
  assert.is(shared.length, 1);
  assert.not.ok(none(sct('409137002')).includes(shared[0] as string));
});

test('stand where the type keeps them', () => {
  assert.equal(codesOf('Immunization', { vaccineCode: concept(cvx('03')) }), ['http://hl7.org/fhir/sid/cvx|3']);
  assert.equal(codesOf('Observation', { code: concept(loinc('2345-7')) }), ['http://loinc.org|2345-7']);
  const contained = [{ resourceType: 'Medication', id: 'm', code: concept(rxnorm('314076')) }];
  const drug = ['http://www.nlm.nih.gov/research/umls/rxnorm|314076'];
  assert.equal(codesOf('MedicationRequest', { medicationCodeableConcept: concept(rxnorm('314076')) }), drug);
  assert.equal(codesOf('MedicationRequest', { contained, medicationReference: { reference: '#m' } }), drug);
});

test('leave out what joins nothing', () => {
  const weak = [sct('55607006'), icd10('R69'), { code: 'E11' }, { system: 'http://local.example' }];
  assert.equal(codesOf('Condition', { code: concept(...weak) }), []);
});

test('are met by every range that they lie in, however either is spelt, and by no other', () => {
  const letters = fc.constantFrom(...'E11.9A0'.split(''));
  fc.assert(
    fc.property(fc.constantFrom('E11.9', 'e119', 'E11.65', 'S72.001A', 'I10'), fc.array(letters, { minLength: 3, maxLength: 7 }), (code, start) => {
      const asked = codeRangeText({ system: 'urn:oid:2.16.840.1.113883.6.90', startsWith: start.join('') });
      const plain = (text: string) => text.replaceAll('.', '').toUpperCase();
      const lies = plain(code).startsWith(plain(start.join('')));
      const found = asked !== null && rangesOf('Condition', { code: concept(icd10(code)) }).includes(asked);
      assert.is(found, lies && plain(start.join('')).length >= 3);
    }),
  );
});

test('have no range where a system has no families, and no text for a weak or a half question', () => {
  assert.is(codeRangeText({ system: 'SCT', code: '44054006' }), 'http://snomed.info/sct|44054006');
  assert.is(codeRangeText({ system: ICD, code: 'e11.9' }), `${ICD}|E119`);
  for (const none of [
    { system: 'http://snomed.info/sct', startsWith: '440' },
    { system: ICD, startsWith: 'E.1' },
    { system: 'http://snomed.info/sct', code: '55607006' },
    { system: ICD },
    { system: ICD, code: 'E11.9', startsWith: 'E11' },
    { system: ' ', code: 'E11.9' },
  ])
    assert.is(codeRangeText(none), null, JSON.stringify(none));
});

test.run();
