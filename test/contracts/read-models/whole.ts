import * as assert from 'uvu/assert';
import type { ReadModels } from '../../../projections/ports.js';
import { sleep } from '../helpers.js';
import { at, build, EVERYTHING, MODEL, row, save, type Test } from './fixture.js';

export function wholeSaves(test: Test): void {
  test('a reader sees each save whole or not at all', async (context) => {
    const { models, other } = context;
    const keys = ['a', 'm', 'z'];
    const write = async () => {
      for (let n = 1; n <= 60; n++) await save(context, { put: keys.map((key) => row(key, { n }, ['x'], n)), remove: [`gone${n - 1}`], checkpoint: at(n) });
    };
    let done = false;
    const read = async (reader: ReadModels) => {
      for (let last = 0; !done; ) {
        const seen = (await reader.get(MODEL, keys)).map((found) => (found?.value as { n: number } | undefined)?.n);
        assert.is(new Set(seen).size, 1, `saw ${seen.join()}`);
        assert.ok((seen[0] ?? 0) >= last, 'time does not go back');
        last = seen[0] ?? 0;
        assert.ok([0, 3].includes((await reader.byIndex(MODEL, 'x', EVERYTHING)).length));
        await sleep(0);
      }
    };
    await Promise.all([write().finally(() => (done = true)), read(models), read(other)]);
    assert.equal(await models.checkpoint(MODEL), at(60));
  });

  test('a save is seen by the next read, and a switch by the next read of another process', async (context) => {
    for (let n = 1; n <= 20; n++) {
      await save(context, { put: [row('a', { n })], checkpoint: at(n) });
      assert.equal((await context.models.get(MODEL, ['a']))[0]?.value, { n });
      assert.equal(await context.models.checkpoint(MODEL), at(n));
    }
    for (let n = 21; n <= 24; n++) {
      await context.models.activate(MODEL, await build(context, [row('a', { n })]));
      assert.equal((await context.other.get(MODEL, ['a']))[0]?.value, { n });
    }
  });

  test('a reader never finds the model empty while it is switched', async (context) => {
    await save(context, { put: [row('a')] });
    let done = false;
    const read = async () => {
      while (!done) {
        assert.is((await context.other.get(MODEL, ['a']))[0]?.key, 'a');
        await sleep(0);
      }
    };
    const turn = async () => {
      for (let n = 0; n < 8; n++) await context.models.activate(MODEL, await build(context, [row('a', { n })]));
    };
    await Promise.all([turn().finally(() => (done = true)), read()]);
  });
}
