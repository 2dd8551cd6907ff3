import * as assert from 'uvu/assert';
import { faultCode, sleep } from '../helpers.js';
import { at, EVERYTHING, MODEL, row, save, type Test } from './fixture.js';

export function leasePromises(test: Test): void {
  test('a lease excludes other owners while it lasts, and its owner may renew it', async ({ models, other, generation, fence }) => {
    assert.is(await other.lease(MODEL, generation, 'you', 60_000), null);
    assert.is(await models.lease(MODEL, generation, 'me', 60_000), fence);
    assert.is(await other.lease(MODEL, generation, 'you', 60_000), null);
  });

  test('a lease that has ended goes to another owner with a greater fence, and the old fence is refused', async (context) => {
    const { models, other, generation, fence } = context;
    await save(context, { put: [row('a', { n: 1 })], checkpoint: at(1) });
    assert.is(await models.lease(MODEL, generation, 'me', 50), fence);
    await sleep(120);
    const next = await other.lease(MODEL, generation, 'you', 60_000);
    assert.ok(next !== null && next > fence);
    assert.is(await faultCode(save(context, { put: [row('a', { n: 2 }), row('b')], checkpoint: at(2) })), 'lease-lost');
    assert.equal(await models.byPrefix(MODEL, '', EVERYTHING), [row('a', { n: 1 })]);
    assert.equal(await models.checkpoint(MODEL), at(1));
    await other.save(MODEL, generation, next, { put: [row('a', { n: 3 })], remove: [], checkpoint: at(3) });
    assert.equal((await models.get(MODEL, ['a']))[0]?.value, { n: 3 });
    assert.is(await models.lease(MODEL, generation, 'me', 60_000), null);
  });

  test('of two owners at once, one gets the lease', async ({ models, other }) => {
    const building = await models.begin(MODEL);
    const asked = Array.from({ length: 8 }, (_, n) => (n % 2 === 0 ? models : other).lease(MODEL, building, `owner ${n}`, 60_000));
    assert.is((await Promise.all(asked)).filter((fence) => fence !== null).length, 1);
  });

  test('leases are by generation: one process runs the active one while another builds', async ({ models, other, generation }) => {
    const building = await models.begin(MODEL);
    assert.type(await other.lease(MODEL, building, 'you', 60_000), 'number');
    assert.is(await models.lease(MODEL, building, 'me', 60_000), null);
    assert.is(await other.lease(MODEL, generation, 'you', 60_000), null);
  });
}

export function oneProcessLease(test: Test): void {
  test('the lease of a store that belongs to one process is always granted, and lasts', async ({ models, generation }) => {
    const first = await models.lease(MODEL, generation, 'me', 1);
    await sleep(5);
    const second = await models.lease(MODEL, generation, 'me', 1000);
    assert.ok(first !== null && second !== null && second >= first);
  });
}
