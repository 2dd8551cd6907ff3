import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Demographics, isAbout, marksOf, namesSomebody } from '../../../domain/erasure/marks.js';
import type { JsonObject } from '../../../domain/json/json-value.js';
import { runs } from '../../support/runs.js';

const test = suite('telling whom a refused line is about');

const ADA = '6f0e2a44-0000-4000-8000-00000000a0da';
const said = (sourceRecordId: string, patient: JsonObject, source = 'ehr'): Demographics => ({
  source,
  sourceRecordId,
  patient: { resourceType: 'Patient', ...patient },
});
const ada = marksOf(ADA, [
  said('p7', { name: [{ family: 'Løvelacé', given: ['Ada'] }], birthDate: '1961-07-09', identifier: [{ system: 'urn:mrn', value: 'MRN-77123409' }] }),
  said('4711-ADA', { name: { text: 'Augusta King' }, birthDate: '1961', identifier: [{ system: 'urn:room', value: '12' }, { system: 'urn:none' }] }, 'lis'),
]);
const about = (text: string, source = 'ehr') => isAbout({ source, text }, ada);

test('the patient’s id, an identifier or a long record id tell, from whichever source and in broken JSON too', () => {
  for (const text of [
    `{"command":"record-fact","body":{"patientId":"${ADA}"`,
    `{"body":{"identifier":{"system":"urn:mrn","value":"MRN-77123409"}}}`,
    'PID|1||mrn 77123409^^^HOSP',
    '{"reference":"Patient/4711-ada"}',
    '{"value":"MRN\\u002d77123409"}',
    '"note":"of\\nMRN-77123409\\tseen"',
  ])
    assert.ok(about(text, 'pharmacy'), text);
  assert.not.ok(about('{"value":"MRN-771234091"}'), 'part of a longer one is another');
  assert.not.ok(about('{"room":"12","urn":"none"}'), 'what is short may mean anything');
});

test('a name tells together with the day of birth, however both are written', () => {
  for (const text of ['{"family":"LOVELACE","birthDate":"1961-07-09"}', 'PID|||||Løvelace^Ada||19610709', '{"text":"Augusta  King","born":"1961-07-09"}'])
    assert.ok(about(text), text);
  assert.ok(about('{"family":"L\\u00f8velac\\u00e9","birthDate":"1961-07-09"}'));
  assert.not.ok(about('{"family":"Løvelacé","birthDate":"1961-07-10"}'));
  assert.not.ok(about('{"family":"Byron","birthDate":"1961-07-09"}'));
});

test('a short record id tells where the same source names a patient by it', () => {
  assert.ok(about('{"subject":{"reference":"Patient/p7"}}'));
  assert.ok(about('{"command":"register-patient","body":{"sourceRecordId":"p7","resource":{}}}'));
  assert.not.ok(about('{"command":"record-fact","body":{"sourceRecordId":"p7"}}'), 'there it is a record of something else');
  assert.not.ok(about('{"subject":{"reference":"Patient/p7"}}', 'lis'), 'another source’s p7 is somebody else');
  assert.not.ok(about('{"subject":{"reference":"Patient/p70"}}'));
});

test('of somebody of whom nothing is known only the id tells', () => {
  const marks = marksOf(ADA, []);
  assert.ok(isAbout({ source: 'ehr', text: `x ${ADA} y` }, marks));
  assert.not.ok(isAbout({ source: 'ehr', text: 'Lovelace 1961-07-09' }, marks));
  assert.not.ok(isAbout({ source: 'ehr', text: '  ' }, marksOf(ADA, [said('?', { name: [{}], birthDate: '?' })])));
});

test('a line names somebody where it has a member for whom it is about', () => {
  for (const text of [
    '{"body":{"patientId":"x"}}',
    '{"subject": {"reference":"Patient/1"',
    '{"command":"update-demographics"}',
    '{"identifier":{"value":"1"}}',
  ])
    assert.ok(namesSomebody(text), text);
  for (const text of ['{broken', '{"resourceType":"Observation","identifier":[{"value":"1"}]}', '']) assert.not.ok(namesSomebody(text), text);
});

test('wherever an identifier stands in a line it is found, whatever stands around it', () => {
  const value = fc.stringMatching(/^[A-Z]{2}-\d{6}$/);
  const beside = fc.string({ maxLength: 40 }).map((text) => text.replace(/[\p{L}\p{N}\p{M}\\]/gu, '.'));
  fc.assert(
    fc.property(value, beside, beside, fc.boolean(), (mrn, before, after, lower) => {
      const marks = marksOf(ADA, [said('p', { identifier: [{ system: 's', value: mrn }] })]);
      assert.ok(isAbout({ source: 'lis', text: `{"a":"x${before} ${lower ? mrn.toLowerCase() : mrn} ${after}y"` }, marks));
      assert.not.ok(isAbout({ source: 'lis', text: `{"a":"${mrn}0"` }, marks));
    }),
    { numRuns: runs(200) },
  );
});

test.run();
