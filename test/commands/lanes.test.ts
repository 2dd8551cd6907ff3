import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Lanes } from '../../commands/lanes.js';
import { faultOf, gate, settled } from './stores.js';

const test = suite('lanes');

interface TestJob {
  readonly name: string;
  readonly sizeBytes: number;
}
const job = (name: string, sizeBytes = 1): TestJob => ({ name, sizeBytes });

/** Lanes whose work waits until it is let go, and that remember their batches. */
function lanes() {
  const batches: string[] = [];
  const gates: (() => void)[] = [];
  const working = new Lanes<TestJob, string>(async (lane, jobs) => {
    batches.push(`${lane}: ${jobs.map(({ name }) => name).join(' ')}`);
    const { opened, open } = gate();
    gates.push(open);
    await opened;
    if (jobs.some(({ name }) => name === 'bad')) throw new Error('bad');
    return jobs.map(({ name }) => `${name} done`);
  });
  const letGo = async () => {
    for (const open of gates.splice(0)) open();
    await settled();
  };
  return { working, batches, letGo };
}

test('what arrives together goes together, and what arrives meanwhile makes up the next batch', async () => {
  const { working, batches, letGo } = lanes();
  const answers = [working.submit('a', job('1')), working.submit('a', job('2'))];
  await settled();
  answers.push(working.submit('a', job('3')), working.submit('a', job('4')));
  await settled();
  assert.equal(batches, ['a: 1 2']);
  await letGo();
  assert.equal(batches, ['a: 1 2', 'a: 3 4']);
  await letGo();
  assert.equal(await Promise.all(answers), ['1 done', '2 done', '3 done', '4 done']);
});

test('lanes do not wait for each other', async () => {
  const { working, batches, letGo } = lanes();
  const answers = Promise.all([working.submit('a', job('1')), working.submit('b', job('1'))]);
  await settled();
  assert.equal(batches, ['a: 1', 'b: 1']);
  await letGo();
  await answers;
});

test('a batch is bounded by number and by sizeBytes, and one large job goes alone', async () => {
  const { working, batches, letGo } = lanes();
  const answers = Array.from({ length: 300 }, (_, n) => working.submit('many', job(`j${n}`)));
  for (let round = 0; round < 4; round++) {
    await settled();
    await letGo();
  }
  await Promise.all(answers);
  assert.equal(
    batches.map((batch) => batch.split(' ').length - 1),
    [128, 128, 44],
  );
  const large = ['x', 'y', 'z'].map((name) => working.submit('large', job(name, 400_000)));
  for (let round = 0; round < 4; round++) {
    await settled();
    await letGo();
  }
  await Promise.all(large);
  assert.equal(batches.slice(3), ['large: x', 'large: y', 'large: z']);
});

test('a fault meets every job of its batch and no other', async () => {
  const { working, letGo } = lanes();
  const first = [working.submit('a', job('good')), working.submit('a', job('bad'))].map((answer) => answer.catch((fault: Error) => fault.message));
  await settled();
  const second = working.submit('a', job('later'));
  await letGo();
  assert.equal(await Promise.all(first), ['bad', 'bad']);
  await letGo();
  assert.is(await second, 'later done');
});

test('what waits is counted, and too much is refused at once', async () => {
  const { working, letGo } = lanes();
  const answers = Array.from({ length: 20_000 }, (_, n) => working.submit(`lane ${n}`, job('1')));
  assert.is(working.waiting, 20_000);
  assert.is(await faultOf(working.submit('one more', job('1'))), 'overloaded');
  await settled();
  await letGo();
  await Promise.all(answers);
  assert.is(working.waiting, 0);
});

test.run();
