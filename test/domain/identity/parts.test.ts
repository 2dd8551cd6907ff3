import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { membersOfPart, partsOf, statementsOf } from '../../../domain/identity/statements.js';
import { resource } from './resources.js';

const test = suite('one part of a resource');

const PRESSURE = `{ "resourceType":"Observation","status":"final",
  "code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}]}, "effectiveDateTime":"2021-03-14T10:00:00Z","hasMember":[],
  "valueString":"sitting","component":[ {"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"valueQuantity":{"value":120.0,"unit":"mmHg"}} ,
  {"code":{"coding":[{"system":"http://loinc.org","code":"8462-4"}]},"valueQuantity":{"value":80.00}},{"code":{"text":"mean, felt"},"valueString":"x"}]}`;
const PERSON = '{"resourceType":"Patient","id":"1","name":[{"family":"A"}, {"use":"nickname","given":["\\u0042"]}],"birthDate":"1970","_birthDate":{"id":"x"}}';

test('is, of a panel, one component and what belongs to all, byte for byte', () => {
  const [diastolic, systolic] = partsOf(JSON.parse(PRESSURE));
  assert.equal([diastolic?.part, systolic?.part], ['http://loinc.org|8462-4', 'http://loinc.org|8480-6']);
  const text = membersOfPart(PRESSURE, null, systolic?.part ?? '');
  assert.ok(text.includes('"component":[{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"valueQuantity":{"value":120.0,"unit":"mmHg"}}]'));
  assert.ok(text.includes('"effectiveDateTime":"2021-03-14T10:00:00Z"') && text.includes('"code":"85354-9"'));
  assert.not.ok(text.includes('8462-4') || text.includes('sitting') || text.includes('felt'));
});

test('is, of what a panel says itself, its value and the components without a code', () => {
  const text = membersOfPart(PRESSURE, null, null);
  assert.ok(text.includes('sitting') && text.includes('felt'));
  assert.not.ok(text.includes('8480-6'));
});

test('is, of a patient, the entries of a list that belong to it', () => {
  assert.equal(
    partsOf(JSON.parse(PERSON)).map(({ element, part }) => [element, part]),
    [
      ['name', 'nickname'],
      ['name', 'official'],
    ],
  );
  assert.is(membersOfPart(PERSON, 'name', 'nickname'), '{"resourceType":"Patient","name":[{"use":"nickname","given":["\\u0042"]}]}');
  assert.is(membersOfPart(PERSON, 'birthDate', null), '{"resourceType":"Patient","birthDate":"1970","_birthDate":{"id":"x"}}');
  assert.is(membersOfPart(PERSON, 'name', 'a part that it does not have'), '{"resourceType":"Patient"}');
});

test('is all of a resource that is not taken apart', () => {
  const text = '{"resourceType":"Condition","id":"1"}';
  assert.is(membersOfPart(text, null, null), text);
});

test('exists for every part that a statement names', () => {
  for (const one of [JSON.parse(PRESSURE), JSON.parse(PERSON), resource('Patient', { telecom: [{ system: 'phone', value: '1' }] })]) {
    const named = statementsOf(one).flatMap(({ element, part }) => (part === null ? [] : [`${element}/${part}`]));
    assert.equal(
      partsOf(one)
        .map(({ element, part }) => `${element}/${part}`)
        .sort(),
      named.sort(),
    );
  }
});

test.run();
