import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sleep } from '../../../adapters/clock.js';
import { type Duty, Follower } from '../../../adapters/keys/follower.js';
import { MemoryKeyStore } from '../../../adapters/memory/key-store.js';
import type { EventType } from '../../../schemas/catalogue.js';
import { eventOf } from '../../support/events.js';
import { PagedEventStore, until } from '../../support/projecting.js';

interface Context {
  readonly log: PagedEventStore;
  readonly store: MemoryKeyStore;
  readonly faults: unknown[];
}

const test = suite<Context>('carrying out what the log says of keys');

test.before.each((context) => {
  Object.assign(context, { log: new PagedEventStore(2), store: new MemoryKeyStore(), faults: [] });
});

let streams = 0;
async function say(log: PagedEventStore, type: EventType, count = 1): Promise<void> {
  for (let n = 0; n < count; n++) {
    const stream = `north.s-${streams++}`;
    await log.append(stream, 'none', [eventOf(type, { stream })]);
  }
}

/** Carries out by remembering; what it should fail at is up to the test. */
function duty(done: string[], before: (position: string) => Promise<void> = async () => undefined): Duty {
  return {
    name: 'orders',
    types: ['key-rotation-ordered'],
    handle: async ({ position }) => {
      await before(position);
      done.push(position);
    },
  };
}

const follower = ({ log, store, faults }: Context, what: Duty) =>
  new Follower(what, { log, store, sleep: (ms, signal) => sleep(Math.min(ms, 5), signal), onFault: (name, fault) => faults.push([name, fault]) });

test('catching up carries out everything of its kind, in order, and knows how far it came', async (context) => {
  const done: string[] = [];
  await say(context.log, 'key-rotation-ordered', 3);
  await say(context.log, 'source-registered', 2);
  await say(context.log, 'key-rotation-ordered');
  await say(context.log, 'source-registered');
  await follower(context, duty(done)).catchUp();
  assert.equal(done, ['1', '2', '3', '6']);
  assert.is(await context.store.cursor('orders'), '7');
  await follower(context, duty(done)).catchUp();
  assert.is(done.length, 4);
});

test('an empty log is caught up with at once', async (context) => {
  await follower(context, duty([])).catchUp();
  assert.is(await context.store.cursor('orders'), null);
});

test('a key store that was restored from a backup has the rest carried out again before it is served', async (context) => {
  const [first, again]: [string[], string[]] = [[], []];
  await say(context.log, 'key-rotation-ordered', 4);
  await follower(context, duty(first)).catchUp();
  const backup = new MemoryKeyStore();
  await backup.keepCursor('orders', '2');
  await follower({ ...context, store: backup }, duty(again)).catchUp();
  assert.equal(
    [first, again],
    [
      ['1', '2', '3', '4'],
      ['3', '4'],
    ],
  );
});

test('a fault while catching up is thrown, and nothing is held to be done that was not', async (context) => {
  await say(context.log, 'key-rotation-ordered', 3);
  const done: string[] = [];
  const failing = duty(done, async (position) => {
    if (position === '2') throw new Error('not now');
  });
  await follower(context, failing)
    .catchUp()
    .then(
      () => assert.unreachable(),
      (fault: Error) => assert.is(fault.message, 'not now'),
    );
  assert.is(await context.store.cursor('orders'), null);
  await follower(context, duty(done)).catchUp();
  assert.equal(done, ['1', '1', '2', '3']);
});

test('it follows what is said later, from where it was, and stops when it is told', async (context) => {
  const done: string[] = [];
  await say(context.log, 'key-rotation-ordered', 2);
  await context.store.keepCursor('orders', '1');
  const following = follower(context, duty(done));
  following.start();
  await until(async () => done.length === 1, 'the second order');
  await say(context.log, 'source-registered', 3);
  await say(context.log, 'key-rotation-ordered', 5);
  await until(async () => done.length === 6, 'the later orders');
  assert.equal(done, ['2', '6', '7', '8', '9', '10']);
  await until(async () => (await context.store.cursor('orders')) === '10', 'the cursor');
  const stopped = following.stop();
  await context.log.close();
  await stopped;
  await say(context.log, 'key-rotation-ordered');
  await sleep(20, new AbortController().signal);
  assert.is(done.length, 6);
  assert.equal(context.faults, []);
});

test('a fault is told with the name of the duty, and it is tried again until it succeeds; what was done already may be done again', async (context) => {
  const done: string[] = [];
  let left = 3;
  const failing = duty(done, async (position) => {
    if (position === '3' && left-- > 0) throw new Error('not now');
  });
  await say(context.log, 'key-rotation-ordered', 4);
  const following = follower(context, failing);
  following.start();
  await until(async () => done.includes('4'), 'the fourth order');
  assert.is(context.faults.length, 3);
  assert.equal(new Set(context.faults.map((told) => (told as [string])[0])), new Set(['orders']));
  assert.equal([...new Set(done)], ['1', '2', '3', '4']);
  assert.is(done.filter((position) => position === '1').length, 1, 'a page that was done is not done again');
  const stopped = following.stop();
  await context.log.close();
  await stopped;
});

test('a quiet log is not written about: only what had something to do moves the cursor', async (context) => {
  const done: string[] = [];
  const following = follower(context, duty(done));
  await say(context.log, 'key-rotation-ordered');
  following.start();
  await until(async () => (await context.store.cursor('orders')) !== null, 'the cursor');
  const before = await context.store.cursor('orders');
  await say(context.log, 'source-registered', 5);
  await sleep(20, new AbortController().signal);
  assert.is(await context.store.cursor('orders'), before);
  const stopped = following.stop();
  await context.log.close();
  await stopped;
});

test('a follower that is told to stop while it waits after a fault stops at once', async (context) => {
  await say(context.log, 'key-rotation-ordered');
  const failing = duty([], async () => {
    throw new Error('not now');
  });
  const { log, store, faults } = context;
  const following = new Follower(failing, { log, store, sleep: (_, signal) => sleep(60_000, signal), onFault: (_, fault) => faults.push(fault) });
  following.start();
  await until(async () => faults.length === 1, 'the fault');
  await following.stop();
});

test('where nothing is left to be read before the end of the log, catching up is done, and the cursor stays', async (context) => {
  await say(context.log, 'key-rotation-ordered', 2);
  await context.store.keepCursor('orders', '1');
  context.log.readAll = async () => ({ events: [], through: null, end: true });
  await follower(context, duty([])).catchUp();
  assert.is(await context.store.cursor('orders'), '1');
});

test.run();
