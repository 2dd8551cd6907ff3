import type { webcrypto } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadCryptoki } from '../../adapters/pkcs11/cryptoki.js';
import { readPin } from '../../adapters/pkcs11/pin-file.js';
import { finalize, moduleOf, TokenLink } from '../../adapters/pkcs11/token.js';
import { gcm, NONCE_BYTES, subtle } from '../../adapters/webcrypto/subtle.js';
import { type SoftHsm, softHsm } from '../support/softhsm.js';
import { bytesOf, hexOf, type Vector, wycheproof } from './wycheproof.js';

interface AeadVector {
  readonly ivSize: number;
  readonly tagSize: number;
  readonly key: string;
  readonly iv: string;
  readonly aad: string;
  readonly msg: string;
  readonly ct: string;
  readonly tag: string;
}

const test = suite('AES-GCM as Wycheproof says');
const all = wycheproof<AeadVector>('aes_gcm');
const ours = all.filter(({ ivSize }) => ivSize === NONCE_BYTES * 8);
const others = all.filter(({ ivSize }) => ivSize !== NONCE_BYTES * 8);

/** The lengths are those of the product; only the associated data, which is bytes here, is put in place of its text. */
const how = ({ iv, aad }: AeadVector) => ({ ...gcm(bytesOf(iv), ''), additionalData: bytesOf(aad) });

async function agree(cipher: webcrypto.SubtleCrypto, vectors: readonly Vector<AeadVector>[]): Promise<void> {
  for (const one of vectors) {
    const key = await cipher.importKey('raw', bytesOf(one.key), 'AES-GCM', false, ['encrypt', 'decrypt']);
    const opened = await cipher.decrypt(how(one), key, bytesOf(one.ct + one.tag)).then(hexOf, () => 'refused');
    assert.is(opened, one.result === 'valid' ? one.msg : 'refused', `test ${one.tcId}`);
    const sealed = hexOf(await cipher.encrypt(how(one), key, bytesOf(one.msg)));
    assert.is(sealed === one.ct + one.tag, one.result === 'valid', `test ${one.tcId}`);
  }
}

test('every vector of our nonce length seals and opens, or is refused', async () => {
  assert.equal([ours.length, others.length, all.length], [98, 60, 158]);
  await agree(subtle, ours);
});

test('every vector of another nonce length is refused before it reaches the cipher', () => {
  for (const { iv, tcId } of others) assert.throws(() => gcm(bytesOf(iv), ''), /12 bytes/, `test ${tcId}`);
});

test('a tag that was cut to any shorter length is refused, though the vector is valid', async () => {
  for (const one of ours.filter(({ result }) => result === 'valid')) {
    assert.is(one.tagSize, 128);
    const key = await subtle.importKey('raw', bytesOf(one.key), 'AES-GCM', false, ['decrypt']);
    for (let kept = 0; kept < 16; kept += 1) {
      const box = bytesOf(one.ct + one.tag.slice(0, kept * 2));
      const opened = await subtle.decrypt(how(one), key, box).then(
        () => 'opened',
        () => 'refused',
      );
      assert.is(opened, 'refused', `test ${one.tcId}, ${kept} bytes of the tag`);
    }
  }
});

const hsm = await softHsm('AES-GCM vectors');
if (hsm !== undefined) {
  // SoftHSM takes no empty input; the ledger never sends one.
  const sent = ours.filter(({ msg }) => msg !== '');
  test('the same vectors, sealed and opened by an HSM', () => onToken(hsm, (link) => agree(link.subtle, sent)));
}

async function onToken(softhsm: SoftHsm, work: (link: TokenLink) => Promise<void>): Promise<void> {
  const token = softhsm.token();
  const cryptoki = await loadCryptoki();
  const module = moduleOf(cryptoki, token.options.library);
  try {
    await work(TokenLink.open(cryptoki, module, token.options.token, await readPin(token.options.pinFile)));
  } finally {
    finalize(module);
    token.drop();
  }
}

test.run();
