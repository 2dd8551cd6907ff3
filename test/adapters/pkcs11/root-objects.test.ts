import { webcrypto } from 'node:crypto';
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadCryptoki, Pkcs11Refused, type TokenObject } from '../../../adapters/pkcs11/cryptoki.js';
import { openUnder, prepareProof, proveAlive, seal } from '../../../adapters/pkcs11/root-box.js';
import { destroyRoot, madeAt, makeRoot, newId, objectIdOf, type RootObject, rootIdOf, rootOn, rootsOn } from '../../../adapters/pkcs11/root-objects.js';
import type { TokenLink } from '../../../adapters/pkcs11/token.js';
import { faultCode } from '../../contracts/helpers.js';

const test = suite('PKCS#11 root keys on a token');
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

test('a token with a thousand root keys is full for us, before it is asked for another', async () => {
  const link = tokenWith([]).link;
  assert.is(await faultCode(makeRoot(link, 1, Array<RootObject>(1000))), 'store-full');
});

/*
 * What SoftHSM cannot show: a token that breaks in the middle of a call, keeps what it was told to destroy or gives wrong answers.
 * The token is written out here; what it does with a key is AES-GCM itself.
 */
function tokenWith(ids: readonly string[]) {
  const trouble: { decrypt?: () => Promise<ArrayBuffer>; keeps?: true } = {};
  const shown = new Map<string, TokenObject>();
  for (const id of ids) {
    const object: TokenObject = {
      handle: Buffer.from(id, 'hex'),
      getAttribute: () => ({
        ...{ id: Buffer.from(id, 'hex'), private: true, sensitive: true, extractable: false },
        ...{ local: true, alwaysSensitive: true, neverExtractable: true },
      }),
      toType: () => object,
      destroy: () => void (trouble.keeps ?? shown.delete(id)),
    };
    shown.set(id, object);
  }
  const key = webcrypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  const { subtle } = webcrypto;
  const link = {
    cryptoki: { ObjectClass: { SECRET_KEY: 4 }, KeyType: { AES: 31 }, KeyGenMechanism: { AES: 1 } },
    session: {
      find: (wanted: { id?: Buffer }, found: (object: TokenObject) => void) =>
        [...shown.values()].filter(({ handle }) => wanted.id === undefined || wanted.id.equals(handle)).forEach(found),
    },
    keyOf: () => undefined,
    subtle: {
      encrypt: async (how: webcrypto.AesGcmParams, _key: undefined, data: Uint8Array<ArrayBuffer>) => subtle.encrypt(how, await key, data),
      decrypt: async (how: webcrypto.AesGcmParams, _key: undefined, data: Uint8Array<ArrayBuffer>) =>
        trouble.decrypt === undefined ? subtle.decrypt(how, await key, data).catch(answer(CHANGED_DATA)) : trouble.decrypt(),
    },
  } as unknown as TokenLink;
  return { link, trouble };
}

const CHANGED_DATA = 0x40;
const answer = (code: number) => () => Promise.reject(Object.assign(new Error('CKR'), { code }));
const SECRET = new Uint8Array(32).fill(7);

/** A token with one proven root key, and a secret that is sealed under it. */
async function sealed() {
  const id = newId(1, undefined);
  const { link, trouble } = tokenWith([id]);
  const root = rootOn(link, id) as RootObject;
  await prepareProof(link, root);
  return { link, trouble, id, form: await seal(link, root, SECRET, 'place') };
}

test('root keys are told oldest first, in whatever order the token shows them', () => {
  const ids = [1, 2, 3].map((ms) => newId(ms, undefined)) as [string, string, string];
  for (const [one, two, three] of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 2, 0],
  ] as const)
    assert.equal(
      rootsOn(tokenWith([ids[one], ids[two], ids[three]]).link).map(({ id }) => id),
      ids,
    );
});

test('a fault that no data can cause is the device’s: the secret is not called unreadable', async () => {
  const { link, trouble, id, form } = await sealed();
  assert.equal(await openUnder(link, id, form, 'place'), SECRET);
  trouble.decrypt = answer(0x30);
  assert.is(await openUnder(link, id, form, 'place').catch(({ code }: { code: unknown }) => code), 0x30);
});

test('a token that says of everything that its data are changed is broken, and the secret is not called unreadable', async () => {
  const { link, trouble, id, form } = await sealed();
  assert.is(await faultCode(openUnder(link, id, form, 'another place')), 'key-unreadable');
  trouble.decrypt = answer(CHANGED_DATA);
  assert.is(await openUnder(link, id, form, 'place').catch(({ code }: { code: unknown }) => code), CHANGED_DATA);
});

test('a token that opens what is known to something else, or was never proved, is not taken for alive', async () => {
  const { link, trouble } = await sealed();
  await proveAlive(link);
  trouble.decrypt = async () => new Uint8Array(28).buffer;
  assert.match(await said(proveAlive(link)), 'wrong answers');
  assert.match(await said(proveAlive(tokenWith([newId(1, undefined)]).link)), 'no longer shows a key');
});

test('a root key that is still there after it was destroyed is not called retired', () => {
  const [id, other] = [newId(1, undefined), newId(2, undefined)];
  const { link, trouble } = tokenWith([id, other]);
  destroyRoot(link, id);
  destroyRoot(link, id);
  assert.is(rootsOn(link).length, 1);
  trouble.keeps = true;
  assert.throws(() => destroyRoot(link, other), /still shows a key that it has destroyed/);
});

async function said(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'nothing',
    (fault: Error) => fault.message,
  );
}

test.run();
