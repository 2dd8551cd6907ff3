import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { soundex, soundOf } from '../../../domain/matching/sound.js';

const test = suite('how names sound');

test('Soundex gives the codes that its definition gives as examples', () => {
  const examples = { Robert: 'R163', Rupert: 'R163', Rubin: 'R150', Ashcraft: 'A261', Ashcroft: 'A261', Tymczak: 'T522', Pfister: 'P236', Honeyman: 'H555' };
  for (const [name, code] of Object.entries(examples)) assert.is(soundex(name), code, name);
});

test('where there is no Latin letter there is no code: blanks do not agree with each other', () => {
  for (const text of ['', ' ', '123', '李']) assert.is(soundex(text), null);
});

test('names that are said alike and begin otherwise sound alike', () => {
  const pairs = [
    'catherine kathryn',
    'philip filip',
    'knight night',
    'wright right',
    'geoffrey jeffrey',
    'cindy sindy',
    'zara sarah',
    'quentin kwentin',
    'erin aaron',
  ];
  for (const pair of pairs) {
    const [one = '', other = ''] = pair.split(' ');
    assert.is(soundOf(one), soundOf(other), pair);
  }
  assert.is.not(soundOf('charles'), soundOf('karl'));
});

test.run();
