import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { foldFacts } from '../../domain/record/fold.js';
import { LedgerFault } from '../../domain/rejections.js';
import { streams } from '../../domain/streams.js';
import type { EventOf } from '../../schemas/catalogue.js';
import { callerOf, codeOf, person, steward } from './desk.js';
import { eventsOf, fact, merge, openings, REASON, type TwoPatients, translatedIds, translationsOf, twoPatients, unmerge } from './merging.js';
import { faultOf } from './stores.js';

const test = suite<TwoPatients>('merging patients, end to end', {} as TwoPatients);

test.before.each(async (world) => {
  Object.assign(world, await twoPatients());
});
test.after.each(({ desk }) => desk.close());

async function recordedAs(store: TwoPatients['store'], eventId: string | undefined, patientId: string): Promise<EventOf<'fact-recorded'>> {
  const recorded = (await eventsOf(store, patientId)).find(({ event }) => event.id === eventId);
  if (recorded?.event.type !== 'fact-recorded') throw new Error('no such fact');
  return recorded.event;
}

/** The sources of each allergy in the record of a group, whose first member is its root. */
async function groups({ store }: TwoPatients, members: readonly string[]): Promise<string[]> {
  const events = (await Promise.all(members.map((member) => eventsOf(store, member))))
    .flat()
    .sort((left, right) => store.compare(left.position, right.position));
  const facts = foldFacts('acme', { root: members[0] as string, members: [...members] }, events);
  const allergies = facts.filter(({ category }) => category === 'allergies');
  return allergies.map(({ assertions }) => [...new Set(assertions.map(({ source }) => source))].sort().join(' '));
}

const IDENTITIES = streams.identities('acme');

test('after a merge, what the absorbed patient has is called what the survivor would have it called', async (world) => {
  const { desk, store, ehr, lis, survivor, absorbed } = world;
  const ours = await desk.done(ehr, 'record-fact', fact(survivor, 'a1'));
  const theirs = await desk.done(lis, 'record-fact', fact(absorbed, 'a9'));
  const outcome = await merge(world, absorbed, survivor);
  assert.is(codeOf(outcome), 'recorded');
  assert.is(outcome.kind === 'done' && outcome.patientId, survivor);
  const said = (await recordedAs(store, ours.receipt.eventIds[0], survivor)).data.statements[0];
  const [translation] = await translationsOf(store, absorbed, survivor);
  const named = translation?.data.statements.find(({ eventId }) => eventId === theirs.receipt.eventIds[0]);
  assert.equal([named?.identity, named?.value, named?.codes], [said?.identity, said?.value, said?.codes]);
  const own = await recordedAs(store, named?.eventId, absorbed);
  assert.not.equal(named?.identity, own.data.statements[0]?.identity);
  assert.is(named?.part, own.data.statements[0]?.part);
  assert.equal([named?.source, named?.recordKey], [own.source?.id, own.source?.recordKey]);
});

test('the facts of both are one then, whichever came before the merge and whichever after, and two again after an unmerge', async (world) => {
  const { desk, ehr, lis, survivor, absorbed } = world;
  await desk.done(ehr, 'record-fact', fact(survivor, 'e1'));
  await desk.done(lis, 'record-fact', fact(absorbed, 'l1'));
  await merge(world, absorbed, survivor);
  await desk.done(lis, 'record-fact', fact(absorbed, 'l2', '227493005'));
  await desk.done(ehr, 'record-fact', fact(survivor, 'e2', '227493005'));
  const [both, own] = [groups(world, [survivor, absorbed]), groups(world, [survivor])];
  assert.equal(await both, ['ehr lis', 'ehr lis']);
  assert.equal(await own, ['ehr', 'ehr']);
});

test('nothing moves: the survivor gets no event, and the absorbed keeps theirs', async (world) => {
  const before = (await eventsOf(world.store, world.survivor)).length;
  const own = (await eventsOf(world.store, world.absorbed)).map(({ event }) => event.id);
  await merge(world, world.absorbed, world.survivor);
  assert.is((await eventsOf(world.store, world.survivor)).length, before);
  assert.equal(
    (await eventsOf(world.store, world.absorbed)).slice(0, own.length).map(({ event }) => event.id),
    own,
  );
});

test('a merge sent again is the first one, and translates nothing twice', async (world) => {
  await merge(world, world.absorbed, world.survivor);
  const before = (await eventsOf(world.store, world.absorbed)).length;
  assert.is(codeOf(await merge(world, world.absorbed, world.survivor)), 'repeated');
  assert.is(
    codeOf(await world.desk.another().send(steward, 'merge-patients', { survivor: world.survivor, absorbed: world.absorbed, reason: REASON })),
    'repeated',
  );
  assert.is((await eventsOf(world.store, world.absorbed)).length, before);
});

test('opening for a merge is audited once, for whose and how much, before anything is opened', async (world) => {
  const { desk, store, lis, survivor, absorbed } = world;
  await desk.done(lis, 'record-fact', fact(absorbed, 'a1'));
  await desk.done(lis, 'retract-fact', { patientId: absorbed, sourceRecordId: 'a1', reason: 'duplicate' });
  await desk.done(lis, 'record-fact', fact(absorbed, 'a2'));
  await merge(world, absorbed, survivor);
  const [access, ...more] = await openings(store);
  assert.is(more.length, 0);
  assert.equal(
    [access?.actor.subject, access?.data.patients, access?.data.opened, access?.data.categories, access?.data.detail],
    ['steward-1', [absorbed], 2, ['allergies', 'demographics'], { command: 'merge-patients' }],
  );
});

test('both patients must be known in the tenant', async ({ desk, survivor, absorbed }) => {
  const stranger = 'f6f7a2c4-0000-4000-8000-000000000001';
  for (const [body, pointer] of [
    [{ survivor, absorbed: stranger }, '/absorbed'],
    [{ survivor: stranger, absorbed }, '/survivor'],
  ] as const) {
    const outcome = await desk.send(steward, 'merge-patients', { ...body, reason: REASON });
    assert.equal(outcome, { kind: 'rejected', code: 'unknown-patient', issues: [{ pointer, rule: 'known-patient' }] });
  }
  const foreign = callerOf('steward', 'steward-1', 'other', 'HOPERAT');
  assert.is(codeOf(await desk.send(foreign, 'merge-patients', { survivor, absorbed, reason: REASON })), 'unknown-patient');
  assert.is(codeOf(await desk.send(foreign, 'link-patients', { patientId: survivor, otherPatientId: absorbed, reason: REASON })), 'unknown-patient');
});

test('a claim whose registration never got further makes no patient to merge', async ({ desk, survivor }) => {
  const half = await desk.vault.claimPatient('acme', 'a claim without a stream');
  assert.is(codeOf(await desk.send(steward, 'merge-patients', { survivor, absorbed: half, reason: REASON })), 'unknown-patient');
});

test('of two merges at once in opposite directions, by two processes, exactly one wins', async ({ desk, store, survivor, absorbed }) => {
  const other = desk.another();
  const outcomes = await Promise.all([
    desk.send(steward, 'merge-patients', { survivor, absorbed, reason: REASON }),
    other.send(steward, 'merge-patients', { survivor: absorbed, absorbed: survivor, reason: REASON }),
  ]);
  assert.equal(outcomes.map(codeOf).sort(), ['merge-cycle', 'recorded']);
  assert.is((await store.readStream(IDENTITIES, { limit: 10 })).length, 1);
});

test('after a crash between the merge and its translation, sending it again completes it', async (world) => {
  const { desk, store, lis, survivor, absorbed } = world;
  await desk.done(lis, 'record-fact', fact(absorbed, 'a1'));
  store.beforeAppend = async ({ stream }) => {
    if (stream === streams.patient('acme', absorbed)) throw new LedgerFault('store-unavailable');
  };
  assert.is(await faultOf(merge(world, absorbed, survivor)), 'store-unavailable');
  assert.is((await store.readStream(IDENTITIES, { limit: 10 })).length, 1);
  assert.equal(await translatedIds(store, absorbed), []);
  store.beforeAppend = async () => undefined;
  const later = desk.another();
  assert.is(codeOf(await later.send(steward, 'merge-patients', { survivor, absorbed, reason: REASON })), 'repeated');
  const live = (await eventsOf(store, absorbed)).map(({ event }) => event).filter(({ type }) => type !== 'statements-translated');
  assert.equal((await translatedIds(store, absorbed, survivor)).sort(), live.map(({ id }) => id).sort());
});

test('a crash is made up for as well by the next fact about the absorbed patient', async (world) => {
  const { desk, store, lis, survivor, absorbed } = world;
  await desk.done(lis, 'record-fact', fact(absorbed, 'a1'));
  store.beforeAppend = async ({ stream }) => {
    if (stream === streams.patient('acme', absorbed)) throw new LedgerFault('store-unavailable');
  };
  await faultOf(merge(world, absorbed, survivor));
  store.beforeAppend = async () => undefined;
  await desk.done(lis, 'record-fact', fact(absorbed, 'a2', '227493005'));
  assert.is((await translatedIds(store, absorbed, survivor)).length, 3);
});

test('a patient with thousands of facts is translated in steps that fit into an event', async (world) => {
  const { desk, store, lis, survivor, absorbed } = world;
  await Promise.all(Array.from({ length: 3000 }, (_, n) => desk.done(lis, 'record-fact', fact(absorbed, `a${n}`, String(91936005 + n)))));
  await merge(world, absorbed, survivor);
  const translations = await translationsOf(store, absorbed, survivor);
  assert.ok(translations.length > 5);
  for (const { data } of translations) assert.ok(data.statements.length <= 500 && JSON.stringify(data).length < 700_000);
  const ids = await translatedIds(store, absorbed, survivor);
  assert.is(ids.length, 3001);
  assert.is(new Set(ids).size, 3001);
});

test('a merge that two people agreed on carries their approval, and approving it again completes what a crash left', async () => {
  const { desk, store, survivor, absorbed } = await twoPatients('four-eyes');
  const merging = { command: 'merge-patients', body: { survivor, absorbed, reason: REASON }, reason: 'the registry says so' };
  const { changeId } = (await desk.done(steward, 'propose-change', merging)) as unknown as { changeId: string };
  const approve = () => desk.send(callerOf('steward', 'steward-2', 'acme', 'HOPERAT'), 'approve-change', { changeId, reason: 'seen both' });
  const ofAbsorbed = streams.patient('acme', absorbed);
  store.beforeAppend = async ({ stream }) => {
    if (stream === ofAbsorbed) throw new LedgerFault('store-unavailable');
  };
  assert.is(await faultOf(approve()), 'store-unavailable');
  store.beforeAppend = async () => undefined;
  assert.is((await approve()).kind, 'done');
  const edges = (await store.readStream(IDENTITIES, { limit: 10 })).map(({ event }) => event as EventOf<'patients-merged'>);
  assert.equal(
    edges.map(({ data }) => data.approval),
    [changeId],
  );
  assert.is((await translatedIds(store, absorbed, survivor)).length, 1);
  desk.close();
});

test('an unmerge gives back what each was, and needs nothing to be opened', async (world) => {
  const { desk, store, lis, survivor, absorbed } = world;
  await desk.done(lis, 'record-fact', fact(absorbed, 'a1'));
  const before = await eventsOf(store, absorbed);
  await merge(world, absorbed, survivor);
  const opened = (await openings(store)).length;
  assert.is(codeOf(await unmerge(world, absorbed, survivor)), 'recorded');
  assert.is(codeOf(await unmerge(world, absorbed, survivor)), 'repeated');
  assert.is((await openings(store)).length, opened);
  const after = (await eventsOf(store, absorbed)).filter(({ event }) => event.type !== 'statements-translated');
  assert.equal(after, before);
  await desk.done(lis, 'record-fact', fact(absorbed, 'a2', '227493005'));
  assert.is(store.appends.at(-1)?.count, 1);
});

test('when a chain is broken, the part that comes away is translated toward its own root', async (world) => {
  const { desk, store, ehr, survivor, absorbed } = world;
  const { patientId: top } = await desk.done(ehr, 'register-patient', { resource: person(), sourceRecordId: 'p3' });
  await merge(world, survivor, top);
  await merge(world, absorbed, survivor);
  assert.is((await translatedIds(store, absorbed, top)).length, 1);
  assert.is((await translatedIds(store, absorbed, survivor)).length, 0);
  await unmerge(world, survivor, top);
  assert.is((await translatedIds(store, absorbed, survivor)).length, 1);
});

test('content that cannot be opened is told of, and keeps nothing else from being translated', async (world) => {
  const { desk, store, lis, survivor, absorbed } = world;
  const { receipt } = await desk.done(lis, 'record-fact', fact(absorbed, 'a1'));
  const [good] = await store.readStream(receipt.stream, { from: receipt.revision, limit: 1 });
  const damaged = { ...good?.event, id: 'b2a1c3d4-0000-4000-8000-000000000009', source: { id: 'lis', recordKey: 'AAAAAAAAAAAAAAAAAAAAAA' } };
  await store.append(receipt.stream, receipt.revision, [damaged as never]);
  await desk.another().done(lis, 'record-fact', fact(absorbed, 'a2', '227493005'));
  assert.is(await faultOf(desk.another().send(steward, 'merge-patients', { survivor, absorbed, reason: REASON })), 'content-unreadable');
  assert.is((await translatedIds(store, absorbed, survivor)).length, 3);
  const another = await desk.another().done(lis, 'record-fact', fact(absorbed, 'a3', '300913006'));
  assert.is(another.repeated, false);
});

test.run();
