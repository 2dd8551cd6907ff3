import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ALL_BITS, bitsFor, keepBits, lengthsUpTo, sizeClass } from '../../../domain/search/truncation.js';

const test = suite('search: how long an entry is');

const rows = fc.integer({ min: 1, max: 50_000_000 });
const token = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('base64url'));
const bitsOf = (text: string) => Array.from(Buffer.from(text, 'base64url'), (byte) => byte.toString(2).padStart(8, '0')).join('');

test('an entry has at least the coincidences that are wanted, and at most the square root of all rows', () => {
  fc.assert(
    fc.property(rows, fc.constantFrom(2, 4, 8), fc.integer({ min: 24, max: 128 }), (count, coincidences, entropy) => {
      const bits = bitsFor(count, entropy, coincidences);
      const shared = count / 2 ** bits;
      if (count < (2 * coincidences) ** 2) assert.is(bits, 0);
      else assert.ok(shared >= coincidences && shared <= Math.sqrt(count), `${count} rows, ${bits} bits`);
    }),
  );
});

test('no more bits are kept than the value has entropy, since more would tell nothing apart', () => {
  assert.is(bitsFor(2 ** 24, 10.9), 10);
  assert.is(bitsFor(2 ** 20, 24), 19);
  assert.is(bitsFor(15, 24), 0);
  assert.is(bitsFor(16, 24), 3);
});

test('whatever size a tenant had when an entry was made, its length is among those that are searched', () => {
  fc.assert(
    fc.property(rows, rows, fc.constantFrom(2, 4), (one, other, coincidences) => {
      const [then, now] = [Math.min(one, other), Math.max(one, other)];
      assert.ok(lengthsUpTo(now, 24, coincidences).includes(bitsFor(sizeClass(then), 24, coincidences)));
    }),
  );
  assert.equal(lengthsUpTo(0, 24), [0]);
});

test('one search meets strangers by the logarithm of the patients only', () => {
  for (const [size, coincidences, most] of [
    [2 ** 20, 2, 40],
    [2 ** 20, 4, 96],
    [2 ** 14, 2, 28],
  ] as const) {
    let strangers = 0;
    for (let made = 1; made < size; made *= 2) strangers += made / 2 ** bitsFor(made, 24, coincidences);
    assert.ok(strangers <= most + (2 * coincidences) ** 2, `${size}: ${strangers}`);
  }
});

test('what is kept of a hash is its first bits', () => {
  fc.assert(
    fc.property(token, fc.integer({ min: 0, max: ALL_BITS }), (text, bits) => {
      const kept = keepBits(text, bits);
      assert.is(kept.length, Math.ceil(bits / 6));
      const letters = bitsOf(kept.padEnd(22, 'A'));
      assert.is(letters.slice(0, bits), bitsOf(text).slice(0, bits));
      assert.ok(!letters.slice(bits, 128).includes('1'));
    }),
  );
});

test.run();
