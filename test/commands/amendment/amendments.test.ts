import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Caller } from '../../../commands/request.js';
import { attachedTo } from '../../../domain/amendment/attached.js';
import { NO_KEYS } from '../../../domain/record/unreadable.js';
import { amendmentsOf, noteJson } from '../../../projections/reading/amendment-notes.js';
import { ownersOf, Words } from '../../../projections/reading/words.js';
import { factPrefix } from '../../../projections/record.js';
import type { Fact } from '../../../schemas/read-models/fact.js';
import { allergy, callerOf, codeOf, type Desk, openDesk, person, steward } from '../desk.js';

interface World {
  desk: Desk;
  ehr: Caller;
  lis: Caller;
  ada: Caller;
  patientId: string;
  factId: string;
}

const test = suite<World>('requests for amendment', {} as World);
const officer = callerOf('privacy-officer', 'officer-1', 'acme', 'HCOMPL');

test.before.each(async (world) => {
  const desk = await openDesk();
  const [ehr, lis] = [await desk.source('ehr'), await desk.source('lis')];
  const { patientId } = await desk.done(ehr, 'register-patient', { resource: person(), sourceRecordId: 'p1' });
  await desk.done(ehr, 'record-fact', { patientId, resource: allergy(), sourceRecordId: 'a1' });
  await desk.done(lis, 'record-fact', { patientId, resource: allergy('91936005', { criticality: 'low' }), sourceRecordId: 'l1' });
  const [fact] = await allergies(desk, patientId);
  Object.assign(world, { desk, ehr, lis, patientId, ada: callerOf('patient', patientId, 'acme', 'PATRQT'), factId: fact?.factId });
});
test.after.each(({ desk }) => desk.close());

async function allergies(desk: Desk, patientId: string): Promise<Fact[]> {
  await desk.project();
  const rows = await desk.models.byPrefix('record', factPrefix('acme', patientId, 'allergies'), { limit: 100 });
  return rows.map((row) => row.value as Fact);
}

const ask = async ({ desk, patientId, factId }: World, caller: Caller, more: object = {}) => {
  const outcome = await desk.done(caller, 'request-amendment', { patientId, factId, request: 'I was never allergic', ...more });
  return (outcome as unknown as { amendmentId: string }).amendmentId;
};
const answer = (desk: Desk, amendmentId: string, more: object) => desk.send(officer, 'answer-amendment', { amendmentId, ...more }).then(codeOf);
const deny = { answer: 'deny', basis: 'accurate-and-complete', text: 'The test was positive.' };
const notes = async ({ desk, patientId }: World, of: Fact) => attachedTo(of, await amendmentsOf(desk.models, 'acme', patientId), '2099-01-01T00:00:00.000Z');

test('words about a sensitive fact are sealed under its sensitivity, the answers too', async (world) => {
  const { desk, ehr, ada, patientId } = world;
  const about = [
    { system: 'http://loinc.org', code: '75622-1' },
    { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'SUD' },
  ];
  const resource = { resourceType: 'Observation', status: 'final', code: { coding: about }, valueString: 'reactive', effectiveDateTime: '2025-05-01' };
  await desk.done(ehr, 'record-fact', { patientId, resource, sourceRecordId: 'o1' });
  await desk.project();
  const [row] = await desk.models.byPrefix('record', factPrefix('acme', patientId, 'observations'), { limit: 1 });
  const disputed = row?.value as Fact;
  const amendmentId = await ask({ ...world, factId: disputed.factId }, ada, { request: 'that was not me' });
  assert.is(await answer(desk, amendmentId, deny), 'recorded');
  const events = await desk.store.readStream(`acme.amendment-${amendmentId}`, { limit: 10 });
  const [part] = disputed.assertions[0]?.heads[0]?.sealed ?? [];
  assert.equal(
    events.map(({ event }) => event.sealed[0]?.scope),
    [part?.scope, part?.scope],
  );
  assert.match(part?.scope ?? '', /^~/);
});

test('a patient disputes a fact: all that asserted it is named, and the words are sealed', async (world) => {
  const { desk, ada, patientId } = world;
  const amendmentId = await ask(world, ada);
  const [request] = await desk.store.readStream(`acme.amendment-${amendmentId}`, { limit: 1 });
  const { event } = request ?? {};
  if (event?.type !== 'amendment-requested') throw new Error('no request');
  const [fact] = await allergies(desk, patientId);
  assert.equal([...event.data.assertions].sort(), fact?.assertions.map(({ assertionId }) => assertionId).sort());
  assert.is(event.data.assertions.length, 2);
  assert.equal([event.data.category, event.sealed[0]?.scope], ['allergies', 'allergies']);
  assert.not.ok(JSON.stringify(event).includes('never allergic'));
  assert.is(event.data.dueBy, '2026-04-30T22:00:00.000Z');
});

test('patients ask for themselves alone, officers for all, nobody else for anybody', async (world) => {
  const { desk, patientId, factId } = world;
  const body = { patientId, factId, request: 'x' };
  assert.is(codeOf(await desk.send(callerOf('patient', 'somebody-else'), 'request-amendment', body)), 'not-permitted');
  assert.is(codeOf(await desk.send(steward, 'request-amendment', body)), 'not-permitted');
  assert.is(codeOf(await desk.send(officer, 'request-amendment', body)), 'recorded');
});

test('a fact that this patient does not have cannot be disputed', async ({ desk, ehr, ada, patientId, factId }) => {
  const other = await desk.done(ehr, 'register-patient', { resource: person({ birthDate: '1999-01-01' }), sourceRecordId: 'p2' });
  const send = (caller: Caller, body: object) => desk.send(caller, 'request-amendment', { request: 'x', ...body }).then(codeOf);
  assert.is(await send(ada, { patientId, factId: other.patientId }), 'unknown-fact');
  assert.is(await send(officer, { patientId: other.patientId, factId }), 'unknown-fact');
  assert.is(await send(officer, { patientId: factId, factId }), 'unknown-patient');
});

test('the time runs from receipt, which an officer enters and which does not lie ahead', async (world) => {
  const { desk, ada } = world;
  const amendmentId = await ask(world, officer, { receivedAt: '2026-02-01T10:00:00+01:00' });
  const [request] = await desk.store.readStream(`acme.amendment-${amendmentId}`, { limit: 1 });
  assert.is(request?.event.type === 'amendment-requested' && request.event.data.dueBy, '2026-04-02T22:00:00.000Z');
  const { patientId, factId } = world;
  const send = (caller: Caller, receivedAt: string) => desk.send(caller, 'request-amendment', { patientId, factId, request: 'x', receivedAt }).then(codeOf);
  assert.is(await send(officer, '2026-03-01T08:00:00.001Z'), 'invalid-date');
  assert.is(await send(officer, '1990-01-01T00:00:00Z'), 'invalid-date');
  assert.is(await send(ada, '2026-02-01T00:00:00Z'), 'not-permitted');
});

test('an answer takes the members that belong to it, and no others', async (world) => {
  const { desk, ada } = world;
  const amendmentId = await ask(world, ada);
  const misfits = [
    { answer: 'deny', basis: 'accurate-and-complete' },
    { answer: 'deny', text: 'x' },
    { ...deny, days: 3 },
    { answer: 'accept', text: 'x' },
    { answer: 'accept', extent: 'partial', text: 'x' },
    { answer: 'extend', text: 'x' },
    { answer: 'rebut' },
  ];
  for (const misfit of misfits) assert.is(await answer(desk, amendmentId, misfit), 'invalid-command', JSON.stringify(misfit));
  assert.is(
    await answer(desk, amendmentId, { answer: 'accept', extent: 'partial', basis: 'not-created-by-us', text: 'Ask the clinic.', inform: ['Dr. Gray'] }),
    'recorded',
  );
  assert.is(await answer(desk, amendmentId, deny), 'amendment-out-of-step');
  assert.is(await answer(desk, patientIdOf(ada), deny), 'unknown-amendment');
});

const patientIdOf = (caller: Caller) => caller.actor.subject;

test('the sixtieth day over, the time can no longer be extended, but an answer is still taken', async (world) => {
  const { desk, ada } = world;
  const [early, late] = [await ask(world, ada), await ask(world, ada)];
  const extend = { answer: 'extend', days: 30, text: 'The files are in a store.' };
  desk.nowMs = Date.parse('2026-04-30T21:59:59.999Z');
  assert.is(await answer(desk, early, extend), 'recorded');
  assert.is(await answer(desk, early, extend), 'extension-used');
  desk.nowMs += 1;
  assert.is(await answer(desk, late, extend), 'deadline-passed');
  assert.is(await answer(desk, late, deny), 'recorded');
});

test('a statement is the patient’s; of another patient’s request they know nothing', async (world) => {
  const { desk, ada } = world;
  const amendmentId = await ask(world, ada);
  const state = (caller: Caller, more: object = { statement: 'It was my sister’s.' }) =>
    desk.send(caller, 'state-disagreement', { amendmentId, ...more }).then(codeOf);
  assert.is(await state(ada), 'amendment-out-of-step');
  await answer(desk, amendmentId, deny);
  assert.is(await state(ada, {}), 'invalid-command');
  assert.is(await state(callerOf('patient', 'somebody-else')), 'unknown-amendment');
  assert.is(await state(ada), 'recorded');
});

test('sent again under its key, a request is the same request', async ({ desk, ada, patientId, factId }) => {
  const body = { patientId, factId, request: 'I was never allergic' };
  const first = await desk.done(ada, 'request-amendment', body, { key: 'once' });
  assert.equal(await desk.done(ada, 'request-amendment', body, { key: 'once' }), { ...first, repeated: true });
});

test('denied, disagreed with and rebutted, it goes with the fact through its source’s correction, and is opened with the patient’s keys', async (world) => {
  const { desk, ada, ehr, patientId } = world;
  const amendmentId = await ask(world, ada);
  await answer(desk, amendmentId, deny);
  await desk.done(ada, 'state-disagreement', { amendmentId, statement: 'It was my sister’s.' });
  await answer(desk, amendmentId, { answer: 'rebut', text: 'It was tested twice.' });
  const words = ['I was never allergic', 'The test was positive.', 'It was my sister’s.', 'It was tested twice.'];
  // The correction moves the ehr's record to another substance: the fact falls apart, and both halves were disputed.
  await desk.done(ehr, 'correct-fact', { patientId, resource: allergy('294505008'), sourceRecordId: 'a1', reason: 'correction' });
  const facts = await allergies(desk, patientId);
  assert.is(facts.length, 2);
  for (const fact of facts) {
    const [note] = await notes(world, fact);
    if (note === undefined) throw new Error('nothing travels with the fact');
    assert.equal(
      (await noteJson(note, new Words(ownersOf(desk.vault, 'acme')))).material.map(({ text }) => text),
      words,
    );
    assert.equal(
      (await noteJson(note, new Words(NO_KEYS))).material.map(({ text }) => text),
      [undefined, undefined, undefined, undefined],
    );
  }
});

test('denied, disagreed with, corrected by its source, merged and unmerged: it stays with the disputed fact, whichever patient is asked for', async (world) => {
  const { desk, ada, ehr, patientId } = world;
  const amendmentId = await ask(world, ada);
  await answer(desk, amendmentId, deny);
  await desk.done(ada, 'state-disagreement', { amendmentId, statement: 'It was my sister’s.' });
  await desk.done(ehr, 'correct-fact', { patientId, resource: allergy('91936005', { criticality: 'low' }), sourceRecordId: 'a1', reason: 'correction' });
  const other = await desk.done(ehr, 'register-patient', { resource: person({ birthDate: '1961-12-10' }), sourceRecordId: 'p2' });
  const merge = { survivor: other.patientId, absorbed: patientId, reason: 'registered twice' };
  await desk.done(steward, 'merge-patients', merge);
  for (const asked of [patientId, other.patientId]) {
    const [fact] = await allergies(desk, other.patientId);
    const [note] = attachedTo(fact as Fact, await amendmentsOf(desk.models, 'acme', asked), '2099-01-01T00:00:00.000Z');
    assert.equal([note?.amendmentId, note?.patientId, note?.material.length], [amendmentId, patientId, 3]);
  }
  await desk.done(steward, 'unmerge-patients', { ...merge, reason: 'sisters' });
  const [fact] = await allergies(desk, patientId);
  assert.is((await notes(world, fact as Fact)).length, 1);
});

test('accepted, the correction that follows is linked to it', async (world) => {
  const { desk, ada, ehr, patientId } = world;
  const amendmentId = await ask(world, ada);
  await answer(desk, amendmentId, { answer: 'accept' });
  const corrected = await desk.done(ehr, 'correct-fact', {
    patientId,
    resource: allergy('91936005', { criticality: 'low' }),
    sourceRecordId: 'a1',
    reason: 'amended',
  });
  await desk.project();
  const [row] = await amendmentsOf(desk.models, 'acme', patientId);
  assert.equal(
    row?.corrections.map(({ eventId }) => eventId),
    corrected.receipt.eventIds,
  );
});

test.run();
