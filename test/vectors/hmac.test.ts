import { createHmac, timingSafeEqual } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bytesOf, wycheproof } from './wycheproof.js';

interface MacVector {
  readonly tagSize: number;
  readonly key: string;
  readonly msg: string;
  readonly tag: string;
}

const test = suite('HMAC as Wycheproof says');
const FILES = [
  ['sha256', 87],
  ['sha512', 174],
] as const;

for (const [digest, count] of FILES) {
  test(`HMAC-${digest}: every vector gives its tag, or not when the tag was changed`, () => {
    const vectors = wycheproof<MacVector>(`hmac_${digest}`);
    assert.is(vectors.length, count);
    for (const { key, msg, tag, tagSize, tcId, result } of vectors) {
      const made = createHmac(digest, bytesOf(key))
        .update(bytesOf(msg))
        .digest()
        .subarray(0, tagSize / 8);
      assert.is(timingSafeEqual(made, bytesOf(tag)), result === 'valid', `test ${tcId}`);
    }
  });
}

test.run();
