import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ModelProgress } from '../../adapters/model-progress.js';
import type { Progress } from '../../projections/run.js';

const test = suite('where the read models stand');

const progress = () =>
  new ModelProgress(
    (left, right) => Number(left) - Number(right),
    () => 0,
  );
const at = (through: string | null, more: Partial<Progress> = {}): Progress => ({
  model: 'record',
  generation: 1,
  through,
  events: Number(through ?? 0),
  caughtUp: false,
  building: false,
  ...more,
});

test('who waits for a position goes on as soon as the model has reached it', async () => {
  const models = progress();
  const reached = models.reached('record', '5', 10_000);
  let done = false;
  void reached.then(() => {
    done = true;
  });
  models.report(at('4'));
  await Promise.resolve();
  assert.not.ok(done);
  models.report(at('6'));
  assert.ok(await reached);
  assert.ok(await models.reached('record', '6', 0));
});

test('who waited long enough is told so, and another model does not help', async () => {
  const models = progress();
  models.report(at('9', { model: 'directory' }));
  models.report(at(null));
  assert.not.ok(await models.reached('record', '5', 5));
  assert.not.ok(await models.reached('unheard of', '5', 5));
});

test('a generation that is being built shows beside the one that is read, until that is another', () => {
  const models = progress();
  models.report(at('9'));
  models.report(at('3', { generation: 2, building: true }));
  assert.equal(models.all(), [
    { model: 'record', generation: 1, through: '9', events: 9, caughtUp: false, fault: null, building: { generation: 2, events: 3 } },
  ]);
  models.report(at('9', { generation: 2, caughtUp: true }));
  assert.equal([models.all()[0]?.generation, models.all()[0]?.building], [2, null]);
  models.report(at('10'));
  assert.is(models.all()[0]?.through, '9', 'what the former generation still says is of no account');
});

test('a fault shows until the model goes on; the first one since then is the one that is shown', () => {
  const models = progress();
  models.fault('record', 'before anything is known');
  assert.equal(models.all(), []);
  models.report(at('1'));
  models.fault('record', 'store-full');
  models.fault('record', 'lease-lost');
  assert.is(models.all()[0]?.fault, 'store-full');
  models.report(at('2'));
  assert.is(models.all()[0]?.fault, null);
});

test('who waits for a model to move goes on with its next report of another place, or after a while', async () => {
  const models = progress();
  models.report(at('4'));
  assert.is(models.through('record'), '4');
  await models.moved('record', '3', 10_000);
  const moved = models.moved('record', '4', 10_000);
  models.report(at('4'));
  models.report(at('5'));
  await moved;
  await models.moved('record', '5', 1);
  await models.moved('unheard of', null, 1);
});

test.run();
