import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ucumUnits } from '../../../adapters/ucum/units.js';
import { type FhirResource, membersOfPart, statementsOf } from '../../../domain/identity/statements.js';
import { parseLossless } from '../../../domain/json/lossless.js';
import { fc, reordered } from '../json/arbitrary.js';
import { agree, concept, icd10, loinc, resource, rxnorm, saidBy, sct } from './resources.js';

const test = suite('what is said');
const glucose = (more: object) =>
  resource('Observation', {
    status: 'final',
    code: concept(loinc('2345-7')),
    effectiveDateTime: '2021-03-14T10:00:00Z',
    valueQuantity: { value: 7, unit: 'mmol/L', code: 'mmol/L' },
    ...more,
  });

test('is not the envelope, the narrative, nor who recorded it and when', () => {
  const plumbing = {
    id: '1',
    meta: { versionId: '3' },
    text: { status: 'generated', div: '<div>x</div>' },
    language: 'en',
    subject: { reference: 'Patient/1' },
    encounter: { reference: 'Encounter/1' },
    performer: [{ reference: 'Practitioner/1' }],
    issued: '2021-03-15T00:00:00Z',
    identifier: [{ system: 'a', value: 'b' }],
    extension: [{ url: 'http://example.org/x', valueString: 'y' }],
  };
  assert.ok(agree(glucose({}), glucose(plumbing)));
});

test('is its value, and what modifies it', () => {
  assert.not.ok(agree(glucose({}), glucose({ valueQuantity: { value: 7.1, code: 'mmol/L' } })));
  assert.not.ok(agree(glucose({}), glucose({ valueQuantity: { value: 7, comparator: '<', code: 'mmol/L' } })));
  assert.not.ok(agree(glucose({}), glucose({ modifierExtension: [{ url: 'http://example.org/not', valueBoolean: true }] })));
  assert.not.ok(agree(glucose({}), glucose({ implicitRules: 'http://example.org/rules' })));
});

test('is not how sure it is, but whether it is refuted, done or over', () => {
  assert.ok(agree(glucose({}), glucose({ status: 'amended' })));
  assert.not.ok(agree(glucose({}), glucose({ status: 'cancelled' })));
  const verified = (code: string) => resource('Condition', { code: concept(sct('44054006')), verificationStatus: concept({ code }) });
  assert.ok(agree(verified('confirmed'), verified('provisional')));
  assert.not.ok(agree(verified('confirmed'), verified('refuted')));
  const course = (code: string) => resource('Condition', { code: concept(sct('44054006')), clinicalStatus: concept({ code }) });
  assert.not.ok(agree(course('active'), course('resolved')));
  const dose = (status: string) => resource('Immunization', { status });
  assert.not.ok(agree(dose('completed'), dose('not-done')));
});

test('is not what it is filed under or grouped with', () => {
  assert.ok(agree(glucose({}), glucose({ category: [concept({ code: 'laboratory' })], hasMember: [{ reference: 'Observation/1' }] })));
});

test('is not how a number, a time, a unit or a text is written', () => {
  const written = (number: string) => parseLossless(`{"resourceType":"Observation","valueQuantity":{"value":${number}}}`) as FhirResource;
  assert.ok(agree(written('7'), written('7.0')));
  assert.ok(agree(written('7'), written('7.000000000000000000')));
  assert.not.ok(agree(written('7'), written('7.000000000000000001')));
  assert.ok(agree(glucose({}), glucose({ effectiveDateTime: '2021-03-14T05:00:00.000-05:00' })));
  assert.ok(agree(glucose({}), glucose({ valueQuantity: { value: 7, unit: 'mmol per litre', code: 'mmol/L' } })));
  assert.ok(agree(glucose({ valueString: 'e\u0301 x' }), glucose({ valueString: ' \u00e9  x ' })));
});

test('is a concept by its best codes, not by its displays, local codes or text', () => {
  const code = (...codings: readonly object[]) => glucose({ code: { ...concept(...codings), text: String(codings.length) } });
  assert.ok(agree(code(sct('44054006')), code({ system: 'http://local.example', code: 'D2' }, icd10('E11.9'), sct('44054006', 'another label'))));
  assert.not.ok(agree(code(sct('44054006')), code(sct('46635009'))));
  assert.not.ok(agree(glucose({ code: { text: 'a' } }), glucose({ code: { text: 'b' } })));
});

test('is the order of arrays only where it means something', () => {
  const coded = (names: readonly string[]) => glucose({ interpretation: names.map((text) => ({ text })) });
  assert.ok(agree(coded(['H', 'A']), coded(['A', 'H'])));
  const dosage = (texts: readonly string[]) => resource('MedicationRequest', { dosageInstruction: texts.map((text) => ({ text })) });
  assert.not.ok(agree(dosage(['first', 'then']), dosage(['then', 'first'])));
});

test('is what a contained resource says, not what it is called', () => {
  const order = (id: string, code: string) =>
    resource('MedicationRequest', {
      contained: [{ resourceType: 'Medication', id, code: concept(rxnorm(code)) }],
      medicationReference: { reference: `#${id}` },
    });
  assert.ok(agree(order('a', '314076'), order('b', '314076')));
  assert.not.ok(agree(order('a', '314076'), order('a', '314077')));
});

test('stays small when contained resources are referred to over and over', () => {
  const contained = Array.from({ length: 50 }, (_, index) => ({
    resourceType: 'Basic',
    id: `c${index}`,
    extension: [],
    subject: { reference: `#c${index + 1}` },
    author: { reference: `#c${index + 1}` },
  }));
  assert.ok(saidBy(resource('Basic', { contained, author: { reference: '#c0' } })).length < 10_000);
});

test('keeps a display where nothing else is said, and why a value is missing', () => {
  const payer = (display: string) => resource('Coverage', { payor: [{ display }] });
  assert.not.ok(agree(payer('Medicare'), payer('Medicaid')));
  const absent = (valueCode: string) =>
    glucose({ _valueString: { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode }] } });
  assert.not.ok(agree(absent('unknown'), absent('masked')));
});

const codings = fc.array(
  fc.constantFrom(
    sct('44054006'),
    icd10('E11.9'),
    loinc('2345-7'),
    rxnorm('314076'),
    { system: 'http://local.example', code: 'x' },
    { code: 'y' },
    { display: 'z' },
  ),
  { minLength: 1, maxLength: 6 },
);

test('does not depend on the order of codings or members, and neither does identity', () => {
  fc.assert(
    fc.property(codings, fc.constantFrom('AllergyIntolerance', 'Condition', 'Observation', 'Procedure'), (list, type) => {
      const make = (order: readonly object[]) => resource(type, { code: concept(...order), effectiveDateTime: '2021-03-14', performedDateTime: '2021' });
      assert.equal(statementsOf(make(list)), statementsOf(make([...list].reverse())));
      assert.equal(statementsOf(make(list)), statementsOf(reordered(make(list)) as FhirResource));
    }),
  );
});

test('can be asked of anything that has a type, without failing, and of each of its parts', () => {
  const types = fc.constantFrom(
    ...['Patient', 'Observation', 'Condition', 'MedicationRequest', 'Coverage', 'Device', 'Encounter', 'Immunization', 'Foo'],
    ...['AllergyIntolerance', 'ServiceRequest', 'DiagnosticReport', 'Composition', 'MedicationStatement'],
  );
  const members = fc.constantFrom(
    ...['identifier', 'code', 'contained', 'medicationReference', 'effectivePeriod', 'category', 'payor', 'period', 'class', 'name', 'telecom'],
    ...['extension', 'occurrenceDateTime', 'component', 'valueQuantity', 'address', 'verificationStatus', 'clinicalStatus', 'vaccineCode'],
    ...['requisition', 'modifierExtension', 'birthDate', 'status'],
  );
  const coded = { code: { coding: [{ system: 'http://loinc.org', code: '8480-6' }] }, valueQuantity: { value: 1.5, unit: 'mmHg' } };
  const values = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom([null], [{}], [coded, null, coded, 1], [{ value: [] }], { coding: [null, 1] }, { coding: {} }, { reference: 1 }, '2021-02-30'),
    fc.constantFrom({ value: 1e300, unit: 'mg' }, { value: 5, unit: 'K/uL', code: 7 }, { value: -0, code: '{' }, { value: 5, unit: 'x'.repeat(100) }),
  );
  const units = ucumUnits();
  fc.assert(
    fc.property(types, fc.dictionary(members, values), fc.constantFrom('vital-signs' as const, 'laboratory' as const), (type, object, category) => {
      const resource = { ...object, resourceType: type } as FhirResource;
      const text = JSON.stringify(resource);
      const statements = statementsOf(resource, category, units, text);
      assert.ok(statements.length >= 1 && statements.length <= 64);
      assert.is(new Set(statements.map(({ element, part }) => JSON.stringify([element, part]))).size, statements.length);
      for (const { element, part } of statements) JSON.parse(membersOfPart(text, element, part));
    }),
    { numRuns: 500 },
  );
});

test.run();
