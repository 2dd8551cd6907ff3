import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cryptoki, type CryptokiModule, codeOf, PinRefused, type Session, type Token, type TokenObject } from '../../../adapters/pkcs11/cryptoki.js';
import { finalize, TokenLink } from '../../../adapters/pkcs11/token.js';

/*
 * What SoftHSM cannot show: a token about to lock, a module of version 3, a broken reader beside ours. The module is written
 * out here; everything else of PKCS#11 is tested with SoftHSM itself.
 */
const test = suite('PKCS#11 token');
const INITIALIZED = 0x400;

class Answer extends Error {
  constructor(
    name: string,
    readonly code: number,
  ) {
    super(name);
  }
}

interface Said {
  readonly tokens: readonly (Token | Error)[];
  readonly major?: number;
  readonly login?: Error;
  readonly finalize?: Error;
}

function moduleThatSays({ tokens, major = 2, login, finalize: ending }: Said) {
  const done: string[] = [];
  const session: Session = {
    login: () => {
      done.push('login');
      if (login !== undefined) throw login;
    },
    find: () => undefined,
    generateKey: () => undefined,
  };
  const slot = (token: Token | Error, index: number) => ({
    getToken: () => {
      if (token instanceof Error) throw token;
      return token;
    },
    open: () => {
      done.push(`open ${index}`);
      return session;
    },
  });
  const module: CryptokiModule = {
    cryptokiVersion: { major, minor: 0 },
    initialize: ({ flags }) => void done.push(`initialize ${flags}`),
    finalize: () => {
      if (ending !== undefined) throw ending;
    },
    getSlots: () => ({ length: tokens.length, items: (index) => slot(tokens[index] as Token, index) }),
  };
  return { module, done };
}

const cryptoki = { Crypto: class {}, CryptoKey: class {} } as unknown as Cryptoki;
const tokenOf = (label: string, serialNumber: string, flags = INITIALIZED): Token => ({
  label: label.padEnd(32),
  serialNumber: serialNumber.padEnd(16, '\0'),
  flags,
});
const open = (module: CryptokiModule, name = {}) => TokenLink.open(cryptoki, module, { label: 'ledger', ...name }, 'a pin');

test('asks the module for locking, and logs in to the token of the label, whatever its slot', () => {
  const { module, done } = moduleThatSays({ tokens: [tokenOf('another', '1'), tokenOf('ledger', '2')] });
  assert.is(open(module).serial, '2');
  assert.equal(done, ['initialize 2', 'open 1', 'login']);
});

test('a broken token in another slot is none of ours; a broken one alone is the reason why ours was not found', () => {
  const broken = new Answer('CKR_TOKEN_NOT_RECOGNIZED', 0xe1);
  assert.is(open(moduleThatSays({ tokens: [broken, tokenOf('ledger', '2')] }).module).serial, '2');
  const fault = caught(() => open(moduleThatSays({ tokens: [broken] }).module)) as Error;
  assert.match(fault.message, 'no token of this label');
  assert.is(fault.cause, broken);
});

test('of two tokens with one label, the serial number chooses', () => {
  const tokens = [tokenOf('ledger', '1'), tokenOf('ledger', '2')];
  assert.match((caught(() => open(moduleThatSays({ tokens }).module)) as Error).message, 'more than one token');
  assert.is(open(moduleThatSays({ tokens }).module, { serial: '1' }).serial, '1');
  assert.throws(() => open(moduleThatSays({ tokens }).module, { serial: '3' }), /no token/);
});

test('a token that was not initialised is no token', () => {
  assert.throws(() => open(moduleThatSays({ tokens: [tokenOf('ledger', '1', 0)] }).module), /no token/);
});

test('a token that is locked, or about to lock, is not logged in to', () => {
  for (const flag of [0x2_0000, 0x4_0000]) {
    const { module, done } = moduleThatSays({ tokens: [tokenOf('ledger', '1', INITIALIZED | flag)] });
    assert.instance(
      caught(() => open(module)),
      PinRefused,
    );
    assert.not(done.includes('login'));
  }
});

test('what the token says about the PIN is final, that it is logged in already is fine, all else is a fault of the device', () => {
  const tokens = [tokenOf('ledger', '1')];
  const said = (name: string, code: number) => caught(() => open(moduleThatSays({ tokens, login: new Answer(name, code) }).module));
  for (const code of [0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0x102]) assert.instance(said('CKR_PIN', code), PinRefused);
  assert.is(said('CKR_USER_ALREADY_LOGGED_IN', 0x100), undefined);
  assert.is(codeOf(said('CKR_DEVICE_ERROR', 0x30)), 0x30);
});

test('what is thrown at the login and is no answer of the module is passed on as it is', () => {
  const pulled = new Error('the cable was pulled');
  assert.is(
    caught(() => open(moduleThatSays({ tokens: [tokenOf('ledger', '1')], login: pulled }).module)),
    pulled,
  );
});

test('only a number other than CKR_OK is an answer of a module', () => {
  assert.is(codeOf(new Answer('CKR_DEVICE_ERROR', 0x30)), 0x30);
  for (const other of [null, undefined, 'CKR_DEVICE_ERROR', new Error('no code'), { code: 'ENOENT' }, { code: 0 }]) assert.is(codeOf(other), undefined);
});

test('the key of an object is made once, and so many are kept that are in use together, no more', () => {
  const link = open(moduleThatSays({ tokens: [tokenOf('ledger', '1')] }).module);
  const objects = Array.from({ length: 257 }, (_, n) => {
    const object: TokenObject = { handle: Buffer.from([n >> 8, n]), getAttribute: () => ({}), toType: () => object, destroy: () => undefined };
    return object;
  });
  const [first, ...others] = objects as [TokenObject, ...TokenObject[]];
  const made = link.keyOf(first);
  for (const object of others.slice(0, -1)) link.keyOf(object);
  assert.is(link.keyOf(first), made);
  link.keyOf(others.at(-1) as TokenObject);
  assert.is.not(link.keyOf(first), made);
});

test('a module of version 3 is taken for the newest version that the package knows', () => {
  const { module } = moduleThatSays({ tokens: [tokenOf('ledger', '1')], major: 3 });
  open(module);
  assert.equal(module.cryptokiVersion, { major: 2, minor: 40 });
});

test('ending a module that had not begun is fine; any other answer is not', () => {
  finalize(moduleThatSays({ tokens: [], finalize: new Answer('CKR_CRYPTOKI_NOT_INITIALIZED', 0x190) }).module);
  assert.throws(() => finalize(moduleThatSays({ tokens: [], finalize: new Answer('CKR_GENERAL_ERROR', 5) }).module), /CKR_GENERAL_ERROR/);
});

function caught(call: () => unknown): unknown {
  try {
    call();
    return undefined;
  } catch (fault) {
    return fault;
  }
}

test.run();
