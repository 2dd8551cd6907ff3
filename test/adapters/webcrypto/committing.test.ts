import { createCipheriv, createHmac, createSecretKey, randomBytes, webcrypto } from 'node:crypto';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { COMMITTED_OVERHEAD_BYTES, openCommitted, SealRefused, sealCommitted } from '../../../adapters/webcrypto/committing.js';
import { subtle as library } from '../../../adapters/webcrypto/subtle.js';

const test = suite('committing seal');
const KEY = new Uint8Array(32).fill(7);
const SOME_BYTES = fc.uint8Array({ maxLength: 200 });
const SOME_KEY = fc.uint8Array({ minLength: 32, maxLength: 32 });

function refusal(opening: () => unknown): string {
  try {
    opening();
    return 'opened';
  } catch (fault) {
    return fault instanceof SealRefused ? fault.reason : `not a refusal: ${String(fault)}`;
  }
}

test('whatever is sealed opens to the same bytes, with the same key and place', async () => {
  await fc.assert(
    fc.asyncProperty(SOME_KEY, fc.string({ unit: 'grapheme' }), SOME_BYTES, async (key, aad, plaintext) => {
      const sealed = sealCommitted(key, aad, plaintext);
      assert.is(sealed.length, plaintext.length + COMMITTED_OVERHEAD_BYTES);
      assert.equal(openCommitted(createSecretKey(key), aad, sealed), new Uint8Array(plaintext));
    }),
  );
});

test('another key or another place is told as such, and never opens', async () => {
  await fc.assert(
    fc.asyncProperty(SOME_KEY, SOME_KEY, fc.string(), fc.string(), SOME_BYTES, async (key, otherKey, aad, otherAad, plaintext) => {
      fc.pre(aad !== otherAad && Buffer.compare(key, otherKey) !== 0);
      const sealed = sealCommitted(key, aad, plaintext);
      assert.is(
        refusal(() => openCommitted(otherKey, aad, sealed)),
        'wrong-key',
      );
      assert.is(
        refusal(() => openCommitted(key, otherAad, sealed)),
        'wrong-key',
      );
    }),
  );
});

test('a flip of any bit is refused, in nonce and commitment as a wrong key, in the box as a change', async () => {
  const sealed = sealCommitted(KEY, 'place', randomBytes(20));
  for (let bit = 0; bit < sealed.length * 8; bit += 1) {
    const changed = sealed.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
    assert.is(
      refusal(() => openCommitted(KEY, 'place', changed)),
      bit >> 3 < 56 ? 'wrong-key' : 'changed',
      `bit ${bit}`,
    );
  }
});

test('whatever is cut off or added is refused', async () => {
  const sealed = sealCommitted(KEY, 'place', randomBytes(20));
  for (let length = 0; length < sealed.length; length += 1) {
    const expected = length < COMMITTED_OVERHEAD_BYTES ? 'malformed' : 'changed';
    assert.is(
      refusal(() => openCommitted(KEY, 'place', sealed.slice(0, length))),
      expected,
      `${length} bytes`,
    );
  }
  assert.is(
    refusal(() => openCommitted(KEY, 'place', Buffer.concat([sealed, Buffer.of(0)]))),
    'changed',
  );
});

test('the bytes are those that the documented form says', async () => {
  const sealed = Buffer.from(sealCommitted(KEY, 'Ort|ä', Buffer.from('geheim')));
  const mac = createHmac('sha512', KEY)
    .update(Buffer.concat([Buffer.from('Ort|ä', 'utf8'), sealed.subarray(0, 24)]))
    .digest();
  const cipher = createCipheriv('aes-256-gcm', mac.subarray(0, 32), Buffer.alloc(12));
  const box = Buffer.concat([cipher.update('geheim', 'utf8'), cipher.final(), cipher.getAuthTag()]);
  assert.equal(sealed.subarray(24), Buffer.concat([mac.subarray(32), box]));
});

test('WebCrypto, of the platform and of the library alike, opens the box under the derived key', async () => {
  const sealed = sealCommitted(KEY, 'place', Buffer.from('secret'));
  const key = createHmac('sha512', KEY).update('place').update(sealed.subarray(0, 24)).digest().subarray(0, 32);
  for (const subtle of [webcrypto.subtle, library]) {
    const imported = await subtle.importKey('raw', key, 'AES-GCM', false, ['decrypt']);
    const opened = await subtle.decrypt({ name: 'AES-GCM', iv: new Uint8Array(12), tagLength: 128 }, imported, sealed.slice(56));
    assert.is(Buffer.from(opened).toString(), 'secret');
  }
});

test('a tag that was cut is refused, also where the rest would fit', () => {
  const sealed = sealCommitted(KEY, 'place', randomBytes(64));
  for (const tagBytes of [4, 8, 12, 15])
    assert.is(
      refusal(() => openCommitted(KEY, 'place', sealed.slice(0, sealed.length - 16 + tagBytes))),
      'changed',
    );
});

test('sealing the same twice gives different bytes, and neither the key nor the plaintext is touched', async () => {
  const plaintext = new Uint8Array([1, 2, 3]);
  const [one, two] = [sealCommitted(KEY, 'place', plaintext), sealCommitted(KEY, 'place', plaintext)];
  assert.is.not(Buffer.compare(one, two), 0);
  assert.equal([KEY, plaintext], [new Uint8Array(32).fill(7), new Uint8Array([1, 2, 3])]);
});

test('a key of another length is refused before anything is done', async () => {
  for (const length of [0, 16, 31, 33, 64]) {
    const key = new Uint8Array(length);
    const attempts = [() => sealCommitted(key, 'place', key), () => openCommitted(key, 'place', new Uint8Array(100))];
    for (const attempt of attempts) assert.match(refusal(attempt), /TypeError/);
  }
});

test.run();
