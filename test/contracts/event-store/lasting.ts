import type { Test } from 'uvu';
import * as assert from 'uvu/assert';
import { factsFor } from '../../support/events.js';
import type { ContractContext } from '../event-store.js';
import { appended, freshStream, freshTenant, idsOf, ofTenant, readOn } from './helpers.js';

/** These come last: they replace the open store. */
export function lastingContract(test: Test<ContractContext>): void {
  test('what was acknowledged is there after the store was opened again, at the same places', async (context) => {
    const { reopen } = context.opened;
    if (reopen === undefined) return;
    const tenant = freshTenant();
    const stream = freshStream(tenant);
    const start = await context.store.head();
    const events = factsFor(stream, 5);
    const first = await appended(context.store, stream, 'none', events);
    const before = ofTenant((await readOn(context.store, start, 100)).events, tenant);
    const head = await context.store.head();

    context.store = await reopen();
    assert.equal(ofTenant((await readOn(context.store, start, 100)).events, tenant), before);
    assert.equal(await context.store.readStream(stream, { limit: 10 }), before);
    assert.ok(context.store.compare((await context.store.head()) ?? '', head ?? '') >= 0);
    assert.equal(await context.store.append(stream, 'none', events), first, 'the repeat of an append');
    const others = factsFor(stream, 1);
    assert.equal(await context.store.append(stream, 3, others), { kind: 'conflict', actual: 4 });
    await appended(context.store, stream, 4, others);
    assert.equal(idsOf(await context.store.readStream(stream, { limit: 1, direction: 'backwards' })), [others[0]?.id]);
  });
}
