import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type FhirResource, partsOf, type Statement, statementsOf } from '../../../domain/identity/statements.js';
import { fc } from '../json/arbitrary.js';
import { resource } from './resources.js';

const test = suite('parts of demographic elements');
const said = (members: object) => statementsOf(resource('Patient', members));
const shared = (a: readonly Statement[], b: readonly Statement[]) =>
  a.filter((one) => b.some((other) => one.identity.some((name) => other.identity.includes(name))));
/** How many facts two patients' resources share, and of how many of these they say the same. */
const meeting = (a: object, b: object) => {
  const [left, right] = [said(a), said(b)];
  const met = shared(left, right);
  return [met.length, met.filter(({ value }) => right.some((other) => other.value === value)).length];
};

test('a name is its use: a nickname does not contradict the official name', () => {
  const official = { use: 'official', family: 'Lovelace', given: ['Ada'] };
  assert.equal(meeting({ name: [official] }, { name: [{ use: 'nickname', given: ['Countess'] }] }), [0, 0]);
  assert.equal(meeting({ name: [official] }, { name: [{ ...official, family: 'King' }] }), [1, 0]);
  assert.equal(meeting({ name: [official] }, { name: [{ family: 'LOVELACE', given: ['Ada'] }] }), [1, 1]);
});

test('a name without a use is the official one, unless the source calls another so', () => {
  const parts = (name: readonly object[]) => partsOf(resource('Patient', { name })).map(({ part }) => part);
  assert.equal(parts([{ family: 'King' }]), ['official']);
  assert.equal(parts([{ family: 'King' }, { use: 'official', family: 'Byron' }]), ['', 'official']);
});

test('accents, case and full stops are no difference, a suffix is one', () => {
  assert.equal(meeting({ name: [{ family: 'Núñez', prefix: ['Dr.'] }] }, { name: [{ family: 'NUNEZ', prefix: ['dr'] }] }), [1, 1]);
  assert.equal(meeting({ name: [{ family: 'Núñez' }] }, { name: [{ family: 'Núñez', suffix: ['Jr'] }] }), [1, 0]);
});

test('former names and addresses are facts of their own, shared only by who knows the same', () => {
  const maiden = { use: 'old', family: 'Byron' };
  assert.equal(meeting({ name: [maiden, { family: 'King' }] }, { name: [{ family: 'King' }] }), [1, 1]);
  assert.equal(meeting({ name: [maiden] }, { name: [{ use: 'old', family: 'Noel' }] }), [0, 0]);
  assert.equal(meeting({ name: [maiden] }, { name: [maiden] }), [1, 1]);
  const moved = { line: ['1 Main St'], city: 'Boston', period: { end: '2019' } };
  assert.equal(meeting({ address: [moved] }, { address: [{ line: ['2 Elm St'], city: 'Boston' }] }), [0, 0]);
});

test('an address is its use and type, whichever way the street is spelt', () => {
  const a = { use: 'home', type: 'both', line: ['12 North Main Street', 'Apartment 3'], city: 'Boston', state: 'MA', postalCode: '02115-1234', country: 'USA' };
  const b = { line: ['12 N. Main St. Apt 3'], city: 'BOSTON', state: 'ma', postalCode: '02115', country: 'US' };
  assert.equal(meeting({ address: [a] }, { address: [b] }), [1, 1]);
  assert.equal(meeting({ address: [a] }, { address: [{ ...b, line: ['14 N Main St'] }] }), [1, 0]);
  assert.equal(meeting({ address: [a] }, { address: [{ ...b, use: 'work' }] }), [0, 0]);
  assert.equal(meeting({ address: [a] }, { address: [{ ...b, type: 'postal' }] }), [0, 0]);
});

test('two telephones are two facts, and one number in two spellings is one', () => {
  const phone = (value: string, more: object = {}) => ({ telecom: [{ system: 'phone', value, ...more }] });
  assert.equal(meeting(phone('(617) 555-0100', { use: 'home' }), phone('+1 617.555.0100', { use: 'mobile', rank: 1 })), [1, 1]);
  assert.equal(meeting(phone('617-555-0100'), phone('617-555-0101')), [0, 0]);
  assert.equal(meeting(phone('617-555-0100'), phone('617-555-0100', { use: 'old' })), [1, 0]);
  const mail = (value: string) => ({ telecom: [{ system: 'email', value }] });
  assert.equal(meeting(mail('A@Example.org'), mail('a@example.org')), [1, 1]);
  assert.is(
    said({
      telecom: [
        { system: 'phone', value: '617-555-0100' },
        { system: 'email', value: 'a@example.org' },
      ],
    }).length,
    2,
  );
});

test('an identifier is its system and value; a bare number and a placeholder are of one source', () => {
  const number = (system: string | undefined, value: string) => ({ identifier: [{ ...(system === undefined ? {} : { system }), value }] });
  assert.equal(meeting(number('urn:oid:2.16.840.1.113883.4.1', '123-45-6789'), number('http://hl7.org/fhir/sid/us-ssn', '123456789')), [1, 1]);
  assert.equal(meeting(number('http://a.example', '1'), number('http://b.example', '1')), [0, 0]);
  assert.equal(meeting(number(undefined, '1'), number(undefined, '1')), [0, 0]);
  for (const none of ['000-12-3456', '999999999', '123-00-4567'])
    assert.equal(meeting(number('http://hl7.org/fhir/sid/us-ssn', none), number('http://hl7.org/fhir/sid/us-ssn', none)), [0, 0], none);
});

test('however long the lists are, there are at most 64 statements, each pair of element and part once, in any order', () => {
  const use = fc.constantFrom('home', 'work', 'old', 'official', undefined);
  const entry = fc.record({
    use,
    value: fc.string({ maxLength: 3 }),
    family: fc.string({ maxLength: 2 }),
    city: fc.string({ maxLength: 2 }),
    system: fc.constantFrom('phone', 'email'),
  });
  const list = fc.array(entry, { maxLength: 60 });
  fc.assert(
    fc.property(list, list, list, list, (name, address, telecom, identifier) => {
      const make = (turn: (all: readonly object[]) => readonly object[]): FhirResource =>
        resource('Patient', {
          gender: 'other',
          name: turn(name),
          address: turn(address),
          telecom: turn(telecom),
          identifier: turn(identifier),
          birthDate: '1960',
        });
      const statements = statementsOf(make((all) => all));
      assert.ok(statements.length <= 64);
      assert.is(new Set(statements.map(({ element, part }) => `${element}/${part}`)).size, statements.length);
      const sorted = (all: readonly Statement[]) => all.map((one) => JSON.stringify(one)).sort();
      assert.equal(sorted(statements), sorted(statementsOf(make((all) => [...all].reverse()))));
    }),
    { numRuns: 60 },
  );
});

test.run();
