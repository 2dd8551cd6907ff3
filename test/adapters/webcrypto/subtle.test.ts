import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fromBase64url, NONCE_BYTES, randomNonce } from '../../../adapters/webcrypto/subtle.js';

const test = suite('WebCrypto primitives');

test('nonces have 12 bytes, differ, and do not share memory', () => {
  const nonces = Array.from({ length: 20_000 }, randomNonce);
  assert.ok(nonces.every((nonce) => nonce.length === NONCE_BYTES && nonce.buffer.byteLength === NONCE_BYTES));
  assert.is(new Set(nonces.map((nonce) => Buffer.from(nonce).toString('hex'))).size, nonces.length);
});

test('base64url is read strictly: padding, other letters and stray bits are refused', () => {
  assert.is(fromBase64url('-_8').toString('hex'), 'fbff');
  for (const text of ['-_8=', '+/8', 'A', 'AB', '-_9', ' -_8', '-_8\n']) assert.throws(() => fromBase64url(text), /base64url/, text);
});

test.run();
