import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { answersInOrder } from '../../../adapters/http/ordered.js';
import { settled } from '../../commands/stores.js';

const test = suite('answers in order');

async function* numbers(count: number, taken: { count: number } = { count: 0 }): AsyncGenerator<number> {
  for (let n = 0; n < count; n++) {
    taken.count += 1;
    yield n;
  }
}

async function textOf(stream: AsyncIterable<Buffer | string>): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += chunk.toString();
  return text;
}

test('answers come in the order of the inputs, however long each takes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 40 }), fc.integer({ min: 1, max: 8 }), async (delays, atOnce) => {
      const work = async (n: number) => {
        for (let turn = 0; turn < (delays[n] ?? 0); turn++) await new Promise((resolve) => setImmediate(resolve));
        return `${n} `;
      };
      assert.is(await textOf(answersInOrder(numbers(delays.length), atOnce, work)), delays.map((_, n) => `${n} `).join(''));
    }),
  );
});

test('no more are under way at once than allowed', async () => {
  let underWay = 0;
  let most = 0;
  const work = async (n: number) => {
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise((resolve) => setImmediate(resolve));
    underWay -= 1;
    return `${n}`;
  };
  await textOf(answersInOrder(numbers(50), 4, work));
  assert.is(most, 4);
});

test('who does not read the answers stops the reading of inputs', async () => {
  const taken = { count: 0 };
  const out = answersInOrder(numbers(100_000, taken), 4, async () => 'x'.repeat(10_000));
  await settled();
  await settled();
  assert.ok(taken.count < 100, `${taken.count} inputs were read for nobody`);
  out.destroy();
  await settled();
  assert.ok(taken.count < 100);
});

test('inputs that break off break the answers off', async () => {
  async function* broken(): AsyncGenerator<number> {
    yield 1;
    throw new Error('reset');
  }
  await textOf(answersInOrder(broken(), 4, async () => 'a')).then(
    () => assert.unreachable(),
    (fault) => assert.is(fault.message, 'reset'),
  );
});

test('work that fails breaks the answers off, and nothing is left unhandled', async () => {
  const work = async (n: number) => {
    if (n > 0) throw new Error(`failed at ${n}`);
    return 'a';
  };
  await textOf(answersInOrder(numbers(10), 4, work)).then(
    () => assert.unreachable(),
    (fault) => assert.match(fault.message, 'failed at'),
  );
  await settled();
});

test('no inputs are no answers', async () => {
  assert.is(await textOf(answersInOrder(numbers(0), 4, async () => 'a')), '');
});

test.run();
