import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { PatientThen } from '../../domain/patients/findings.js';
import { patientDecider } from '../../domain/record/decide.js';
import { streams } from '../../domain/streams.js';
import { type IdentityAnswer, identityOf } from '../../projections/reading/identity.js';
import { person, steward } from '../commands/desk.js';
import { fact, merge, REASON, type TwoPatients, twoPatients, unmerge } from '../commands/merging.js';

const test = suite<TwoPatients>('who a patient is', {} as TwoPatients);

test.before.each(async (world) => {
  Object.assign(world, await twoPatients());
});
test.after.each(({ desk }) => desk.close());

/** As another process answers it, from the log alone. */
async function ask({ desk, store }: TwoPatients, patientId: string): Promise<IdentityAnswer> {
  const { deps } = desk.another();
  const patient = async (id: string): Promise<PatientThen> => {
    const { state, positions } = await deps.states.load(patientDecider, streams.patient('acme', id));
    return { patientId: id, state, positions };
  };
  return identityOf({ identities: await deps.identities.latest(deps, 'acme'), patient, compare: (left, right) => store.compare(left, right) }, patientId);
}

const events = (list: readonly object[], member: string) => list.map((entry) => (entry as Record<string, unknown>)[member]);

test('a patient of whom nothing was said is themselves alone', async (world) => {
  assert.equal(await ask(world, world.survivor), {
    patientId: world.survivor,
    survivor: world.survivor,
    members: [world.survivor],
    merges: [],
    links: [],
    differentPeople: [],
    pastMerges: [],
    findings: [],
  });
});

test('every member of a group answers with the survivor, and says when, by whom and why', async (world) => {
  const { desk, survivor, absorbed } = world;
  const outcome = await merge(world, absorbed, survivor);
  for (const patientId of [survivor, absorbed]) {
    const answer = await ask(world, patientId);
    assert.equal([answer.patientId, answer.survivor, answer.members], [patientId, survivor, [survivor, absorbed].sort()]);
    assert.equal(answer.merges, [
      {
        absorbed,
        survivor,
        eventId: outcome.kind === 'done' ? outcome.receipt.eventIds[0] : '',
        at: desk.clock.now(),
        by: 'steward-1',
        reason: REASON,
        approval: null,
      },
    ]);
  }
});

test('links and verdicts name both patients', async (world) => {
  const { desk, survivor, absorbed } = world;
  const pair = { patientId: survivor, otherPatientId: absorbed, reason: REASON };
  await desk.done(steward, 'link-patients', pair);
  assert.equal(events((await ask(world, absorbed)).links, 'patientIds'), [[survivor, absorbed].sort()]);
  await desk.done(steward, 'unlink-patients', { ...pair, verdict: 'different-people' });
  const answer = await ask(world, survivor);
  assert.equal([answer.links.length, events(answer.differentPeople, 'patientIds')], [0, [[survivor, absorbed].sort()]]);
});

test('before a merge each is known alone, and so is whoever was let go again', async (world) => {
  const { desk, store, survivor, absorbed } = world;
  const at = [await store.head()];
  await merge(world, absorbed, survivor);
  at.push(await store.head());
  await unmerge(world, absorbed, survivor);
  at.push(await store.head());
  await desk.project();
  const groups = (patientId: string) => Promise.all(at.map((position) => desk.records.groupOf('acme', patientId, { position: position as string })));
  const alone = { root: absorbed, members: [absorbed] };
  assert.equal(await groups(absorbed), [alone, { root: survivor, members: [survivor, absorbed].sort() }, alone]);
});

test('merges, links and past merges stand in the order in which they were made, whatever the ids of the patients', async (world) => {
  const { desk, ehr, survivor } = world;
  const { patientId: other } = await desk.done(ehr, 'register-patient', { resource: person({ gender: 'other' }), sourceRecordId: 'p3' });
  const { patientId: linked } = await desk.done(ehr, 'register-patient', { resource: person({ gender: 'male' }), sourceRecordId: 'p4' });
  // The higher id first: members are listed by their ids.
  const [first, second] = [world.absorbed, other].sort().reverse() as [string, string];
  for (const patientId of [first, second]) await desk.done(steward, 'link-patients', { patientId, otherPatientId: linked, reason: REASON });
  for (const patientId of [first, second]) await merge(world, patientId, survivor);
  const joined = await ask(world, survivor);
  assert.equal(events(joined.merges, 'absorbed'), [first, second]);
  assert.equal(
    events(joined.links, 'patientIds'),
    [first, second].map((patientId) => [patientId, linked].sort()),
  );
  for (const patientId of [first, second]) await unmerge(world, patientId, survivor);
  assert.equal(events((await ask(world, survivor)).pastMerges, 'absorbed'), [first, second]);
});

test('after an unmerge the past merge is told, and what came to the survivor from a source of the other is a finding', async (world) => {
  const { desk, ehr, lis, survivor, absorbed } = world;
  await desk.done(lis, 'record-fact', fact(survivor, 'before'));
  await merge(world, absorbed, survivor);
  const { receipt } = await desk.done(lis, 'record-fact', fact(survivor, 'during', '227493005'));
  await desk.done(ehr, 'record-fact', fact(survivor, 'of the survivor', '300913006'));
  await desk.done(lis, 'record-fact', fact(absorbed, 'of their own', '300913006'));
  assert.equal((await ask(world, survivor)).findings, []);
  await unmerge(world, absorbed, survivor);
  await desk.done(lis, 'record-fact', fact(survivor, 'after', '294505008'));
  for (const patientId of [survivor, absorbed]) {
    const { findings, pastMerges, merges } = await ask(world, patientId);
    assert.equal([merges, events(pastMerges, 'released')], [[], [{ root: absorbed, members: [absorbed] }]]);
    assert.equal(
      findings.map(({ patientId: holder, releasedPatientId, source, category, eventId }) => [holder, releasedPatientId, source, category, eventId]),
      [[survivor, absorbed, 'lis', 'allergies', receipt.eventIds[0]]],
    );
  }
});

test('a finding is gone when its source has taken it back, or when the two are merged anew', async (world) => {
  const { desk, lis, survivor, absorbed } = world;
  await merge(world, absorbed, survivor);
  await desk.done(lis, 'record-fact', fact(survivor, 'x'));
  await desk.done(lis, 'record-fact', fact(survivor, 'y', '227493005'));
  await unmerge(world, absorbed, survivor);
  assert.is((await ask(world, survivor)).findings.length, 2);
  await desk.done(lis, 'retract-fact', { patientId: survivor, sourceRecordId: 'x', reason: 'wrong-patient' });
  assert.is((await ask(world, survivor)).findings.length, 1);
  await merge(world, absorbed, survivor);
  assert.is((await ask(world, survivor)).findings.length, 0);
});

test('what came to the root of a chain counts as addressed to the survivor', async (world) => {
  const { desk, ehr, lis, survivor, absorbed } = world;
  const { patientId: top } = await desk.done(ehr, 'register-patient', { resource: person(), sourceRecordId: 'p3' });
  await merge(world, survivor, top);
  await merge(world, absorbed, survivor);
  await desk.done(lis, 'record-fact', fact(top, 'x'));
  await unmerge(world, absorbed, survivor);
  assert.equal(
    (await ask(world, absorbed)).findings.map(({ patientId }) => patientId),
    [top],
  );
  assert.equal((await ask(world, top)).members, [survivor, top].sort());
});

test.run();
