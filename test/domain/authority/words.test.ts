import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { explain } from '../../../domain/authority/words.js';
import { token } from '../given.js';
import { designation, PATIENT, scope, withdrawal } from './designations.js';

const test = suite('a designation in words');

test('it says for what, from when, who, which version and why', () => {
  const one = designation(['lis', 'ehr'], { scope: scope({ category: 'laboratory' }), revision: 2, reason: 'the laboratory measures.' });
  assert.is(explain(one), 'For laboratory, from 2026-01-01 on: lis before ehr (version 2, because the laboratory measures).');
});

test('every kind of scope has its words, and none names a patient or a code', () => {
  const said = (more: Parameters<typeof scope>[0]) => explain(designation(['ehr'], { scope: scope(more) })).replace(/, from .*/, '');
  assert.is(said({}), 'For everything');
  assert.is(said({ category: 'vital-signs' }), 'For vital signs');
  assert.is(said({ category: 'demographics', element: 'birthDate' }), 'For the demographic element birthDate');
  assert.is(said({ organization: 'mercy', category: 'allergies' }), 'For allergies, where mercy has a say');
  assert.is(said({ patientId: PATIENT }), 'For everything of this patient');
  assert.is(said({ patientId: PATIENT, category: 'allergies' }), 'For allergies of this patient');
  assert.is(said({ patientId: PATIENT, codes: [token('x')] }), 'For a range of codes of this patient');
  assert.is(said({ patientId: PATIENT, codes: [token('x')], category: 'conditions' }), 'For a range of codes in conditions of this patient');
});

test('it says when it ends, when it was withdrawn, and when it was entered for the past', () => {
  const timed = designation(['ehr'], { effectiveTo: '2026-06-30T22:00:00.000Z', recordedAt: '2026-02-03T10:00:00.000Z' });
  assert.match(explain(timed), 'from 2026-01-01 until 2026-06-30T22:00:00.000Z (for the past, entered 2026-02-03): ehr');
  const ended = designation(['ehr'], { withdrawn: withdrawal('2026-05-01T00:00:00.000Z') });
  assert.match(explain(ended), ' Withdrawn from 2026-05-01 on, because it was wrong.');
});

test.run();
