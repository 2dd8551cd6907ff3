import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { RootKeys, RootWrapped } from '../../adapters/keys/root.js';
import { faultCode } from './helpers.js';

export interface OpenRootKeys {
  readonly root: RootKeys;
  /** The same root keys as another process sees them, or as one that was started anew does. The suite closes what it opens. */
  readonly reopen: () => Promise<RootKeys>;
  readonly close: () => Promise<void>;
}

const secretOf = (byte: number) => new Uint8Array(32).fill(byte);
const SECRET = secretOf(9);
const OVERLAPPING_CALLS = 60;

/** Everything that the prose of `RootKeys` promises, run on each provider alike. */
export function rootKeysContract(name: string, open: () => Promise<OpenRootKeys>): void {
  const test = suite<OpenRootKeys>(`root keys: ${name}`);
  test.before.each(async (context) => {
    Object.assign(context, await open());
  });
  test.after.each((context) => context.close());
  wrappingPromises(test);
  refusalPromises(test);
  rotationPromises(test);
  retirementPromises(test);
  test.run();
}

type Test = ReturnType<typeof suite<OpenRootKeys>>;

function wrappingPromises(test: Test): void {
  test('what is wrapped unwraps with its context, here and in another process', async ({ root, reopen }) => {
    const wrapped = await root.wrap(SECRET, 'north|kek-1');
    assert.is(wrapped.rootId, await root.currentId());
    assert.equal(await root.unwrap(wrapped, 'north|kek-1'), SECRET);
    const other = await reopen();
    assert.equal(await other.unwrap(wrapped, 'north|kek-1'), SECRET);
    assert.is(await other.currentId(), wrapped.rootId);
    await other.close();
  });

  test('a context may be any text, and none at all', async ({ root }) => {
    for (const context of ['', 'Ärzte|☤|"x"', 'x'.repeat(2000)]) {
      assert.equal(await root.unwrap(await root.wrap(SECRET, context), context), SECRET);
    }
  });

  test('the same secret is wrapped differently each time, and left as it was', async ({ root }) => {
    const secret = secretOf(3);
    const [one, two] = [await root.wrap(secret, 'place'), await root.wrap(secret, 'place')];
    assert.is.not(one.wrapped, two.wrapped);
    assert.equal(secret, secretOf(3));
  });

  test('the list has the current key last, each with the instant at which it was made', async ({ root }) => {
    const keys = await root.list();
    assert.is(keys.at(-1)?.rootId, await root.currentId());
    for (const { createdAt } of keys) assert.ok(Math.abs(Date.parse(createdAt) - Date.now()) < 10 * 60 * 1000, createdAt);
  });

  test('calls that overlap all get their own answer', async ({ root }) => {
    const numbers = Array.from({ length: OVERLAPPING_CALLS }, (_, n) => n);
    const wrapped = await Promise.all(numbers.map((n) => root.wrap(secretOf(n), `place ${n}`)));
    const opened = await Promise.all(wrapped.map((one, n) => root.unwrap(one, `place ${n}`)));
    assert.equal(opened, numbers.map(secretOf));
  });
}

function refusalPromises(test: Test): void {
  const refused = async (root: RootKeys, wrapped: RootWrapped, context: string, what: string) =>
    assert.is(await faultCode(root.unwrap(wrapped, context)), 'key-unreadable', what);

  test('another context is refused', async ({ root }) => {
    const wrapped = await root.wrap(SECRET, 'north|kek-1');
    for (const context of ['', 'north|kek-2', 'south|kek-1', 'north|kek-1 ']) await refused(root, wrapped, context, context);
  });

  test('a change of any character of the wrapped form is refused', async ({ root }) => {
    const { rootId, wrapped } = await root.wrap(SECRET, 'place');
    for (let at = 0; at < wrapped.length; at += 1) {
      const changed = wrapped.slice(0, at) + (wrapped[at] === 'A' ? 'B' : 'A') + wrapped.slice(at + 1);
      await refused(root, { rootId, wrapped: changed }, 'place', `character ${at}`);
    }
  });

  test('a wrapped form that was cut, lengthened, emptied or is none is refused', async ({ root }) => {
    const { rootId, wrapped } = await root.wrap(SECRET, 'place');
    const cuts = [0, 1, 8, 16, 40, wrapped.length - 1].map((length) => wrapped.slice(0, length));
    for (const text of [...cuts, `${wrapped}A`, `${wrapped}AAAA`, ` ${wrapped}`, `${wrapped}\n`, '!', '{}', 'A'.repeat(80), 'A'.repeat(5000)]) {
      await refused(root, { rootId, wrapped: text }, 'place', `${text.length} characters`);
    }
  });

  test('a root key that is not known here is refused', async ({ root }) => {
    const { rootId, wrapped } = await root.wrap(SECRET, 'place');
    for (const unknown of ['', 'unknown', `${rootId}0`, rootId.slice(0, -1)]) await refused(root, { rootId: unknown, wrapped }, 'place', 'unknown');
  });

  test('a wrapped form under the name of another root key is refused', async ({ root }) => {
    const before = await root.wrap(SECRET, 'place');
    await root.rotate();
    const after = await root.wrap(SECRET, 'place');
    await refused(root, { rootId: after.rootId, wrapped: before.wrapped }, 'place', 'former');
    await refused(root, { rootId: before.rootId, wrapped: after.wrapped }, 'place', 'current');
  });
}

function rotationPromises(test: Test): void {
  test('after a rotation a new key wraps and the former one still unwraps', async ({ root, reopen }) => {
    const before = await root.wrap(SECRET, 'place');
    const rotated = await root.rotate();
    assert.is(await root.currentId(), rotated);
    const after = await root.wrap(SECRET, 'place');
    assert.is(after.rootId, rotated);
    assert.equal(
      (await root.list()).slice(-2).map(({ rootId }) => rootId),
      [before.rootId, rotated],
    );
    const other = await reopen();
    for (const keys of [root, other]) {
      assert.equal(await keys.unwrap(before, 'place'), SECRET);
      assert.equal(await keys.unwrap(after, 'place'), SECRET);
    }
    await other.close();
  });

  test('a process that was running sees what another one rotated', async ({ root, reopen }) => {
    const other = await reopen();
    await other.wrap(SECRET, 'place');
    const rotated = await root.rotate();
    assert.equal(await other.unwrap(await root.wrap(SECRET, 'place'), 'place'), SECRET);
    assert.is(await other.currentId(), rotated);
    assert.is((await other.wrap(SECRET, 'place')).rootId, rotated);
    await other.close();
  });

  test('two rotations at once end with one current key, and lose nothing that was wrapped meanwhile', async ({ root, reopen }) => {
    const other = await reopen();
    const wraps = Array.from({ length: 6 }, (_, n) => (n % 2 === 0 ? root : other).wrap(secretOf(n), 'place'));
    await Promise.all([root.rotate(), other.rotate()]);
    assert.is(await root.currentId(), await other.currentId());
    const third = await reopen();
    for (const [n, wrapped] of (await Promise.all(wraps)).entries()) {
      for (const keys of [root, other, third]) assert.equal(await keys.unwrap(wrapped, 'place'), secretOf(n));
    }
    await other.close();
    await third.close();
  });
}

function retirementPromises(test: Test): void {
  test('what a retired key wrapped is refused in every process, what others wrapped opens', async ({ root, reopen }) => {
    const other = await reopen();
    const before = await root.wrap(SECRET, 'place');
    await root.rotate();
    const between = await other.wrap(SECRET, 'place');
    await root.rotate();
    await root.retire(before.rootId);
    const third = await reopen();
    for (const keys of [root, other, third]) {
      assert.is(await faultCode(keys.unwrap(before, 'place')), 'key-unreadable');
      assert.equal(await keys.unwrap(between, 'place'), SECRET);
      assert.not((await keys.list()).some(({ rootId }) => rootId === before.rootId));
    }
    await other.close();
    await third.close();
  });

  test('retiring again is fine; the current key is refused and stays', async ({ root }) => {
    const former = await root.currentId();
    const current = await root.rotate();
    await root.retire(former);
    await root.retire(former);
    const refusal = await root.retire(current).then(
      () => 'retired',
      (fault: Error) => fault.name,
    );
    assert.is(refusal, 'TypeError');
    assert.equal(await root.unwrap(await root.wrap(SECRET, 'place'), 'place'), SECRET);
  });
}
