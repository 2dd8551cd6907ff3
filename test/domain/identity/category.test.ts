import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { categoryOf, patientReferenceOf } from '../../../domain/identity/category.js';
import { CATEGORIES, CATEGORY_DESCRIPTIONS, isCategory, isStateCategory } from '../../../schemas/phi/categories.js';
import { concept, loinc, resource, sct } from './resources.js';

const test = suite('category and patient');

const observation = (category: string | null, code = loinc('2345-7')) =>
  resource('Observation', {
    code: concept(code),
    ...(category === null ? {} : { category: [concept({ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: category })] }),
  });

test('every category is described, and only these are categories', () => {
  assert.equal(Object.keys(CATEGORY_DESCRIPTIONS).sort(), [...CATEGORIES].sort());
  assert.ok(isCategory('vital-signs'));
  assert.not.ok(isCategory('toString'));
  assert.ok(isStateCategory('coverage'));
  assert.not.ok(isStateCategory('laboratory'));
});

test('an observation is of the category it states, else of that of its code', () => {
  assert.is(categoryOf(observation('laboratory')), 'laboratory');
  assert.is(categoryOf(observation('vital-signs')), 'vital-signs');
  assert.is(categoryOf(observation('imaging')), 'imaging');
  assert.is(categoryOf(observation('social-history')), 'observations');
  assert.is(categoryOf(observation(null)), 'observations');
  assert.is(categoryOf(observation(null, loinc('8480-6'))), 'vital-signs');
  assert.is(categoryOf(observation(null, { system: '2.16.840.1.113883.6.1', code: '8867-4', display: '' })), 'vital-signs');
  assert.is(categoryOf(observation('laboratory', loinc('8480-6'))), 'laboratory');
});

test('each type has a category, an unknown one as well', () => {
  const expected = {
    Patient: 'demographics',
    Claim: 'financial',
    Goal: 'care-plans',
    MedicationDispense: 'medications',
    Provenance: 'administrative',
    Nonsense: 'other',
  };
  for (const [type, category] of Object.entries(expected)) assert.is(categoryOf(resource(type, {})), category, type);
});

test('the patient is found where each type names it', () => {
  const to = (reference: string) => ({ reference });
  assert.is(patientReferenceOf(resource('Observation', { subject: to('Patient/1') })), 'Patient/1');
  assert.is(patientReferenceOf(resource('Immunization', { patient: to('urn:uuid:1') })), 'urn:uuid:1');
  assert.is(
    patientReferenceOf(resource('Coverage', { beneficiary: to('http://a.example/fhir/Patient/1/_history/2') })),
    'http://a.example/fhir/Patient/1/_history/2',
  );
  assert.is(patientReferenceOf(resource('Account', { subject: [to('Device/1'), to('Patient/2')] })), 'Patient/2');
  assert.is(patientReferenceOf(resource('Appointment', { participant: [{ actor: to('Practitioner/1') }, { actor: to('Patient/3') }] })), 'Patient/3');
  assert.is(patientReferenceOf(resource('Task', { for: to('Patient?identifier=a|b') })), 'Patient?identifier=a|b');
});

test('a subject that is no patient is none', () => {
  assert.is(patientReferenceOf(resource('Observation', { subject: { reference: 'Group/1' } })), null);
  assert.is(patientReferenceOf(resource('Observation', { subject: { reference: 'urn:uuid:1', type: 'Device' } })), null);
  assert.is(patientReferenceOf(resource('Observation', { subject: { display: 'somebody' }, code: concept(sct('1')) })), null);
  assert.is(patientReferenceOf(resource('Patient', {})), null);
});

test.run();
