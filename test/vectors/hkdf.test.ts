import { hkdfSync } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { subtle } from '../../adapters/webcrypto/subtle.js';
import { bytesOf, hexOf, wycheproof } from './wycheproof.js';

interface HkdfVector {
  readonly ikm: string;
  readonly salt: string;
  readonly info: string;
  readonly size: number;
  readonly okm: string;
}

const test = suite('HKDF as Wycheproof says');
const FILES = [
  ['sha256', 'SHA-256', 43],
  ['sha512', 'SHA-512', 83],
] as const;

for (const [digest, hash, count] of FILES) {
  const vectors = wycheproof<HkdfVector>(`hkdf_${digest}`);

  test(`HKDF-${hash}, which derives keys from secrets: every vector, and what asks for too much is refused`, () => {
    assert.is(vectors.length, count);
    for (const { ikm, salt, info, size, okm, tcId, result } of vectors) {
      const derived = () => hexOf(hkdfSync(digest, bytesOf(ikm), bytesOf(salt), bytesOf(info), size));
      if (result === 'valid') assert.is(derived(), okm, `test ${tcId}`);
      else assert.throws(derived, (fault: NodeJS.ErrnoException) => fault.code === 'ERR_CRYPTO_INVALID_KEYLEN', `test ${tcId}`);
    }
  });

  // The module does not refuse what asks for too much; the ledger only ever asks for 32 bytes.
  test(`HKDF-${hash} by WebCrypto derives the same`, async () => {
    for (const { ikm, salt, info, size, okm, tcId } of vectors.filter(({ result }) => result === 'valid')) {
      const key = await subtle.importKey('raw', bytesOf(ikm), 'HKDF', false, ['deriveBits']);
      const bits = await subtle.deriveBits({ name: 'HKDF', hash, salt: bytesOf(salt), info: bytesOf(info) }, key, size * 8);
      assert.is(hexOf(bits), okm, `test ${tcId}`);
    }
  });
}

test.run();
