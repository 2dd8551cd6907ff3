import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Answer, person } from './house.js';
import { openTold, read, type Told } from './told.js';

const test = suite<Told>('history over HTTP', {} as Told);

test.before(async (world) => {
  Object.assign(world, await openTold());
});
test.after(({ house }) => house.close());

type Entry = Answer['json'];

test('what sources said stands beside what stewards decided', async (world) => {
  const { house, patientId, steward } = world;
  const [condition] = (await read(world, 'conflicts?category=conditions')).json.conflicts;
  const judged = [condition.value, ...condition.alternatives].map(({ eventId }: Entry) => eventId);
  const settlement = { patientId, factId: condition.factId, decision: 'keep-both', judged, reason: 'both are right' };
  const { eventIds } = await house.done('settle-conflict', settlement, steward);
  await house.done('reopen-conflict', { patientId, settlement: eventIds[0], reason: 'they are not' }, steward);
  const { history } = (await read(world, 'history?category=conditions')).json;
  assert.equal(
    history.map(({ type }: Entry) => type),
    ['fact-recorded', 'fact-recorded', 'conflict-settled', 'conflict-reopened'],
  );
  assert.equal([history[2].actor.subject, history[2].reason, history[2].decision], ['steward-1', 'both are right', 'keep-both']);
});

test('knownAt shows what was known by then, validAt what speaks of that time', async (world) => {
  const known = (await read(world, `history?knownAt=${world.positions.registered}`)).json;
  assert.equal([known.history.length, known.next, known.knownAt], [1, null, { position: world.positions.registered }]);
  const whole = (await read(world, 'history?limit=1000')).json.history;
  const early = (await read(world, 'history?validAt=2026-01-01')).json.history;
  assert.is(early.length, whole.length - 1, 'the measurement was not yet true');
  assert.is((await read(world, 'history?knownAt=999999999')).json.code, 'unknown-position');
});

test('filters never lose an event between two pages', async (world) => {
  const query = `category=allergies&knownAt=${world.position}`;
  const whole = (await read(world, `history?${query}`)).json.history;
  const found: Entry[] = [];
  for (let cursor = ''; ; ) {
    const { json } = await read(world, `history?limit=2&${query}${cursor}`);
    found.push(...json.history);
    if (json.next === null) break;
    cursor = `&cursor=${json.next}`;
  }
  assert.equal(found, whole);
});

test('a merged patient keeps a history of their own, which says who answers for them and who else there is', async (world) => {
  const { house, sources, patientId, steward } = world;
  const { patientId: twice } = await house.done('register-patient', { resource: person(), sourceRecordId: 'p2' }, sources.pharmacy);
  await house.done('merge-patients', { survivor: patientId, absorbed: twice, reason: 'registered twice' }, steward);
  world.position = String(await house.ledger.services.store.head());
  const own = (await house.get(`/v1/patients/${twice}/history`, world.clinician, { 'minimum-position': world.position })).json;
  assert.equal([own.patientId, own.askedFor, own.mergedPatients], [patientId, twice, [twice]]);
  assert.equal(
    own.history.map(({ type }: Entry) => type),
    ['patient-registered'],
    'translations of names are no history',
  );
  const survivor = (await read(world, 'history')).json;
  assert.equal([survivor.askedFor, survivor.mergedPatients], [patientId, [twice]]);
});

test.run();
