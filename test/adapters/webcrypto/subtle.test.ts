import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fromBase64url, gcm, NONCE_BYTES, randomNonce, subtle } from '../../../adapters/webcrypto/subtle.js';
import { bytesOf, hexOf, wycheproof } from './vectors.js';

const test = suite('WebCrypto primitives');

interface AeadTest {
  readonly key: string;
  readonly iv: string;
  readonly aad: string;
  readonly msg: string;
  readonly ct: string;
  readonly tag: string;
}

const aead = wycheproof<AeadTest>('aes_gcm');
if (aead !== undefined) {
  test('AES-GCM seals and opens as Wycheproof says, and refuses what Wycheproof says', async () => {
    let [valid, refused] = [0, 0];
    for (const one of aead.filter(({ ivSize }) => ivSize === NONCE_BYTES * 8).flatMap(({ tests }) => tests)) {
      const key = await subtle.importKey('raw', bytesOf(one.key), 'AES-GCM', false, ['encrypt', 'decrypt']);
      const how = { ...gcm(bytesOf(one.iv), ''), additionalData: bytesOf(one.aad) };
      const opened = await subtle.decrypt(how, key, bytesOf(one.ct + one.tag)).then(hexOf, () => 'refused');
      assert.is(opened, one.result === 'valid' ? one.msg : 'refused', `test ${one.tcId}`);
      if (one.result === 'valid') assert.is(hexOf(await subtle.encrypt(how, key, bytesOf(one.msg))), one.ct + one.tag, `test ${one.tcId}`);
      if (one.result === 'valid') valid += 1;
      else refused += 1;
    }
    assert.ok(valid > 50 && refused > 20);
  });

  test('nonces of any other length are refused before they reach the cipher', () => {
    const others = aead.filter(({ ivSize }) => ivSize !== NONCE_BYTES * 8).flatMap(({ tests }) => tests);
    assert.ok(others.length > 30);
    for (const { iv, tcId } of others) assert.throws(() => gcm(bytesOf(iv), ''), /12 bytes/, `test ${tcId}`);
  });
}

const hkdf = wycheproof<{ ikm: string; salt: string; info: string; size: number; okm: string }>('hkdf_sha256');
if (hkdf !== undefined) {
  // The invalid vectors ask for more than HKDF can give. The library does not refuse that; the ledger asks for 32 bytes.
  test('HKDF-SHA-256 derives as Wycheproof says', async () => {
    const valid = hkdf.flatMap(({ tests }) => tests).filter(({ result }) => result === 'valid');
    assert.ok(valid.length > 30);
    for (const { ikm, salt, info, size, okm, tcId } of valid) {
      const key = await subtle.importKey('raw', bytesOf(ikm), 'HKDF', false, ['deriveBits']);
      const params = { name: 'HKDF', hash: 'SHA-256', salt: bytesOf(salt), info: bytesOf(info) };
      assert.ok(hexOf(await subtle.deriveBits(params, key, size * 8)) === okm, `test ${tcId}`);
    }
  });
}

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
