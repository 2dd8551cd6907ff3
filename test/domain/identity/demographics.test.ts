import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ELEMENTS, elementOf, type FhirResource, HEADER_MEMBERS, statementsOf } from '../../../domain/identity/statements.js';
import { resource } from './resources.js';

const test = suite('demographic elements');
const elements = (patient: FhirResource) => new Map(statementsOf(patient).map((statement) => [statement.element, statement]));

test('a patient makes one statement for each element that is there', () => {
  const patient = resource('Patient', {
    id: '1',
    name: [{ family: 'A' }],
    birthDate: '1970-01-01',
    deceasedBoolean: false,
    multipleBirthInteger: 2,
    text: { div: 'x' },
  });
  assert.equal([...elements(patient).keys()].sort(), ['birthDate', 'deceased', 'multipleBirth', 'name']);
  assert.equal(elements(patient).get('deceased')?.identity, ['demographics|deceased']);
});

test('a patient of whom nothing is said is one statement, about the whole and of this source alone', () => {
  const [only, ...others] = statementsOf(resource('Patient', { id: '1', text: { div: 'x' }, name: [] }));
  assert.is(others.length, 0);
  assert.is(only?.element, null);
  assert.equal(only?.identity, []);
});

test('every member of a real patient belongs to an element or to the header', () => {
  const patient = JSON.parse(readFileSync('test/fixtures/fhir/patient-example.json', 'utf8')) as FhirResource;
  const said = elements(patient);
  for (const member of Object.keys(patient)) {
    const element = elementOf(member);
    if (element === null) assert.ok(HEADER_MEMBERS.has(member), member);
    else {
      assert.ok(said.has(element), member);
      assert.ok(ELEMENTS.get(element)?.includes(member), member);
    }
  }
});

test('an element is known with its primitive extensions, an unknown one by its own name', () => {
  assert.equal(ELEMENTS.get('deceased'), ['deceasedBoolean', '_deceasedBoolean', 'deceasedDateTime', '_deceasedDateTime']);
  assert.is(elementOf('_birthDate'), 'birthDate');
  assert.is(elementOf('_animal'), 'animal');
  assert.is(elementOf('meta'), null);
});

test('lists compare without order, but given names have one', () => {
  const names = (...families: readonly string[]) => elements(resource('Patient', { name: families.map((family) => ({ family })) })).get('name')?.value;
  assert.is(names('A', 'B'), names('B', 'A'));
  const given = (names: readonly string[]) => elements(resource('Patient', { name: [{ given: names }] })).get('name')?.value;
  assert.is.not(given(['Anna', 'Maria']), given(['Maria', 'Anna']));
});

test('what modifies the whole patient is part of every element', () => {
  const plain = resource('Patient', { birthDate: '1970-01-01' });
  const modified = resource('Patient', { birthDate: '1970-01-01', modifierExtension: [{ url: 'http://example.org/not-this', valueBoolean: true }] });
  assert.is.not(elements(plain).get('birthDate')?.value, elements(modified).get('birthDate')?.value);
});

test('an element that says nothing makes no statement', () => {
  const patient = resource('Patient', { gender: 'female', _birthDate: { extension: [{ url: 'http://example.org/x' }] }, name: [] });
  assert.equal([...elements(patient).keys()], ['gender']);
});

test.run();
