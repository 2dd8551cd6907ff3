import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { digitCipher, ff1 } from '../../../adapters/masking/ff1.js';
import { isConceptId, isLoincCode, passesVerhoeff } from '../../../domain/masking/check-digits.js';
import { shiftDaysFrom, shiftedDate, yearOf } from '../../../domain/masking/dates.js';
import { decryptText, encryptText, FF1_KINDS, type Ff1Kind, npiCheckDigit } from '../../../domain/masking/format-preserving.js';
import { countryOf, isUsCountry, RESTRICTED_ZIP3, stateOf, zip3Of } from '../../../domain/masking/geography.js';
import { masked } from '../../../domain/masking/masks.js';
import { partialOf } from '../../../domain/masking/partial.js';
import { safeCoding, safeUnit } from '../../../domain/masking/safe-codes.js';
import { isSafeNumber, KEPT_NUMBERS } from '../../../domain/masking/safe-numbers.js';
import { blindUnder, maskTools } from '../../support/mask-tools.js';
import { runs } from '../../support/runs.js';

const test = suite('masks');
const tools = maskTools();
const DAY_MS = 86_400_000;
const day = fc.integer({ min: 0, max: 60_000 }).map((days) => new Date(Date.UTC(1850, 0, 1) + days * DAY_MS).toISOString().slice(0, 10));
const shift = fc.integer({ min: 0, max: 2 ** 48 - 1 }).map(shiftDaysFrom);
const digits = (least: number, most: number) => fc.array(fc.integer({ min: 0, max: 9 }), { minLength: least, maxLength: most }).map((all) => all.join(''));

test('an offset is a multiple of seven within a year, and never none; every one of them is as likely', () => {
  const seen = new Set<number>();
  for (let hash = 0; hash < 104; hash += 1) seen.add(shiftDaysFrom(hash));
  assert.is(seen.size, 104);
  for (const days of seen) assert.ok(days % 7 === 0 && days !== 0 && Math.abs(days) <= 364);
});

test('intervals between dates survive a shift to the day, and so do the weekday, the clock and its zone', () => {
  fc.assert(
    fc.property(day, day, shift, (one, other, days) => {
      const [first, second] = [shiftedDate(one, days), shiftedDate(other, days)];
      assert.ok(first !== null && second !== null);
      assert.is(Date.parse(second) - Date.parse(first), Date.parse(other) - Date.parse(one));
      assert.is(new Date(first).getUTCDay(), new Date(one).getUTCDay());
      assert.is.not(first, one);
      assert.is(shiftedDate(`${one}T23:59:60.25-05:00`, days), `${first}T23:59:60.25-05:00`);
    }),
  );
});

test('a month stays a month and a year a year, in the order they had', () => {
  fc.assert(
    fc.property(day, day, shift, fc.constantFrom(4, 7), (one, other, days, length) => {
      const [early = '', late = ''] = [one.slice(0, length), other.slice(0, length)].sort();
      const [first, second] = [shiftedDate(early, days) ?? '', shiftedDate(late, days) ?? ''];
      assert.is(first.length, length);
      assert.ok(first <= second);
    }),
  );
});

test('what is no date, or would leave the calendar, is not shifted', () => {
  for (const text of ['', 'yesterday', '2021-02-30', '2021-13', '21-01-01', '2021-01-01T10:00:00']) assert.is(shiftedDate(text, 7), null, text);
  assert.is(shiftedDate('9999-12-31', 7), null);
  assert.is(shiftedDate('0001-01-01', -7), null);
  assert.equal([shiftedDate('2024-02-29', 364), shiftedDate('2024-05', 21), shiftedDate('2024', 364)], ['2025-02-27', '2024-06', '2025']);
});

test('of a date the year stays, unless it tells of somebody over 89', () => {
  assert.equal(
    ['1980-05-06', '1980', '1980-05-06T01:02:03Z', '1937', '1936', '1850-01-01', 'x'].map((text) => yearOf(text, 2026)),
    ['1980', '1980', '1980', '1937', null, null, null],
  );
});

test('the seventeen small areas become 000, dated and with their source', () => {
  assert.is(RESTRICTED_ZIP3.prefixes.length, 17);
  assert.match(RESTRICTED_ZIP3.source, 'Census 2000');
  for (const prefix of RESTRICTED_ZIP3.prefixes) assert.is(zip3Of(`${prefix}12`), '000');
  assert.equal(['05602', '05602-1234', '056021234', '5602', 'SW1A 1AA', '05602x'].map(zip3Of), ['056', '056', '056', null, null, null]);
});

test('a state is one by name or code; whatever else stands in its place is none', () => {
  assert.equal(['Vermont', 'vt', ' VT ', 'PR', 'Quillport', ''].map(stateOf), ['VT', 'VT', 'VT', 'PR', null, null]);
  assert.equal(['US', 'usa', 'United States of America', 'DE', 'DEU', 'Germany', '9 Elm Way'].map(countryOf), ['US', 'US', 'US', 'DE', 'DEU', null, null]);
  assert.equal([undefined, 'USA', 'DE', 7].map(isUsCountry), [true, true, false, false]);
});

test('of a number the last four show, of a short one fewer, and the marks between', () => {
  assert.equal(['123-45-1234', '(555) 010-9988', '1234', '123', '1', '', '--', 'Zoë Quimby'].map(partialOf), [
    '***-**-1234',
    '(***) ***-9988',
    '**34',
    '**3',
    '*',
    '',
    '--',
    '*** **imby',
  ]);
  fc.assert(
    fc.property(fc.string(), (text) => {
      const shown = [...partialOf(text)].filter((letter) => /[\p{L}\p{N}]/u.test(letter)).length;
      const had = [...text].filter((letter) => /[\p{L}\p{N}]/u.test(letter)).length;
      assert.ok(shown <= Math.min(4, had / 2));
    }),
  );
});

const framed: Readonly<Record<Ff1Kind, fc.Arbitrary<string>>> = {
  ssn: digits(9, 9).chain((all) => fc.constantFrom(all, `${all.slice(0, 3)}-${all.slice(3, 5)}-${all.slice(5)}`)),
  mrn: digits(6, 24),
  phone: digits(10, 10).chain((all) => fc.constantFrom(all, `+1 ${all}`, `1-${all}`, `(${all.slice(0, 3)}) ${all.slice(3, 6)}-${all.slice(6)}`)),
  npi: digits(9, 9).map((nine) => nine + npiCheckDigit([...nine].map(Number))),
};

test('digits are encrypted for digits, in the same form, and come back with the key alone', () => {
  const [own, others] = [digitCipher(blindUnder('one'), 'p'), digitCipher(blindUnder('two'), 'p')];
  for (const kind of FF1_KINDS) {
    let same = 0;
    fc.assert(
      fc.property(framed[kind], (text) => {
        const encrypted = encryptText(kind, text, own);
        assert.ok('text' in encrypted);
        assert.is(encrypted.text.replace(/\d/g, '0'), text.replace(/\d/g, '0'));
        assert.equal(decryptText(kind, encrypted.text, own), { text });
        const wrong = decryptText(kind, encrypted.text, others);
        if ('text' in wrong && wrong.text === text) same += 1;
      }),
      { numRuns: 50 },
    );
    assert.ok(same < 3, 'another key gives another number');
  }
});

test('an NPI keeps a right check digit; a country code stays; kinds and plans do not match', () => {
  const cipher = digitCipher(blindUnder('one'), 'p');
  const npi = encryptText('npi', '1234567893', cipher);
  assert.ok('text' in npi && npiCheckDigit([...npi.text.slice(0, 9)].map(Number)) === Number(npi.text[9]));
  const phone = encryptText('phone', '+1 (555) 010-9988', cipher);
  assert.ok('text' in phone && phone.text.startsWith('+1 ('));
  const ssn = encryptText('ssn', '123456789', cipher);
  assert.not.equal(ssn, encryptText('mrn', '123456789', cipher));
  assert.not.equal(ssn, encryptText('ssn', '123456789', digitCipher(blindUnder('one'), 'q')));
});

test('small domains, dates, ZIP codes, letters and wrong check digits are refused, each by a code', () => {
  const refusal = (kind: Ff1Kind, text: string) => encryptText(kind, text, tools.digits);
  assert.equal(refusal('mrn', '12345'), { refused: 'domain-too-small' });
  assert.equal(refusal('mrn', '05602'), { refused: 'domain-too-small' });
  assert.equal(refusal('ssn', '2021'), { refused: 'domain-too-small' });
  assert.equal(refusal('ssn', '1980-05-06'), { refused: 'wrong-length' });
  assert.equal(refusal('mrn', 'A-123456'), { refused: 'not-digits' });
  assert.equal(refusal('npi', '1234567890'), { refused: 'bad-check-digit' });
  assert.equal(refusal('phone', ''), { refused: 'domain-too-small' });
  assert.equal(refusal('mrn', '1'.repeat(25)), { refused: 'wrong-length' });
});

test('a mask on a value that it is not for redacts it and says why', () => {
  assert.equal(masked({ kind: 'shift' }, 'soon', tools), { refused: 'not-a-date' });
  assert.equal(masked({ kind: 'generalise', to: 'zip3' }, '5602', tools), { refused: 'not-a-zip' });
  assert.equal(masked({ kind: 'partial' }, 7, tools), { refused: 'not-a-text' });
  assert.equal(masked({ kind: 'redact' }, 'x', tools), {});
  assert.equal(masked({ kind: 'tokenize' }, 'x', maskTools({ tokenFor: () => null })), { refused: 'too-many-tokens' });
  assert.equal(masked({ kind: 'generalise', to: 'year' }, '1980-05-06', tools), { value: '1980', mark: 'generalise' });
});

test('codes of shared systems are known by system and form, units by UCUM or by what is written in its place', () => {
  assert.equal(safeCoding('http://snomed.info/sct/731000124108', '38341003'), { system: 'http://snomed.info/sct', code: '38341003' });
  assert.equal(safeCoding('http://loinc.org', 'MRN-4711'), null);
  assert.equal(safeCoding('urn:our-hospital', '38341003'), null);
  assert.equal(safeCoding('http://terminology.hl7.org/CodeSystem/v2-0203', '123456789'), null);
  assert.equal(safeCoding(undefined, 'x'), null);
  const unit = (written: string) => safeUnit(undefined, undefined, written)?.code ?? null;
  assert.equal(['mmHg', 'mg/dL', 'beats/min', 'K/uL', 'of Quimby', 'Quimby'].map(unit), ['mm[Hg]', 'mg/dL', '/min', '10*3/uL', null, null]);
});

test('FF1 refuses what is no radix, too long a tweak and too small a domain, whoever asks', () => {
  const setting = { radix: 10, key: new Uint8Array(32), tweak: new Uint8Array(8) };
  for (const radix of [1, 2.5, 65_537]) assert.throws(() => ff1({ ...setting, radix }), /radix/);
  assert.throws(() => ff1({ ...setting, tweak: new Uint8Array(257) }), /tweak/);
  const cipher = ff1(setting);
  assert.throws(() => cipher.encrypt([1, 2, 3, 4, 5]), /a million/);
  assert.throws(() => cipher.decrypt([1, 2, 3, 4, 5]), /a million/);
  assert.equal(masked({ kind: 'format-preserving', as: 'ssn' }, '12', tools), { refused: 'domain-too-small' });
});

test("a SNOMED CT code is one by its check digit and its partition: a number of its length is somebody's own", () => {
  for (const code of ['44054006', '38341003', '731000124108', '999000011000000103']) assert.ok(isConceptId(code), code);
  // A digit changed, two swapped, a description, a relationship, too short, a leading zero, letters.
  for (const code of ['44054007', '44045006', '754786011', '100022', '10007', '04405400', '4405400a', '']) assert.not.ok(isConceptId(code), code);
  const digit = fc.integer({ min: 0, max: 9 });
  fc.assert(
    fc.property(fc.constantFrom('44054006', '387517004', '731000124108'), fc.nat(), digit, (code, place, other) => {
      const at = place % code.length;
      const changed = code.slice(0, at) + other + code.slice(at + 1);
      assert.is(passesVerhoeff(changed), changed === code);
    }),
    { numRuns: runs(100) },
  );
  assert.is(safeCoding('http://snomed.info/sct', '44054007'), null);
});

test('a LOINC code is one by its check digit; answers and parts by their form', () => {
  for (const code of ['8480-6', '100019-9', 'LA24145-7', 'LP75346-4']) assert.ok(isLoincCode(code), code);
  for (const code of ['8480-7', '4471147-2', '8480', 'LB24145-7', 'MRN-1']) assert.not.ok(isLoincCode(code), code);
});

test('of elements with numbers those that are listed keep them, up to five digits; every name of the list is one of FHIR', () => {
  for (const element of KEPT_NUMBERS) {
    const [definition = '', member = ''] = element.split('.');
    assert.is(tools.shapes(definition)?.members.get(member)?.type, 'decimal', element);
    assert.ok(isSafeNumber(definition, member, 7), element);
    assert.is(isSafeNumber(definition, member, 4_471_147), element === 'Money.value', element);
  }
  for (const [definition, member] of [
    ['Patient', 'multipleBirthInteger'],
    ['QuestionnaireResponse_Answer', 'valueInteger'],
    ['Extension', 'valueDecimal'],
    ['Location_Position', 'latitude'],
  ] as const) {
    assert.not.ok(isSafeNumber(definition, member, 7), member);
  }
});

test.run();
