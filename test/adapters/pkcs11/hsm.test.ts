import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Hsm, type HsmOptions } from '../../../adapters/pkcs11/hsm.js';
import { LedgerFault } from '../../../domain/rejections.js';
import { faultCode, sleep } from '../../contracts/helpers.js';
import { type SoftToken, softHsm } from '../../support/softhsm.js';

const softhsm = await softHsm('the session with an HSM');
if (softhsm !== undefined) {
  const test = suite<{ token: SoftToken; open(options?: Partial<HsmOptions>): Promise<Hsm>; opened: Hsm[]; told: string[] }>('PKCS#11 session');

  test.before.each((context) => {
    const token = softhsm.token();
    const told: string[] = [];
    const opened: Hsm[] = [];
    const open = async (options: Partial<HsmOptions> = {}) => {
      const onState: HsmOptions['onState'] = (state, reason) => void told.push(reason === null ? state : `${state}: ${reason}`);
      const hsm = await Hsm.open({ ...token.options, onState, ...options }, async () => undefined);
      opened.push(hsm);
      return hsm;
    };
    Object.assign(context, { token, open, opened, told });
  });
  test.after.each(async ({ token, opened }) => {
    for (const hsm of opened) await hsm.close();
    token.drop();
  });

  test('does one thing at a time, in the order of asking', async ({ open }) => {
    const hsm = await open();
    const done: string[] = [];
    const work = (n: number) =>
      hsm.run(async () => {
        done.push(`begin ${n}`);
        await sleep(5);
        done.push(`end ${n}`);
        return n;
      });
    assert.equal(await Promise.all([work(1), work(2), work(3)]), [1, 2, 3]);
    assert.equal(done, ['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3']);
  });

  test('a fault of the ledger is passed on and costs nothing; any other is tried once more on a new session', async ({ open, told }) => {
    const hsm = await open();
    assert.is(await faultCode(hsm.run(() => Promise.reject(new LedgerFault('key-unreadable')))), 'key-unreadable');
    const links = new Set<unknown>();
    const answer = await hsm.run(async (link) => {
      links.add(link);
      if (links.size === 1) throw new Error('CKR_SESSION_HANDLE_INVALID');
      return 'answered';
    });
    assert.is(answer, 'answered');
    assert.is(links.size, 2);
    assert.equal(told, ['ready']);
  });

  test('what fails twice is lost, with its reason, and comes back by itself', async ({ open, told }) => {
    const hsm = await open();
    assert.is(await faultCode(hsm.run(() => Promise.reject(new Error('CKR_DEVICE_ERROR\nmore of it')))), 'keys-unavailable');
    assert.is(await faultCode(hsm.run(async () => 'not asked')), 'keys-unavailable');
    for (let tries = 0; hsm.state !== 'ready' && tries < 100; tries++) await sleep(20);
    assert.is(await hsm.run(async () => 'again'), 'again');
    assert.equal(told, ['ready', 'lost: CKR_DEVICE_ERROR', 'ready']);
  });

  test('what the ledger refuses on the new session is passed on, and the session stays', async ({ open, told }) => {
    const hsm = await open();
    const faults = [new Error('CKR_SESSION_HANDLE_INVALID'), new LedgerFault('store-full')];
    assert.is(await faultCode(hsm.run(() => Promise.reject(faults.shift()))), 'store-full');
    assert.is(await hsm.run(async () => 'answered'), 'answered');
    assert.equal(told, ['ready']);
  });

  test('who waits longer than is allowed is refused, what waited behind is not begun, and afterwards all is well', async ({ open }) => {
    const hsm = await open({ answerWithinMs: 60 });
    let begun = 0;
    const slow = hsm.run(() => sleep(200));
    const behind = hsm.run(async () => {
      begun += 1;
    });
    assert.equal(await Promise.all([faultCode(slow), faultCode(behind)]), ['keys-unavailable', 'keys-unavailable']);
    await sleep(250);
    assert.is(begun, 0);
    assert.is(await hsm.run(async () => 'again'), 'again');
  });

  test('closing lets what waits be done first, and nothing after', async ({ open, told }) => {
    const hsm = await open();
    const last = hsm.run(async () => {
      await sleep(20);
      return 'done';
    });
    const closed = hsm.close();
    const late = faultCode(hsm.run(async () => 'late'));
    assert.is(await last, 'done');
    await closed;
    assert.is(await late, 'keys-unavailable');
    assert.equal(told, ['ready', 'closed']);
  });

  test('a token that is there a moment after the start is waited for', async ({ token, open }) => {
    token.leave();
    const opening = open();
    await sleep(200);
    token.comeBack();
    assert.is((await opening).state, 'ready');
  });

  test('what cannot be proved is not opened', async ({ token }) => {
    const fault = await Hsm.open(token.options, () => Promise.reject(new Error('CKR_MECHANISM_INVALID'))).catch((refused: Error) => refused);
    assert.match((fault as Error).message, 'the token cannot be used: CKR_MECHANISM_INVALID');
  });

  test.run();
}
