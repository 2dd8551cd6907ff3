import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { FhirResource } from '../../../domain/identity/resource.js';
import { blinded, share } from '../../../domain/matching/blinded.js';
import { blockTextsOf } from '../../../domain/matching/blocks.js';
import { personOf } from '../../../domain/matching/person.js';
import { type TokenKind, tokenTextsOf } from '../../../domain/matching/tokens.js';
import { blindForTests } from './febrl.js';
import { patient } from './people.js';

const test = suite('match tokens');

const textsOf = (resource: FhirResource, kind: TokenKind): string[] => [...(tokenTextsOf(personOf(resource)).get(kind) ?? [])];

test('accents, case, punctuation and blanks are no difference', () => {
  const plain = textsOf(patient({ given: 'Jose', surname: "O'Brien Strasse" }), 'surname');
  assert.equal(plain, ['obrienstrasse']);
  assert.equal(textsOf(patient({ given: 'JOSÉ', surname: 'O’BRIEN-STRAßE' }), 'surname'), plain);
  assert.equal(textsOf(patient({ given: ' José ', surname: 'x' }), 'given'), ['jose']);
});

test('what stands for nobody is no token', () => {
  for (const given of ['Unknown', 'Baby Boy', 'Babygirl', 'BB', 'Infant', 'Twin A', 'xxx', 'N/A', 'Test']) {
    assert.equal(textsOf(patient({ given, surname: 'Marlowe' }), 'given'), [], given);
  }
  assert.equal(textsOf(patient({ given: 'John', surname: 'Doe' }), 'name'), []);
  assert.equal(textsOf(patient({ given: 'Jane', surname: 'Doe' }), 'surname'), []);
  assert.equal(textsOf(patient({ given: 'Ruth', surname: 'Doe' }), 'surname'), ['doe']);
  for (const phone of ['0000000000', '555-555-5555', '1234567', '12']) assert.equal(textsOf(patient({ phone }), 'phone'), [], phone);
  for (const birthDate of ['1900-01-01', '9999-12-31', '0001-01-01']) assert.equal(textsOf(patient({ birthDate }), 'birth'), [], birthDate);
  assert.equal(textsOf(patient({ identifier: '000-00-0000' }), 'identifier'), []);
  assert.equal(textsOf(patient({ postCode: '99999' }), 'post-code'), []);
});

test('a telephone number is its last digits, however it is written', () => {
  const [one] = textsOf(patient({ phone: '+1 (212) 555-0147' }), 'phone');
  assert.is(one, '125550147');
  for (const phone of ['212.555.0147', '0012125550147', '212 555 0147 ext. 12', '2125550147;ext=3'])
    assert.equal(textsOf(patient({ phone }), 'phone'), [one], phone);
});

test('a birth date that no calendar has is a text: no part of it is read, and none is repaired', () => {
  const impossible = patient({ birthDate: '1983-02-30' });
  assert.equal(textsOf(impossible, 'birth'), ['19830230']);
  for (const kind of ['birth-crossed', 'birth-pair', 'birth-month', 'birth-year'] as const) assert.equal(textsOf(impossible, kind), [], kind);
  assert.not.ok(blockTextsOf(personOf(impossible)).includes(blockTextsOf(personOf(patient({ birthDate: '1983-03-02' })))[0] as string));
});

test('day and month are crossed only where that is a day too', () => {
  assert.equal(textsOf(patient({ birthDate: '1983-04-07' }), 'birth-crossed'), ['19830704']);
  assert.equal(textsOf(patient({ birthDate: '1983-04-27' }), 'birth-crossed'), []);
  assert.equal(textsOf(patient({ birthDate: '1983-04-04' }), 'birth-crossed'), []);
});

test('a suffix is known wherever it was written, and a title is none', () => {
  assert.equal(textsOf(patient({ surname: 'Marlowe', suffix: 'Junior' }), 'suffix'), ['jr']);
  assert.equal(textsOf(patient({ surname: 'Marlowe Jr.' }), 'suffix'), ['jr']);
  assert.equal(textsOf(patient({ surname: 'Marlowe Jr.' }), 'surname'), ['marlowe']);
  assert.equal(textsOf(patient({ surname: 'Marlowe', suffix: 'MD' }), 'suffix'), []);
});

test('streets are known by their number and name, whatever kind of street is spelled out and which flat it is', () => {
  const [home] = textsOf(patient({ street: '12 Harbour Street, Apt 4' }), 'home');
  assert.is(home, '12 harbourst');
  for (const street of ['12 HARBOUR ST', '12, Harbour Str.', 'Flat 4, 12 Harbour St']) assert.equal(textsOf(patient({ street }), 'home'), [home], street);
});

test('one mistyped letter leaves a token in common, and a surname’s token is never a given name’s', () => {
  const letters = fc.string({ minLength: 5, maxLength: 12, unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz') }).filter((word) => !/^(.)\1+/.test(word));
  const edit = fc.record({ at: fc.nat(4), kind: fc.constantFrom('drop', 'add', 'replace', 'swap'), letter: fc.constantFrom(...'abcdefgh') });
  fc.assert(
    fc.property(letters, edit, (word, { at, kind, letter }) => {
      const wrong = mistyped(word, at, kind, letter);
      const own = blinded(patient({ surname: word, given: '' }), blindForTests).tokens;
      const theirs = blinded(patient({ surname: wrong, given: '' }), blindForTests).tokens;
      const given = blinded(patient({ given: word, surname: '' }), blindForTests).tokens;
      assert.ok(share(own, theirs, 'surname-near'));
      assert.not.ok(share(own, given, 'surname', 'given'));
      assert.not.ok(share(own, given, 'surname-near', 'given-near'));
    }),
  );
});

test('nothing of the person stands in what is kept', () => {
  const kept = JSON.stringify(
    blinded(patient({ given: 'Catherine', surname: 'Marlowe', birthDate: '1983-04-07', street: '12 Harbour Street', phone: '2125550147' }), blindForTests),
  );
  for (const text of ['atherine', 'arlowe', '1983', 'arbour', '555014']) assert.not.ok(kept.includes(text), text);
});

test('the same person gives the same tokens in whatever order names and addresses are listed', () => {
  const one = patient({ given: 'Ada', surname: 'Marlowe', street: '12 Harbour Street' });
  const names = [...(one['name'] as object[]), { family: 'Byron', given: ['Ada'] }];
  assert.equal(blinded({ ...one, name: names } as never, blindForTests), blinded({ ...one, name: [...names].reverse() } as never, blindForTests));
});

function mistyped(word: string, at: number, kind: string, letter: string): string {
  const [before, after] = [word.slice(0, at), word.slice(at + 1)];
  if (kind === 'drop') return before + after;
  if (kind === 'add') return `${word.slice(0, at)}${letter}${word.slice(at)}`;
  if (kind === 'replace') return before + letter + after;
  return at + 1 < word.length ? `${before}${word[at + 1]}${word[at]}${word.slice(at + 2)}` : word;
}

test.run();
