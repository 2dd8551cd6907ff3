import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadCryptoki } from '../../../adapters/pkcs11/cryptoki.js';
import { Pkcs11Root, type Pkcs11RootOptions } from '../../../adapters/pkcs11/pkcs11-root.js';
import { moduleOf } from '../../../adapters/pkcs11/token.js';
import { LedgerFault } from '../../../domain/rejections.js';
import { faultCode, sleep } from '../../contracts/helpers.js';
import { PIN, type SoftToken, softHsm } from '../../support/softhsm.js';

const hsm = await softHsm('root keys');
if (hsm !== undefined) {
  const test = suite<{ token: SoftToken; open(options?: Partial<Pkcs11RootOptions>): Promise<Pkcs11Root>; opened: Pkcs11Root[] }>('PKCS#11 root keys');

  test.before.each((context) => {
    const token = hsm.token();
    context.token = token;
    context.opened = [];
    context.open = async (options = {}) => {
      const root = await Pkcs11Root.open({ ...token.options, ...options });
      context.opened.push(root);
      return root;
    };
  });

  test.after.each(async ({ token, opened }) => {
    for (const root of opened) await root.close();
    token.drop();
  });

  const secretOf = (byte: number) => new Uint8Array(32).fill(byte);
  const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

  async function refusal(call: Promise<unknown>): Promise<string> {
    return call.then(
      () => 'not refused',
      (fault: Error) => `${fault.name}: ${fault.message}`,
    );
  }

  async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
    for (let tries = 0; tries < 200; tries++) {
      if (await holds()) return;
      await sleep(50);
    }
    throw new Error('it did not come to pass');
  }

  test('64 calls at once are answered rightly, each with its own secret', async ({ open }) => {
    const root = await open();
    const wrapped = await Promise.all(Array.from({ length: 64 }, (_, n) => root.wrap(secretOf(n), `context ${n}`)));
    const opened = await Promise.all(wrapped.map((one, n) => root.unwrap(one, `context ${n}`)));
    assert.equal(
      opened.map(textOf),
      wrapped.map((_, n) => textOf(secretOf(n))),
    );
    assert.is(new Set(wrapped.map((one) => one.wrapped)).size, 64);
  });

  test('more calls than can wait are refused as overloaded, and the others are answered', async ({ open }) => {
    const root = await open();
    const answers = await Promise.all(Array.from({ length: 300 }, () => faultCode(root.currentId())));
    assert.is(answers.filter((answer) => answer === 'no fault').length, 256);
    assert.is(answers.filter((answer) => answer === 'overloaded').length, 44);
    assert.is(await faultCode(root.currentId()), 'no fault');
  });

  test('a call that is not answered in time is given up, and not done later', async ({ open }) => {
    const root = await open({ answerWithinMs: 1 });
    const answers = await Promise.all(Array.from({ length: 100 }, () => faultCode(root.rotate())));
    const givenUp = answers.filter((answer) => answer === 'keys-unavailable').length;
    assert.ok(givenUp > 50, `${givenUp} given up`);
    await root.close();
    const made = (await (await open()).list()).length - 1;
    // The one that was being done when its time was over may have been done.
    assert.ok(made <= 100 - givenUp + 1, `${made} made, ${givenUp} given up`);
  });

  test('a token that goes away answers keys-unavailable, and is back by itself', async ({ token, open }) => {
    const states: string[] = [];
    const root = await open({ onState: (state) => states.push(state) });
    const [first, other] = [await root.wrap(secretOf(1), 'one'), await root.wrap(secretOf(2), 'two')];
    token.leave();
    assert.is(await faultCode(root.unwrap(first, 'one')), 'keys-unavailable');
    assert.is(root.state, 'lost');
    for (const call of [root.wrap(secretOf(3), 'x'), root.rotate(), root.list(), root.currentId(), root.retire(first.rootId)]) {
      assert.is(await faultCode(call), 'keys-unavailable');
    }
    await sleep(400);
    token.comeBack();
    await until(() => root.state === 'ready');
    assert.is(textOf(await root.unwrap(first, 'one')), textOf(secretOf(1)));
    assert.is(textOf(await root.unwrap(other, 'two')), textOf(secretOf(2)));
    assert.is((await root.list()).length, 1);
    assert.equal(states, ['ready', 'lost', 'ready']);
  });

  test('a token that was away between two calls only is not noticed: the call is tried again on a new session', async ({ token, open }) => {
    const root = await open();
    const wrapped = await root.wrap(secretOf(1), 'one');
    // Finalised behind its back: every handle is dead, as after a short loss.
    moduleOf(await loadCryptoki(), token.options.library).finalize();
    assert.is(textOf(await root.unwrap(wrapped, 'one')), textOf(secretOf(1)));
    assert.is(root.state, 'ready');
  });

  test('changed data is unreadable and does not cost the session', async ({ open }) => {
    const states: string[] = [];
    const root = await open({ onState: (state) => states.push(state) });
    const { rootId, wrapped } = await root.wrap(secretOf(1), 'one');
    const bytes = Buffer.from(wrapped, 'base64url');
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ 1;
      assert.is(await faultCode(root.unwrap({ rootId, wrapped: changed.toString('base64url') }, 'one')), 'key-unreadable', `byte ${at}`);
    }
    for (let length = 0; length < bytes.length; length++) {
      const cut = bytes.subarray(0, length).toString('base64url');
      assert.is(await faultCode(root.unwrap({ rootId, wrapped: cut }, 'one')), 'key-unreadable', `length ${length}`);
    }
    assert.equal(states, ['ready']);
    assert.is(textOf(await root.unwrap({ rootId, wrapped }, 'one')), textOf(secretOf(1)));
  });

  test('a wiped token in place of ours stays lost, and no root key is made on it', async ({ token, open }) => {
    const root = await open();
    const wrapped = await root.wrap(secretOf(1), 'one');
    token.leave();
    assert.is(await faultCode(root.unwrap(wrapped, 'one')), 'keys-unavailable');
    mkdirSync(join(token.folder, 'tokens'), { mode: 0o700 });
    token.addToken('ledger');
    await sleep(1200);
    assert.is(root.state, 'lost');
    rmSync(join(token.folder, 'tokens'), { recursive: true });
    token.comeBack();
    await until(() => root.state === 'ready');
    assert.is(textOf(await root.unwrap(wrapped, 'one')), textOf(secretOf(1)));
  });

  test('keys outlive the process that made them: what was wrapped opens after everything was closed', async ({ open }) => {
    const before = await open({ nowMs: () => 2_000_000_000_000 });
    const wrapped = await before.wrap(secretOf(1), 'one');
    await before.close();
    const after = await open({ nowMs: () => 1_000_000_000_000 });
    assert.is(await after.currentId(), wrapped.rootId);
    assert.is(textOf(await after.unwrap(wrapped, 'one')), textOf(secretOf(1)));
    // A clock that went back does not make the new key an old one.
    const next = await after.rotate();
    assert.is(await after.currentId(), next);
    assert.equal(
      (await after.list()).map(({ rootId, createdAt }) => [rootId, createdAt]),
      [
        [wrapped.rootId, '2033-05-18T03:33:20.000Z'],
        [next, '2033-05-18T03:33:20.001Z'],
      ],
    );
    await after.close();
  });

  test('a wrong PIN is refused at start, without being told', async ({ token, open }) => {
    const pinFile = join(token.folder, 'wrong-pin');
    writeFileSync(pinFile, 'not-the-pin', { mode: 0o400 });
    const said = await refusal(open({ pinFile }));
    assert.match(said, 'Pkcs11Refused: the token refuses the PIN');
    assert.not.match(said, 'not-the-pin');
    await open();
  });

  test('a PIN that the token refuses ends the reconnecting: more tries would lock it', async ({ token, open }) => {
    const root = await open();
    token.leave();
    assert.is(await faultCode(root.currentId()), 'keys-unavailable');
    rmSync(token.options.pinFile);
    writeFileSync(token.options.pinFile, 'changed', { mode: 0o400 });
    token.comeBack();
    await until(() => root.state === 'refused');
    rmSync(token.options.pinFile);
    writeFileSync(token.options.pinFile, PIN, { mode: 0o400 });
    await sleep(600);
    assert.is(await faultCode(root.currentId()), 'keys-unavailable');
    assert.is(root.state, 'refused');
  });

  test('what an operator set up wrongly is said at start', async ({ token, open }) => {
    assert.match(await refusal(open({ token: { label: 'nobody' } })), 'no token of this label and serial number is present');
    assert.match(await refusal(open({ library: '/nowhere.so' })), 'the PKCS#11 library cannot be loaded');
    assert.match(await refusal(open({ pinFile: '/nowhere/pin' })), 'the PIN file cannot be opened (ENOENT)');
    token.addToken('ledger');
    assert.match(await refusal(open()), 'more than one token has this label');
    await open({ token: { label: 'ledger', serial: await serialOfOne(token) } });
    assert.match(await refusal(open()), 'uses another token of this library already');
  });

  test('an imported key under our label is not taken for a root key', async ({ token, open }) => {
    const own = await open();
    const ownId = await own.currentId();
    const session = sessionOf(await loadCryptoki(), token) as unknown as { create(template: unknown): unknown };
    const id = Buffer.from('ffffffffffff70008000000000000001', 'hex');
    const template = { class: 4, keyType: 31, label: 'clinical-ledger-root', id, token: true, private: true, sensitive: true, extractable: false };
    session.create({ ...template, encrypt: true, decrypt: true, value: Buffer.alloc(32, 7) });
    // Nor is an object of somebody else's, whose id has another form.
    session.create({ ...template, id: Buffer.from('01', 'hex'), encrypt: true, decrypt: true, value: Buffer.alloc(32, 7) });
    assert.is(await own.currentId(), ownId);
    assert.is((await own.list()).length, 1);
  });

  test('retiring a root key of another provider touches nothing', async ({ open }) => {
    const root = await open();
    const former = await root.currentId();
    const current = await root.rotate();
    for (const rootId of ['file:1', former.toUpperCase()]) await root.retire(rootId);
    assert.equal(
      (await root.list()).map(({ rootId }) => rootId),
      [former, current],
    );
  });

  test('who opens a token while its last user closes it waits for the end, and is served', async ({ open }) => {
    const before = await open();
    const wrapped = await before.wrap(secretOf(1), 'one');
    const closing = before.close();
    const after = await open();
    await closing;
    assert.is(textOf(await after.unwrap(wrapped, 'one')), textOf(secretOf(1)));
    assert.equal([before.state, after.state], ['closed', 'ready']);
  });

  test('after closing, nothing is answered; another user of the same token is not disturbed', async ({ open }) => {
    const [one, other] = [await open(), await open()];
    const wrapped = await one.wrap(secretOf(1), 'one');
    await one.close();
    await one.close();
    assert.is(await faultCode(one.unwrap(wrapped, 'one')), 'keys-unavailable');
    assert.is(textOf(await other.unwrap(wrapped, 'one')), textOf(secretOf(1)));
    await other.close();
    assert.is(await faultCode(other.currentId()), 'keys-unavailable');
    assert.is(other.state, 'closed');
  });

  test('secrets of no size, and larger ones than keys are, are refused', async ({ open }) => {
    const root = await open();
    for (const size of [0, 1025]) assert.match(await refusal(root.wrap(new Uint8Array(size), 'one')), 'RangeError');
    const largest = await root.wrap(new Uint8Array(1024), 'one');
    assert.is((await root.unwrap(largest, 'one')).length, 1024);
    assert.instance(await root.unwrap({ rootId: 'file:1', wrapped: largest.wrapped }, 'one').catch((fault: unknown) => fault), LedgerFault);
  });

  function slotsOf(cryptoki: Awaited<ReturnType<typeof loadCryptoki>>, token: SoftToken) {
    const slots = moduleOf(cryptoki, token.options.library).getSlots(true);
    return Array.from({ length: slots.length }, (_, index) => slots.items(index));
  }

  function sessionOf(cryptoki: Awaited<ReturnType<typeof loadCryptoki>>, token: SoftToken) {
    const slot = slotsOf(cryptoki, token).find((one) => one.getToken().label.startsWith('ledger'));
    if (slot === undefined) throw new Error('no such token');
    return slot.open(6);
  }

  async function serialOfOne(token: SoftToken): Promise<string> {
    const cryptoki = await loadCryptoki();
    const module = moduleOf(cryptoki, token.options.library);
    module.initialize({ flags: 2 });
    const serial = slotsOf(cryptoki, token)
      .map((slot) => slot.getToken())
      .find(({ label }) => label.startsWith('ledger'))?.serialNumber;
    module.finalize();
    return serial ?? '';
  }

  test.run();
}
