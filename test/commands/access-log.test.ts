import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Access, AccessLog } from '../../commands/access-log.js';
import { callerOf, openDesk } from './desk.js';
import { faultOf, gate, settled, WatchedEventStore } from './stores.js';

const test = suite('access log');

async function log() {
  const store = new WatchedEventStore();
  const desk = await openDesk(store);
  desk.close();
  return { store, log: new AccessLog({ store, ids: desk.ids, clock: desk.clock, digest: desk.digest }) };
}

const access = (tenant = 'acme', opened = 1): Access => ({
  caller: callerOf('clinician', 'dr-1', tenant),
  correlationId: 'b2a1c3d4-0000-4000-8000-000000000000',
  data: { action: 'read-record', outcome: 'allowed', code: null, rule: 'role-permissions@1', patients: [], categories: [], opened, detail: null },
});

test('it resolves only when the access is in the store', async () => {
  const { store, log: accesses } = await log();
  const { opened, open } = gate();
  store.beforeAppend = () => opened;
  let durable = false;
  const recorded = accesses.record(access()).then(() => {
    durable = true;
  });
  await settled();
  assert.not.ok(durable);
  assert.is(accesses.waiting, 1);
  open();
  await recorded;
  assert.is((await store.readAll({ after: null, limit: 10 })).events[0]?.event.actor.subject, 'dr-1');
  assert.is(accesses.waiting, 0);
});

test('accesses that come together are one append, in order, and the next go on in the same stream', async () => {
  const { store, log: accesses } = await log();
  await Promise.all([1, 2, 3].map((opened) => accesses.record(access('acme', opened))));
  await accesses.record(access('acme', 4));
  assert.equal(
    store.appends.map(({ count, expected }) => [count, expected]),
    [
      [3, 'none'],
      [1, 2],
    ],
  );
  const { events } = await store.readAll({ after: null, limit: 10 });
  assert.equal(
    events.map(({ event }) => 'opened' in event.data && event.data.opened),
    [1, 2, 3, 4],
  );
});

test('tenants have streams of their own, under random names', async () => {
  const { store, log: accesses } = await log();
  await Promise.all([accesses.record(access('acme')), accesses.record(access('other'))]);
  const streams = store.appends.map(({ stream }) => stream).sort();
  assert.match(streams[0] ?? '', /^acme\.access-[0-9a-f-]{36}$/);
  assert.match(streams[1] ?? '', /^other\.access-[0-9a-f-]{36}$/);
});

test('when an append fails, nobody who waited is told otherwise, and the next go to a fresh stream', async () => {
  const { store, log: accesses } = await log();
  await accesses.record(access());
  store.fail('outcome-unknown');
  const { opened, open } = gate();
  store.beforeAppend = () => opened;
  const first = accesses.record(access());
  await settled();
  const queued = accesses.record(access());
  open();
  assert.equal(await Promise.all([first, queued].map(faultOf)), ['outcome-unknown', 'outcome-unknown']);
  await accesses.record(access());
  const [before, failed, after] = store.appends;
  assert.is(before?.stream, failed?.stream);
  assert.is.not(failed?.stream, after?.stream);
  assert.is(after?.expected, 'none');
  assert.is(accesses.waiting, 0);
});

test('a stream that somebody else wrote to is given up too', async () => {
  const { store, log: accesses } = await log();
  await accesses.record(access());
  const stream = store.appends[0]?.stream ?? '';
  const [{ event }] = (await store.readStream(stream, { limit: 1 })) as unknown as [{ event: object }];
  await store.append(stream, 0, [{ ...event, id: 'b2a1c3d4-0000-4000-8000-000000000009' } as never]);
  assert.is(await faultOf(accesses.record(access())), 'store-unavailable');
  assert.is(await faultOf(accesses.record(access())), 'no fault');
});

test('a stream that holds a million events is followed by a fresh one', async () => {
  const { store, log: accesses } = await log();
  const appended: { stream: string; expected: unknown }[] = [];
  let revision = 999_997;
  store.append = async (stream, expected) => {
    appended.push({ stream, expected });
    revision += 1;
    return { kind: 'appended', revision, positions: [] };
  };
  for (let n = 0; n < 3; n++) await accesses.record(access());
  const [last, full, fresh] = appended;
  assert.equal([full?.stream, full?.expected], [last?.stream, 999_998]);
  assert.is.not(fresh?.stream, full?.stream);
  assert.is(fresh?.expected, 'none');
});

test('batches are bounded, and too much waiting is refused at once', async () => {
  const { store, log: accesses } = await log();
  const { opened, open } = gate();
  store.beforeAppend = () => opened;
  const many = Array.from({ length: 20_000 }, () => accesses.record(access()));
  assert.is(await faultOf(accesses.record(access())), 'overloaded');
  open();
  await Promise.all(many);
  assert.is(Math.max(...store.appends.map(({ count }) => count)), 500);
  assert.is(accesses.waiting, 0);
});

test.run();
