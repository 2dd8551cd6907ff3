import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadCryptoki, Pkcs11Refused } from '../../../adapters/pkcs11/cryptoki.js';
import { madeAt, makeRoot, newId, objectIdOf, rootIdOf } from '../../../adapters/pkcs11/root-objects.js';
import type { TokenLink } from '../../../adapters/pkcs11/token.js';

const test = suite('PKCS#11 root ids');
const instants = fc.integer({ min: 0, max: 8_000_000_000_000 });

test('an id tells when its key was made, and comes back out of the root id', () => {
  fc.assert(
    fc.property(instants, (ms) => {
      const id = newId(ms, undefined);
      assert.is(madeAt(id), new Date(ms).toISOString());
      assert.is(objectIdOf(rootIdOf(id)), id);
    }),
  );
});

test('each new id comes after the newest, whatever the clock says', () => {
  fc.assert(
    fc.property(fc.array(instants, { minLength: 2, maxLength: 20 }), (clock) => {
      const ids: string[] = [];
      for (const ms of clock) ids.push(newId(ms, ids.at(-1)));
      assert.equal([...ids].sort(), ids);
      assert.is(new Set(ids).size, ids.length);
    }),
  );
});

test('ids of other providers, and objects that others made, are none of ours', () => {
  for (const rootId of ['', 'file:1', 'pkcs11:', 'pkcs11:00', `pkcs11:${'0'.repeat(32)}`, `pkcs11:${newId(1, undefined).toUpperCase()}X`]) {
    assert.is(objectIdOf(rootId), undefined, rootId);
  }
});

test('without the optional package, it is said what to install', async () => {
  const fault = await loadCryptoki('a-package-that-nobody-has-installed').catch((refused: unknown) => refused);
  assert.instance(fault, Pkcs11Refused);
  assert.match((fault as Error).message, 'install a C++ compiler');
});

test('a token that is full says so, and any other answer to a new key is passed on', async () => {
  const answers = (code: number) => ({
    cryptoki: { KeyGenMechanism: { AES: 1 }, ObjectClass: { SECRET_KEY: 4 }, KeyType: { AES: 31 } },
    session: { generateKey: (_mechanism: number, _template: object, done: (fault: Error) => void) => done(Object.assign(new Error('CKR'), { code })) },
  });
  const said = (code: number) => makeRoot(answers(code) as unknown as TokenLink, 1, []).catch((fault: { code: unknown }) => fault.code);
  assert.is(await said(0x31), 'store-full');
  assert.is(await said(0x30), 0x30);
});

test.run();
