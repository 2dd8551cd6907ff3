import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { knownOf, knownTogether, NOBODY_KNOWN } from '../../../domain/scanning/known-person.js';
import { scanText } from '../../../domain/scanning/scan.js';
import { found, PATIENT, rulesIn } from './finding.js';

const known = knownOf(PATIENT);

test('a Patient gives names, numbers, dates, phones, addresses and e-mail, those of contacts too', () => {
  assert.equal(
    known.names.map(({ family }) => family),
    ["O'Brien-Müller", 'White', 'Okonkwo'],
  );
  assert.equal(
    known.identifiers.map(({ type }) => type),
    ['mrn', 'ssn', 'id'],
  );
  assert.equal([known.dates, known.phones, known.emails], [['1980-05-07'], ['(617) 555-0123', '617-555-0188'], ['rob.obm@example.org']]);
});

test('a name is found in any case, accent, order and abbreviation', () => {
  const names = [
    "Robert O'Brien-Müller",
    'ROBERT O’BRIEN-MUELLER',
    'OBrien Muller, Robert',
    'robert josé o brien müller',
    'R. O’Brien-Müller',
    "Bob O'Brien-Muller",
    'José',
    'Adaeze Okonkwo',
    'okonkwo',
  ];
  for (const name of names) assert.equal(found(`seen with ${name} today`, known), [`name: ${name}`], name);
});

test('accents that are written apart, wide letters and invisible characters hide nothing', () => {
  assert.equal(found('met Jose\u0301 here', known), ['name: Jose\u0301']);
  assert.equal(found('met Ｒｏｂｅｒｔ here', known), ['name: Ｒｏｂｅｒｔ']);
  assert.equal(found('met Ro\u200bbert here', known), ['name: Ro\u200bbert']);
});

test('a name that is a word too counts only with a capital inside a sentence', () => {
  assert.equal(found('a white male. White blood cells rose. WHITE COUNT 7', known), []);
  assert.equal(found('seen by the sister of White, who agreed', known), ['name: White']);
});

test('part of a longer word or number is no name and no number', () => {
  assert.equal(found('robertson syndrome, value 1004455661', known), []);
});

test('a birth date is found in the usual spellings', () => {
  const spellings = [
    '1980-05-07',
    '05/07/1980',
    '5/7/1980',
    '19800507',
    'May 7, 1980',
    '7 May 1980',
    '7th of May 1980',
    '05.07.1980',
    '07-May-1980',
    '07/05/1980',
  ];
  for (const spelling of spellings) assert.equal(rulesIn(`known as ${spelling} here`, known), ['known-date'], spelling);
});

test('numbers are found with and without separators', () => {
  for (const mrn of ['00445566', '00-445-566', '00 445 566', '00.445.566']) assert.equal(rulesIn(`file ${mrn} here`, known), ['known-identifier'], mrn);
  for (const ssn of ['219-09-9999', '219099999', '219 09 9999']) assert.equal(found(`file ${ssn} here`, known), [`ssn: ${ssn}`], ssn);
  for (const phone of ['6175550123', '617.555.0123', '(617) 555 0123', '+1 617 555 0123', '1-617-555-0123', '555-0123'])
    assert.equal(
      scanText(`x ${phone} y`, known).map(({ type }) => type),
      ['phone'],
      phone,
    );
  assert.equal(found('file 129C6AC7-8D06-49DE-AD63-0204A93E76C3 here', known), ['id: 129C6AC7-8D06-49DE-AD63-0204A93E76C3']);
});

test('an address is found with its words written out or shortened, with and without the flat', () => {
  for (const street of ['12 Main Street Apt 4', '12 Main St', '12 MAIN ST APT 4', '12 main street'])
    assert.equal(found(`of ${street} there`, known), [`address: ${street}`], street);
  assert.equal(found('of Quincyville and 02115', known), ['address: Quincyville', 'zip: 02115']);
});

test('names and addresses that were written as one text, mothers and the time of death are known too', () => {
  const patient = {
    resourceType: 'Patient',
    name: [{ text: 'Ngozi Achebe' }, { text: 'Ekwensi, Cyprian' }],
    extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName', valueString: 'Flora Nwapa' }],
    address: [{ text: '7 Quarry Lane, Enugu' }],
    birthDate: '1950',
    deceasedDateTime: '2026-01-02T03:04:05Z',
    _birthDate: { extension: [{ valueDateTime: '1950-03-11T01:02:03Z' }] },
    identifier: [{ type: { coding: [{ code: 'DL' }] }, value: '4711' }, { value: 'none' }, { type: { coding: [{ code: 'constructor' }] }, value: 'Z9-8-7' }],
    telecom: [{ value: '555 0199' }, { system: 'phone', value: '12' }, { system: 'phone', value: '+44 20 7946 0958' }],
  } as const;
  const written = 'of achebe, Cyprian EKWENSI, nwapa at 7 quarry ln, 2 January 2026, 11 Mar 1950, 03111950, 031150; 4711, z987, 5550199, 442079460958';
  const texts = found(written, knownOf(patient)).map((one) => one.split(': ')[1]);
  assert.equal(texts, [
    'achebe',
    'Cyprian EKWENSI',
    'nwapa',
    '7 quarry ln',
    '2 January 2026',
    '11 Mar 1950',
    '03111950',
    '031150',
    '4711',
    'z987',
    '5550199',
    '442079460958',
  ]);
});

test('short surnames are found with their given name, numbers of other countries whole, and nothing is made of a month that is none', () => {
  const li = knownOf({
    resourceType: 'Patient',
    name: [{ family: 'Li', given: ['Wei'] }, { family: 'Okonkwo-Li' }, { text: '' }, { text: 'Okafor,Ada', given: ['Ada'] }],
    extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName' }],
    birthDate: '1980-13-01',
    telecom: [
      { system: 'phone', value: '+49 30 90182044' },
      { system: 'phone', value: '44 7911 12345' },
      { system: 'phone', value: '+1 617 555 0134' },
      { system: 'phone' },
    ],
    identifier: [{ system: 'urn:oid:2.16.840.1.113883.4.1', value: '219-09-9999', type: { coding: [{}] } }],
    _birthDate: { extension: [{ url: 'x' }] },
    address: [
      { postalCode: '11111', city: 'Ib' },
      { text: 'Quarry Lane', line: ['7 Quarry Lane'], postalCode: '02116' },
    ],
  });
  assert.equal(found('of Wei Li, W Li; 7 Quarry Lane; 49 30 90182044, 447911 12345, ★ Ж ௰ 😀 219099999 1-1980, 617-555-0134 in 02116', li), [
    'name: Wei Li',
    'name: Li',
    'address: 7 Quarry Lane',
    'phone: 49 30 90182044',
    'phone: 447911 12345',
    'ssn: 219099999',
    'phone: 617-555-0134',
    'zip: 02116',
  ]);
});

test('days are found with their endings', () => {
  for (const [day, ending] of [
    ['01', '1st'],
    ['02', '2nd'],
    ['03', '3rd'],
    ['11', '11th'],
    ['12', '12th'],
    ['13', '13th'],
    ['21', '21st'],
    ['30', '30th'],
  ] as const)
    assert.equal(rulesIn(`the ${ending} of May 1980`, { ...NOBODY_KNOWN, dates: [`1980-05-${day}`] }), ['known-date'], ending);
});

test('an empty or odd Patient gives nothing and throws nothing', () => {
  const odd = {
    resourceType: 'Patient',
    name: [{ given: [1, ''], family: '' }, 7],
    identifier: [{}],
    telecom: 'x',
    address: [{ line: 3 }],
    birthDate: '19',
  } as never;
  assert.equal(found('some text', knownOf(odd)), []);
  assert.equal(knownOf({ resourceType: 'Patient' }), NOBODY_KNOWN);
});

test('several people are looked for at once', () => {
  const other = knownOf({ resourceType: 'Patient', name: [{ family: 'Zywiec' }] });
  assert.equal(found('Zywiec and Okonkwo', knownTogether([known, other])), ['name: Zywiec', 'name: Okonkwo']);
});

test('whatever stands around it, a known surname of some length is found and wholly covered', () => {
  const name = fc.stringMatching(/^[A-Z][bcdfgjkpqvwxz]{5,12}$/);
  fc.assert(
    fc.property(name, fc.string(), fc.string(), (family, before, after) => {
      const text = `${before} ${family} ${after}`;
      const at = before.length + 1;
      const findings = scanText(text, { ...NOBODY_KNOWN, names: [{ given: [], family }] });
      for (let place = at; place < at + family.length; place++) assert.ok(findings.some(({ start, end }) => start <= place && place < end));
    }),
  );
});

test.run();
