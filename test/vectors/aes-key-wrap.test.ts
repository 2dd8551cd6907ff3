import { createCipheriv, createDecipheriv } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bytesOf, hexOf, wycheproof } from './wycheproof.js';

/*
 * The ledger does not wrap keys with AES-KW (RFC 3394) or AES-KWP (RFC 5649): neither binds a context, so it uses AES-GCM. The
 * platform's own are held to the vectors all the same, for who has to bring keys over from an HSM or a KMS that speaks them.
 */
interface WrapVector {
  readonly keySize: number;
  readonly key: string;
  readonly msg: string;
  readonly ct: string;
}

const test = suite('AES key wrap as Wycheproof says');
const FILES = [
  { file: 'aes_wrap', count: 82, cipher: 'wrap', iv: 'a6a6a6a6a6a6a6a6', shortest: 24 },
  { file: 'aes_kwp', count: 254, cipher: 'wrap-pad', iv: 'a65959a6', shortest: 16 },
] as const;

for (const { file, count, cipher, iv, shortest } of FILES) {
  const unwrap = ({ keySize, key, ct }: WrapVector) => {
    const wrapped = bytesOf(ct);
    // OpenSSL takes an empty input for nothing to be done, and answers with an empty key.
    if (wrapped.length < shortest || wrapped.length % 8 !== 0) throw new RangeError('not the length of a wrapped key');
    const decipher = createDecipheriv(`id-aes${keySize}-${cipher}`, bytesOf(key), bytesOf(iv));
    return hexOf(Buffer.concat([decipher.update(wrapped), decipher.final()]));
  };
  const wrap = ({ keySize, key, msg }: WrapVector) => {
    const encipher = createCipheriv(`id-aes${keySize}-${cipher}`, bytesOf(key), bytesOf(iv));
    return hexOf(Buffer.concat([encipher.update(bytesOf(msg)), encipher.final()]));
  };

  test(`${file}: every vector wraps and unwraps, or is refused`, () => {
    const vectors = wycheproof<WrapVector>(file);
    assert.is(vectors.length, count);
    for (const one of vectors) {
      if (one.result === 'valid') assert.equal([wrap(one), unwrap(one)], [one.ct, one.msg], `test ${one.tcId}`);
      // Acceptable are keys of 8 bytes, which RFC 3394 does not know: refused here.
      else assert.throws(() => unwrap(one), undefined, `test ${one.tcId}`);
    }
  });
}

test.run();
