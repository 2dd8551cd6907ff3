import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { FhirResource } from '../../../domain/identity/resource.js';
import { type Asked, type Criteria, criteriaOf, matchedOn, soughtBy } from '../../../domain/search/criteria.js';
import { soughtOf } from '../../../domain/search/fields.js';
import { searchableOf } from '../../../domain/search/searchable.js';

const test = suite('search: criteria and what meets them');

const phoneOf = (text: string) => (/^\+\d{8,}$/.test(text) ? text : null);
const patient = (more: object): FhirResource => ({ resourceType: 'Patient', ...more });
const ada = patient({
  name: [
    { family: 'Lovelace', given: ['Ada', 'King'], prefix: ['Dr'] },
    { use: 'maiden', family: 'Byron', given: ['Mary Ann'] },
  ],
  birthDate: '1960-12-10',
  telecom: [
    { system: 'phone', value: '+12025550143' },
    { system: 'phone', use: 'old', value: '+12025550144' },
    { system: 'email', value: 'ada@example.org' },
  ],
  identifier: [
    { system: 'urn:mrn', value: '00-12' },
    { system: 'urn:ssn', value: '000-00-0000' },
  ],
  gender: 'female',
});
const textsOf = (resource: FhirResource) => soughtOf(searchableOf(resource, phoneOf)).map(({ field, text }) => `${field} ${text}`);
const read = (asked: Asked) => criteriaOf(asked, phoneOf) as Criteria;
const met = (asked: Asked, ...said: FhirResource[]) =>
  matchedOn(
    read(asked),
    said.map((one) => searchableOf(one, phoneOf)),
  );

test('a Patient is found by identifier, phone, family name with birth date, and family name with given name', () => {
  assert.equal(textsOf(ada), [
    'identifier urn:mrn|0012',
    'phone +12025550143',
    'family-birth-date lovelace|1960-12-10',
    'family-birth-date byron|1960-12-10',
    'family-given lovelace|ada',
    'family-given lovelace|adaking',
    'family-given byron|maryann',
    'family-given byron|mary',
  ]);
});

test('nothing is indexed of placeholders, of a birth date alone, of sex, or of what is not there', () => {
  assert.equal(textsOf(patient({ birthDate: '1960-12-10', gender: 'female' })), []);
  assert.equal(textsOf(patient({ name: [{ given: ['Ada'] }], birthDate: '1960-12-10' })), []);
  assert.equal(textsOf(patient({ name: [{ family: 'UNKNOWN', given: ['Ada'] }], birthDate: '1960-12-10' })), []);
  assert.equal(textsOf(patient({ name: [{ family: 'Lovelace', given: ['Unknown'] }], birthDate: '1900-01-01' })), []);
  assert.equal(textsOf(patient({ name: 'Lovelace', telecom: [{ system: 'phone' }], identifier: 'x' })), []);
  assert.equal(textsOf(patient({ telecom: [{ value: '(202) 555-0143' }, { system: 'fax', value: '(202) 555-0143' }] })), []);
  assert.equal(textsOf(patient({ name: [{ use: 'anonymous', family: 'Doe', given: ['A'] }] })), []);
});

test('a name that was written as one text is taken apart as people read it', () => {
  assert.equal(textsOf(patient({ name: [{ text: 'Dr. Ada Lovelace' }] })), ['family-given lovelace|ada']);
  assert.equal(textsOf(patient({ name: [{ text: 'Lovelace, Ada' }] })), ['family-given lovelace|ada']);
  for (const text of ['...', 'Ada', ', Ada'])
    assert.ok(
      textsOf(patient({ name: [{ text }] })).every((found) => found !== 'family-given ada|'),
      text,
    );
  assert.equal(textsOf(patient({ name: [{ text: '...' }, { family: 'Lovelace', given: ['-'] }] })), []);
});

test('lists that no person has are cut', () => {
  const names = Array.from({ length: 40 }, (_, n) => ({ family: `Name${n}`, given: ['A'] }));
  const telecom = Array.from({ length: 40 }, (_, n) => ({ system: 'phone', value: `+120255501${String(n).padStart(2, '0')}` }));
  const identifier = Array.from({ length: 40 }, (_, n) => ({ system: 'urn:mrn', value: `77${n}` }));
  assert.is(textsOf(patient({ name: names, telecom, identifier })).length, 8 + 8 + 16);
});

test('too little to search by is refused, and so is what says nothing', () => {
  for (const asked of [{}, { family: 'Lovelace' }, { given: 'Ada' }, { birthDate: '1960-12-10' }, { given: 'Ada', birthDate: '1960' }])
    assert.equal(criteriaOf(asked, phoneOf), { criterion: null });
  assert.equal(criteriaOf({ family: '-', given: 'Ada' }, phoneOf), { criterion: 'family' });
  assert.equal(criteriaOf({ family: 'Lovelace', given: 'unknown' }, phoneOf), { criterion: 'given' });
  assert.equal(criteriaOf({ family: 'Lovelace', birthDate: '1960-02-30' }, phoneOf), { criterion: 'birthDate' });
  assert.equal(criteriaOf({ family: 'Lovelace', birthDate: '1900-01-01' }, phoneOf), { criterion: 'birthDate' });
  assert.equal(criteriaOf({ phone: 'call me' }, phoneOf), { criterion: 'phone' });
  assert.equal(criteriaOf({ phone: '+15555555555' }, phoneOf), { criterion: 'phone' });
  assert.equal(criteriaOf({ identifier: { system: 'urn:mrn', value: '000' } }, phoneOf), { criterion: 'identifier' });
});

test('somebody whose day of birth is known is also sought where a source knew the year alone', () => {
  assert.equal(
    soughtBy(read({ family: 'Lovelace', birthDate: '1960-12-10' })).map(({ text }) => text),
    ['lovelace|1960-12-10', 'lovelace|1960-12', 'lovelace|1960'],
  );
});

test('a patient meets the criteria that any source confirms, and is no match by too few of them', () => {
  assert.equal(met({ family: 'lovelace', birthDate: '1960-12-10' }, ada), ['family', 'birthDate']);
  assert.equal(met({ family: 'LOVELACE', given: 'ada king', birthDate: '1961-01-01' }, ada), ['family', 'given']);
  assert.equal(met({ family: 'Lovelace', given: 'Mary' }, ada), [], 'a given name counts beside its own family name');
  assert.equal(met({ family: 'Byron', given: 'Mary', phone: '+12025550143' }, ada), ['phone', 'family', 'given']);
  assert.equal(met({ phone: '+12025550144' }, ada), [], 'an old number may be somebody else’s by now');
  assert.equal(met({ identifier: { system: 'urn:mrn', value: ' 0012' } }, ada), ['identifier']);
  assert.equal(met({ identifier: { system: 'urn:mrn', value: '12' } }, ada), [], 'leading zeros count');
  assert.equal(met({ family: 'Lovelace', given: 'Grace', birthDate: '1960-12-11' }, ada), []);
  const [name, born] = [patient({ name: [{ family: 'Lovelace' }] }), patient({ birthDate: '1960' })];
  assert.equal(met({ family: 'Lovelace', birthDate: '1960-12-10' }, name, born), ['family', 'birthDate']);
});

test.run();
