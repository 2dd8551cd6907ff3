import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { dateFault, validTimeOf } from '../../../domain/identity/valid-time.js';
import { resource } from './resources.js';

const test = suite('valid time');

test('is the clinical time of each type', () => {
  const day = '2021-03-14';
  const from = '2021-03-14T00:00:00.000Z';
  const cases: readonly (readonly [string, object, string | null])[] = [
    ['Condition', { onsetDateTime: day, abatementDateTime: '2021-03' }, '2021-04-01T00:00:00.000Z'],
    ['Condition', { onsetPeriod: { start: day, end: '2021-03-20' } }, null],
    ['Observation', { effectiveDateTime: day, issued: '2022-01-01T00:00:00Z' }, null],
    ['Procedure', { performedPeriod: { start: day, end: day } }, '2021-03-15T00:00:00.000Z'],
    ['Coverage', { period: { start: day } }, null],
    ['Claim', { billablePeriod: { start: day, end: '2021-03-14T10:00:00Z' }, created: '2021-05-01' }, '2021-03-14T10:00:01.000Z'],
    ['Claim', { created: day }, null],
    ['MedicationRequest', { authoredOn: day }, null],
    ['Immunization', { occurrenceDateTime: day }, null],
    ['Consent', { provision: { period: { start: day, end: '2021' } }, dateTime: '2020' }, '2022-01-01T00:00:00.000Z'],
    ['Specimen', { collection: { collectedDateTime: day } }, null],
    ['Appointment', { start: '2021-03-14T00:00:00Z', end: '2021-03-14T00:30:00Z' }, '2021-03-14T00:30:01.000Z'],
  ];
  for (const [type, members, to] of cases) assert.equal(validTimeOf(resource(type, members)), { from, to }, type);
});

test('is unknown for a patient, whatever dates stand there', () => {
  const patient = resource('Patient', { birthDate: '1970-01-01', deceasedDateTime: '2020-01-01' });
  assert.equal(validTimeOf(patient), { from: null, to: null });
});

test('is never a time of recording', () => {
  assert.equal(validTimeOf(resource('Condition', { recordedDate: '2021-03-14' })), { from: null, to: null });
});

test('a date that no calendar has is a fault with its place, and no time', () => {
  const wrong = resource('Observation', { effectiveDateTime: '2021-02-30' });
  assert.equal(dateFault(wrong), { path: '/effectiveDateTime', reason: 'nonexistent' });
  assert.equal(validTimeOf(wrong), { from: null, to: null });
  assert.equal(dateFault(resource('Encounter', { period: { start: '2021-01-01', end: '2021-13-01' } })), { path: '/period/end', reason: 'nonexistent' });
  assert.equal(dateFault(resource('Consent', { provision: { period: { start: 'x' } } })), { path: '/provision/period/start', reason: 'malformed' });
});

test('an end before the start is a fault, an end on the same day is none', () => {
  assert.equal(dateFault(resource('Encounter', { period: { start: '2021-03-14', end: '2021-03-13' } })), { path: '/period', reason: 'reversed' });
  assert.is(dateFault(resource('Encounter', { period: { start: '2021-03-14', end: '2021-03-14' } })), null);
  assert.is(dateFault(resource('Condition', { onsetDateTime: '2021-03-14', abatementDateTime: '2021' })), null);
  assert.is(dateFault(resource('Observation', {})), null);
});

test.run();
