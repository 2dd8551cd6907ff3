import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { InputRetention } from '../../../adapters/keys/input-retention.js';
import { inputOwner, type WrappedSecret } from '../../../adapters/keys/key-store.js';
import { MemoryKeyStore } from '../../../adapters/memory/key-store.js';
import type { Recorded } from '../../../schemas/catalogue.js';
import { until } from '../../support/projecting.js';
import { DAY_MS, eventsOf, keptUnderTenant, open, ordered, type Quarantined, removeFolders, retention, world } from '../../support/quarantining.js';

const test = suite('the time of refused lines');
test.after(removeFolders);

test('when its time is over a line’s keys are destroyed', async () => {
  const here = await world();
  await here.keep('{"early');
  await keptUnderTenant(here, '{"of before');
  here.desk.nowMs += 10 * DAY_MS;
  await here.keep('{"late');
  const [early, , late] = (await eventsOf(here, 'input-quarantined')).map(({ event }) => event) as [Quarantined, Quarantined, Quarantined];
  assert.is(await retention(here).look(), 0);
  here.desk.nowMs += 80 * DAY_MS;
  assert.is(await retention(here).look(), 1);
  assert.is(await retention(here).look(), 0, 'once');
  assert.equal([await open(here, early), await open(here, late)], [undefined, '{"late']);
  assert.ok(await here.vault.store.isErased('acme', inputOwner(early.data.inputToken)));
  // An erasure opens none that has ended, and it counts for nothing.
  here.desk.nowMs += 10 * DAY_MS;
  const found = (await ordered(here)).event.data.quarantine;
  assert.equal([found?.unattributed, found?.underTenantKeys], [0, 1]);
});

test('a key store that was restored from a backup destroys again what had ended since', async () => {
  const here = await world();
  await here.keep('{"early');
  const [{ event }] = (await eventsOf(here, 'input-quarantined')) as [Recorded<Quarantined>];
  const owner = inputOwner(event.data.inputToken);
  const [secret] = (await here.vault.store.secrets('acme', owner)) as [WrappedSecret];
  here.desk.nowMs += 91 * DAY_MS;
  assert.is(await retention(here).look(), 1);
  const keyStore = new MemoryKeyStore();
  await keyStore.add(secret);
  assert.is(await new InputRetention({ log: here.store, keyStore, clock: here.desk.clock, quarantineDays: 90, onFault: assert.unreachable }).look(), 1);
  assert.equal(await keyStore.secrets('acme', owner), []);
});

test('a whole page of lines that have ended is gone through, and the next', async () => {
  const here = await world();
  await here.keep('{"first');
  const [{ event }] = (await eventsOf(here, 'input-quarantined')) as [Recorded<Quarantined>];
  const many = Array.from({ length: 600 }, () => ({ ...event, id: here.desk.ids.next(), stream: 'acme.quarantine-many' }));
  await here.store.append('acme.quarantine-many', 'none', many);
  here.desk.nowMs += 91 * DAY_MS;
  assert.is(await retention(here).look(), 601);
});

test('a ledger that starts ends what is due before it serves, looks again later, and tells a fault', async () => {
  const here = await world();
  await here.keep('{"early');
  here.desk.nowMs += 91 * DAY_MS;
  const running = retention(here);
  await running.start();
  const [{ event }] = (await eventsOf(here, 'input-quarantined')) as [Recorded<Quarantined>];
  assert.is(await open(here, event), undefined);
  await running.stop();

  const faults: string[] = [];
  const faulty = retention(here, 90, (duty) => faults.push(duty));
  await faulty.start(5);
  here.store.readAll = () => Promise.reject(new Error('gone'));
  await until(async () => faults.length > 0, 'a fault');
  await faulty.stop();
  assert.is(faults[0], 'input-retention');
});

test.run();
