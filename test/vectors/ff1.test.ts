import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ff1 } from '../../adapters/masking/ff1.js';
import { isLargeEnough } from '../../domain/masking/format-preserving.js';
import { bytesOf, wycheproof } from './wycheproof.js';

interface Sample {
  readonly sample: number;
  readonly radix: number;
  readonly keyHex: string;
  readonly tweakHex: string;
  readonly plaintext: string;
  readonly ciphertext: string;
}

interface Ff1Vector {
  readonly radix: number;
  readonly alphabet?: string;
  readonly key: string;
  readonly tweak: string;
  readonly msg: string | readonly number[];
  readonly ct: string | readonly number[];
}

const test = suite('FF1 as NIST and Wycheproof say');
const FILES = [
  ['aes_ff1_radix10', 1922],
  ['aes_ff1_base10', 1922],
  ['aes_ff1_radix26', 3076],
  ['aes_ff1_base36', 2854],
] as const;

const LETTERS = '0123456789abcdefghijklmnopqrstuvwxyz';

function digitsOf(text: string | readonly number[], alphabet = LETTERS): readonly number[] {
  return typeof text === 'string' ? [...text].map((letter) => alphabet.indexOf(letter)) : text;
}

function throws(act: () => unknown): boolean {
  try {
    act();
    return false;
  } catch {
    // Refused is what is asked here; by what words is the library's.
    return true;
  }
}

test('the nine samples of SP 800-38G come out, both ways', () => {
  const samples = JSON.parse(readFileSync(new URL('../../../test/fixtures/crypto/nist-ff1-samples.json', import.meta.url), 'utf8')) as Sample[];
  assert.is(samples.length, 9);
  for (const { sample, radix, keyHex, tweakHex, plaintext, ciphertext } of samples) {
    const cipher = ff1({ radix, key: bytesOf(keyHex), tweak: bytesOf(tweakHex) });
    assert.equal(cipher.encrypt(digitsOf(plaintext)), digitsOf(ciphertext), `sample ${sample}`);
    assert.equal(cipher.decrypt(digitsOf(ciphertext)), digitsOf(plaintext), `sample ${sample}`);
  }
});

for (const [name, count] of FILES) {
  test(`${name}: what is valid comes out both ways, what is invalid is refused, and so is every domain below a million`, () => {
    const vectors = wycheproof<Ff1Vector>(name);
    assert.is(vectors.length, count);
    for (const { tcId, radix, alphabet, key, tweak, msg, ct, result } of vectors) {
      const plain = digitsOf(msg, alphabet);
      const cipher = () => ff1({ radix, key: bytesOf(key), tweak: bytesOf(tweak) });
      if (result === 'invalid' || !isLargeEnough(radix, plain.length))
        assert.ok(
          throws(() => cipher().encrypt(plain)),
          `${name} ${tcId}`,
        );
      else {
        assert.equal(cipher().encrypt(plain), [...digitsOf(ct, alphabet)], `${name} ${tcId}`);
        assert.equal(cipher().decrypt(digitsOf(ct, alphabet)), [...plain], `${name} ${tcId}`);
      }
    }
  });
}

test('a domain of less than a million is refused, which the library would take', () => {
  const setting = { key: bytesOf('2b7e151628aed2a6abf7158809cf4f3c'), tweak: bytesOf('') };
  assert.throws(() => ff1({ ...setting, radix: 10 }).encrypt([1, 2, 3, 4, 5]), RangeError);
  assert.throws(() => ff1({ ...setting, radix: 10 }).decrypt([1, 2]), RangeError);
  assert.is(ff1({ ...setting, radix: 10 }).encrypt([1, 2, 3, 4, 5, 6]).length, 6);
  for (const radix of [1, 0, 2.5, 65_537]) assert.throws(() => ff1({ ...setting, radix }), RangeError);
  assert.throws(() => ff1({ ...setting, radix: 10, tweak: new Uint8Array(257) }), RangeError);
});

test('key and tweak may be overwritten once the cipher is made', () => {
  const [key, tweak] = [bytesOf('2b7e151628aed2a6abf7158809cf4f3c'), bytesOf('39383736353433323130')];
  const cipher = ff1({ radix: 10, key, tweak });
  key.fill(0);
  tweak.fill(0);
  assert.equal(cipher.encrypt(digitsOf('0123456789')), digitsOf('6124200773'));
});

test.run();
