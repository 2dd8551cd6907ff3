import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isAtLeast } from '../../../domain/scanning/finding.js';
import { fold } from '../../../domain/scanning/folded.js';
import { knownOf } from '../../../domain/scanning/known-person.js';
import { scanner, scanText } from '../../../domain/scanning/scan.js';
import { withoutOverlap } from '../../../domain/scanning/spans.js';
import { found, PATIENT } from './finding.js';

const cases: readonly (readonly [text: string, ...found: string[]])[] = [
  ['on file 219-09-9999.', 'ssn: 219-09-9999'],
  ['SSN 219099999', 'ssn: 219099999'],
  ['of ***-**-9999', 'ssn: 9999'],
  ['SSN: xxx-xx-9999', 'ssn: xxx-xx-9999'],
  ['paid with 4111 1111 1111 1111 today', 'card: 4111 1111 1111 1111'],
  ['the provider 1234567893 signed', 'npi: 1234567893'],
  ['covered as 1EG4-TE5-MK73.', 'mbi: 1EG4-TE5-MK73'],
  ['DEA AB1234563', 'dea: AB1234563'],
  ['NHS 943 476 5919', 'nhs: 943 476 5919'],
  ['VIN 1HGCM82633A004352', 'vehicle: 1HGCM82633A004352'],
  ['call (617) 555-0123 x45', 'phone: (617) 555-0123 x45'],
  ['call +44 20 7946 0958', 'phone: +44 20 7946 0958'],
  ['MRN: E445566', 'mrn: E445566'],
  ['MR# 445566', 'mrn: 445566'],
  ['Account number 88991234', 'account: 88991234'],
  ['Medicare ID 12345678A', 'health-plan: 12345678A'],
  ["Driver's license no. S99940903", 'licence: S99940903'],
  ['Serial # QX-10444', 'device: QX-10444'],
  ['to jane.doe+1@mail.example.org.', 'email: jane.doe+1@mail.example.org'],
  ['see https://portal.example.org/p?id=1', 'url: https://portal.example.org/p?id=1'],
  ['from 192.168.4.17', 'ip: 192.168.4.17'],
  ['from fe80::1ff:fe23:4567:890a', 'ip: fe80::1ff:fe23:4567:890a'],
  ['device 00:1a:2b:3c:4d:5e', 'device: 00:1a:2b:3c:4d:5e'],
  ['seen 2026-11-23T10:00:00Z', 'date: 2026-11-23T10:00:00Z'],
  ['seen 11/23/26', 'date: 11/23/26'],
  ['seen on 11/23', 'date: 11/23'],
  ['since Nov 3rd, 2026', 'date: Nov 3rd, 2026'],
  ['since November 2026', 'date: November 2026'],
  ['at 20261123101500+0100', 'date: 20261123101500+0100'],
  ['a 94 year-old woman', 'age-over-89: 94 year'],
  ['aged 101, frail', 'age-over-89: 101'],
  ['of 45 Elm St, Apt 3, Springfield, IL 62701', 'address: 45 Elm St, Apt 3, Springfield, IL 62701'],
  ['P.O. Box 1234', 'address: P.O. Box 1234'],
  ['ZIP 02115', 'zip: 02115'],
  ['in SW1A 1AA', 'zip: SW1A 1AA'],
  ['told Mrs. Adaeze Okonkwo so', 'name: Adaeze Okonkwo'],
  ['Patient Okonkwo, Adaeze was seen', 'name: Okonkwo, Adaeze'],
  ['his wife Adaeze agrees', 'name: Adaeze'],
  ['Signed by: Piet van der Berg, MD', 'name: Piet van der Berg'],
  ['Adaeze Okonkwo, RN', 'name: Adaeze Okonkwo'],
  ['aged 45, the age of 93', 'age-over-89: 93'],
  ['she is 94 years frail', 'age-over-89: 94 years'],
  ['seen 23.11.2026 and 3.11.26', 'date: 23.11.2026'],
  ['seen 23-11-26', 'date: 23-11-26'],
  ['in 11/2026', 'date: 11/2026'],
  ['born 11/23', 'date: 11/23'],
  ['the 3rd of May, so 3 Oct 26', 'date: 3rd of May', 'date: 3 Oct 26'],
  ['SSN 219 09 9999', 'ssn: 219 09 9999'],
  ['call 617 555 0123', 'phone: 617 555 0123'],
  ['call 117-555-0123', 'phone: 117-555-0123'],
  ['fax 5550123', 'phone: 5550123'],
  ['of 4012888888881881', 'card: 4012888888881881'],
  ['of 9434765919', 'nhs: 9434765919'],
  ['sent by AB1234563', 'dea: AB1234563'],
  ['from 2001:db8:85a3:0:0:8a2e:370:7334', 'ip: 2001:db8:85a3:0:0:8a2e:370:7334'],
  ['of 12 Oak Hill, Apt 3', 'address: 12 Oak Hill, Apt 3'],
  ['lives at 12 Oak Hill', 'address: 12 Oak Hill'],
  ['in Springfield, Illinois', 'address: Springfield, Illinois'],
  ['in Springfield, IL 62701-1234', 'address: Springfield, IL 62701-1234'],
  ['IL 62701', 'zip: 62701'],
  ['Specimen no. 2026-44556', 'id: 2026-44556'],
  ['OKONKWO^ADAEZE^B', 'name: OKONKWO^ADAEZE^B'],
  ['a Dr. A. Okonkwo', 'name: A. Okonkwo'],
  ['of 401 023 2137', 'nhs: 401 023 2137'],
  ['at ١٢ Mrs. Okonkwo', 'name: Okonkwo'],
  ['пациент г-н: Mr. Иван Петров', 'name: Иван Петров'],
];

test('each kind of identifier is found, and nothing else beside it', () => {
  for (const [text, ...expected] of cases) assert.equal(found(text), expected, text);
});

test('figures, codes and words of the clinic are no identifiers', () => {
  const texts = [
    'BP 120/80, glucose 98.6 mg/dL, HbA1c 7.1 %, 2-3 times a day, 10/10 pain, ratio 1:250.',
    'SNOMED CT 38341003, LOINC 8867-4, RxNorm 197361, ICD-10 I10, OID 2.16.840.1.113883.6.1, NDC 0093-7214-01.',
    'Patient Education. Patient Denies pain. PATIENT REPORTS NONE. Patient Name and Address are on the form.',
    'Insulin, human 100 unt/ml; 24 hr metformin hydrochloride 500 mg. Born at 39 weeks, aged 45 years, for 90 years.',
    'The unit 4 device 12, a case no. 7 of 1000; 999.1.1.1; 12:34:56; call 911; 5 Left Hill; Baltimore, MD; 45/46 seen; 2026-13-45; 13/13/2026; 99.99.2026.',
    'Seen 11/23/3050, 1/2/345, 3.1.26, 12.1.26 and May 45; next 94 years of it; MRI on 1SG4-TE5-MK73, lot AB1234560, part 1HGCM82633A004353.',
    'Patient Okonkwo, Denies pain; +1 (2) 3.4 5; call 1 2 3 4 5 6; 417 055 0123; :::1:2:3; at 12 Left Hill.',
    'may 3 of them, version 1.2.3.4, in 2019, room 12, HTN, DM2, s/p CABG x3, EF 55-60 %.',
  ];
  for (const text of texts) assert.equal(found(text), [], text);
});

test('findings stand in order, inside the text and without overlap, whatever the text', () => {
  const scan = scanner(knownOf(PATIENT));
  const pieces = fc.constantFrom(...cases.map(([text]) => text), 'Robert ', "O'Brien-Müller", '\u0301', '😀', '\n', '1980-05-07', '\ud800', 'ﬁ', 'ﷺ', '６１７');
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(fc.oneof(pieces, fc.string({ maxLength: 8 })), { maxLength: 12 }).map((all) => all.join('')),
  );
  fc.assert(
    fc.property(text, (any) => {
      let last = 0;
      for (const { start, end } of scan(any)) {
        assert.ok(last <= start && start < end && end <= any.length);
        last = end;
      }
    }),
    { numRuns: 200 },
  );
});

test('every place of the folded text lies in the character that it came from', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => {
      const folded = fold(text);
      assert.is(folded.lower.length, folded.text.length);
      for (let at = 0; at < folded.text.length; at++) {
        assert.ok(folded.startOf(at) < folded.endOf(at + 1));
        assert.ok(folded.endOf(at + 1) <= text.length);
      }
    }),
  );
});

test('a finding never ends inside a character', () => {
  const folded = fold('aﬁ');
  assert.equal([folded.text, folded.endOf(1), folded.endOf(2), folded.endOf(3)], ['afi', 1, 2, 2]);
});

test('of no character the lower case is longer or shorter once it is folded', () => {
  for (let first = 0x80; first < 0x110000; first += 256) {
    const block = Array.from({ length: 256 }, (_, code) => String.fromCodePoint(Math.min(first + code, 0x10ffff))).join('');
    const { text, lower } = fold(block);
    assert.is(lower.length, text.length, first.toString(16));
  }
});

test('where findings overlap, the surer has the place and the rest of the other stays', () => {
  const text = 'Dr Jane Doe 12345';
  const likely = { start: 3, end: 17, type: 'name', certainty: 'likely', rule: 'a' } as const;
  const certain = { start: 8, end: 11, type: 'name', certainty: 'certain', rule: 'b' } as const;
  assert.equal(
    withoutOverlap(text, [certain, likely]).map(({ start, end, certainty }) => [start, end, certainty]),
    [[3, 17, 'certain']],
  );
  const phone = { ...certain, start: 12, end: 17, type: 'phone' } as const;
  assert.equal(
    withoutOverlap(text, [phone, likely]).map(({ start, end, type }) => [start, end, type]),
    [
      [3, 12, 'name'],
      [12, 17, 'phone'],
    ],
  );
});

test('what is left over of a finding counts when there is a letter or a digit in it', () => {
  const number = { start: 7, end: 12, type: 'mrn', certainty: 'certain', rule: 'b' } as const;
  const left = (start: number) =>
    withoutOverlap('no. 7: 12345', [number, { ...number, start, type: 'id', certainty: 'likely' }]).map(({ start: at, type }) => [at, type]);
  assert.equal(left(5), [[7, 'mrn']]);
  assert.equal(left(4), [
    [4, 'id'],
    [7, 'mrn'],
  ]);
});

test('a check digit or a label makes a finding surer than its form alone', () => {
  const certaintyOf = (text: string) => scanText(text)[0]?.certainty;
  assert.equal([certaintyOf('NPI 1234567893'), certaintyOf('of 1234567893')], ['certain', 'likely']);
  assert.equal([certaintyOf('on 219-09-9999'), certaintyOf('on 999-09-9999')], ['certain', 'possible']);
  assert.ok(isAtLeast('certain', 'likely') && !isAtLeast('possible', 'likely'));
});

/** Generous, since machines differ: what is not linear takes minutes for a text of this size. */
test('hostile text is scanned in no more than a moment', () => {
  const scan = scanner(knownOf(PATIENT));
  const hostile = [
    'a',
    'A',
    '1',
    '1-',
    '1 ',
    '@',
    'a@',
    '1.',
    'A ',
    'Dr ',
    'Dr A',
    'may 1 ',
    ':',
    'mrn:',
    '+1 ',
    '(1) ',
    'é',
    'ﷺ',
    '😀',
    'Robert ',
    "A'",
    'A-',
    'a1',
    '12 Ab Cd ',
    'Ab Cd, ',
    '\u200b',
  ];
  for (const piece of hostile) {
    const text = piece.repeat(Math.floor(2 ** 16 / piece.length));
    const began = performance.now();
    scan(text);
    assert.ok(performance.now() - began < 2000, JSON.stringify(piece));
  }
});

test('telephone numbers of other plans come from the finder that is given', () => {
  const text = 'ring 020 7946 0958 now';
  const findings = scanner({ names: [], identifiers: [], dates: [], phones: [], addresses: [], emails: [] }, () => [{ start: 5, end: 18 }])(text);
  assert.equal(
    findings.map(({ start, end, type, rule }) => [start, end, type, rule]),
    [[5, 18, 'phone', 'phone-numbering-plan']],
  );
});

test.run();
