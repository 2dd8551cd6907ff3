import { randomUUID } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { approveChange } from '../../../commands/approve-change.js';
import type { Caller, CommandRequest } from '../../../commands/request.js';
import { reject } from '../../../domain/rejections.js';
import { streams } from '../../../domain/streams.js';
import type { Row } from '../../../projections/ports.js';
import { factPrefix } from '../../../projections/record.js';
import type { LedgerEvent } from '../../../schemas/catalogue.js';
import type { Fact } from '../../../schemas/read-models/fact.js';
import { allergy, callerOf, codeOf, correction, type Desk, openDesk, person, steward } from '../desk.js';
import { faultOf, WatchedEventStore } from '../stores.js';

interface World {
  store: WatchedEventStore;
  desk: Desk;
  ehr: Caller;
  lis: Caller;
  patientId: string;
}

const test = suite<World>('protected changes', {} as World);
const officer = callerOf('privacy-officer', 'officer-1', 'acme', 'HCOMPL');
const DAY_MS = 24 * 3600 * 1000;

test.before.each(async (world) => {
  const store = new WatchedEventStore();
  const desk = await openDesk(store, 'four-eyes');
  const [ehr, lis] = [await desk.source('ehr'), await desk.source('lis')];
  const { patientId } = await desk.done(ehr, 'register-patient', { resource: person(), sourceRecordId: 'p1' });
  Object.assign(world, { store, desk, ehr, lis, patientId });
});
test.after.each(({ desk }) => desk.close());

const designation = { scope: { category: 'allergies' }, sources: ['ehr', 'lis'], reason: 'agreed' };
const proposal = (more: object = {}) => ({ command: 'designate-system-of-record', body: designation, reason: 'the boards agreed', ...more });
const propose = (desk: Desk, more: object = {}, caller = steward) => desk.done(caller, 'propose-change', proposal(more)).then(changeOf);
const changeOf = (outcome: object) => (outcome as { changeId: string }).changeId;
const eventsOf = async (desk: Desk, type: LedgerEvent['type']) =>
  (await desk.store.readAll({ after: null, limit: 1000, types: [type] })).events.map(({ event }) => event);

test('a protected command that is sent without approval is refused, with the way to propose it', async ({ desk, ehr, lis, patientId }) => {
  await desk.done(ehr, 'record-fact', { patientId, resource: allergy(), sourceRecordId: 'a1' });
  const sent: readonly (readonly [Caller, Parameters<Desk['send']>[1], object])[] = [
    [steward, 'designate-system-of-record', designation],
    [steward, 'merge-patients', { survivor: patientId, absorbed: randomUUID(), reason: 'x' }],
    [steward, 'correct-fact', correction(patientId)],
    [officer, 'correct-fact', correction(patientId)],
    [lis, 'correct-fact', correction(patientId)],
  ];
  for (const [caller, name, body] of sent) assert.is(codeOf(await desk.send(caller, name, body as Record<string, unknown>)), 'approval-required', name);
  const { source: _, ...own } = correction(patientId);
  assert.is(codeOf(await desk.send(steward, 'correct-fact', own)), 'not-permitted');
  assert.is(codeOf(await desk.send(callerOf('steward', 'ehr'), 'correct-fact', own)), 'not-permitted');
  assert.is(codeOf(await desk.send(ehr, 'correct-fact', own)), 'recorded');
});

test('approved by another person it takes effect: one correlation, each event caused by the one before', async ({ desk }) => {
  const changeId = await propose(desk);
  assert.is((await eventsOf(desk, 'system-of-record-designated')).length, 0);
  const { receipt, repeated } = await desk.done(officer, 'approve-change', { changeId, reason: 'seen' });
  const [proposed, approved, applied] = await Promise.all(
    (['change-proposed', 'change-approved', 'change-applied'] as const).map(async (type) => (await eventsOf(desk, type))[0]),
  );
  const [effect] = await eventsOf(desk, 'system-of-record-designated');
  assert.not.ok(repeated);
  assert.equal(receipt.eventIds, [approved?.id, effect?.id, applied?.id]);
  assert.is(new Set([proposed, approved, effect, applied].map((event) => event?.correlationId)).size, 1);
  assert.equal([approved?.causationId, effect?.causationId, applied?.causationId], [proposed?.id, approved?.id, approved?.id]);
  assert.equal([proposed?.actor.subject, effect?.actor.subject], ['steward-1', 'officer-1']);
  assert.equal(effect?.type === 'system-of-record-designated' && effect.data.approval, changeId);
});

test('what would be done is nowhere in clear: neither words of the body nor codes', async ({ desk, ehr, patientId }) => {
  await desk.done(ehr, 'record-fact', { patientId, resource: allergy(), sourceRecordId: 'a-very-own-record-id' });
  await propose(desk, { command: 'correct-fact', body: { ...correction(patientId), sourceRecordId: 'a-very-own-record-id' } });
  const text = JSON.stringify(await eventsOf(desk, 'change-proposed'));
  for (const word of ['91936005', 'AllergyIntolerance', 'a-very-own-record-id']) assert.not.ok(text.includes(word), word);
});

test('nobody approves their own proposal, whatever role they take on for it', async ({ desk }) => {
  const changeId = await propose(desk);
  for (const role of ['steward', 'privacy-officer'])
    assert.is(codeOf(await desk.send(callerOf(role, 'steward-1'), 'approve-change', { changeId })), 'own-proposal');
  assert.is((await eventsOf(desk, 'system-of-record-designated')).length, 0);
});

test('a proposal expires, and may be given a shorter or a longer time', async ({ desk }) => {
  const [usual, short] = [await propose(desk), await propose(desk, { expiresAfterDays: 1 })];
  desk.nowMs += DAY_MS;
  assert.is(codeOf(await desk.send(officer, 'approve-change', { changeId: short })), 'change-expired');
  desk.nowMs += 6 * DAY_MS - 1;
  assert.is(codeOf(await desk.send(officer, 'approve-change', { changeId: usual })), 'recorded');
});

test('what could never take effect is refused when it is proposed, with the place in the body', async ({ desk, patientId }) => {
  const refused = async (more: object, caller = steward) => {
    const outcome = await desk.send(caller, 'propose-change', proposal(more));
    return outcome.kind === 'rejected' ? [outcome.code, outcome.issues?.[0]?.pointer] : 'recorded';
  };
  assert.equal(await refused({ body: { ...designation, sources: [] } }), ['invalid-command', '/body/sources']);
  const bad = { ...correction(patientId), resource: { resourceType: 'AllergyIntolerance', patient: 7 } };
  assert.equal(await refused({ command: 'correct-fact', body: bad }), ['invalid-resource', '/body/resource/patient']);
  assert.equal(await refused({ command: 'correct-fact', body: { ...correction(patientId), source: 'nobody' } }), ['unknown-source', '/body/source']);
  const { source: _, ...own } = correction(patientId);
  assert.equal(await refused({ command: 'correct-fact', body: own }), ['not-protected', '/body/source']);
  assert.equal(await refused({ command: 'correct-fact', body: correction(randomUUID()) }), ['unknown-patient', undefined]);
  assert.equal(await refused({ followsUp: randomUUID() }), ['unknown-change', '/followsUp']);
  assert.equal(await refused({ emergency: true, expiresAfterDays: 3 }), ['invalid-command', '/expiresAfterDays']);
  assert.equal(await refused({}, officer), ['not-permitted', undefined]);
});

test('an approved correction of another source’s record is that source’s statement, with the change that allowed it', async ({ desk, ehr, patientId }) => {
  await desk.done(ehr, 'record-fact', { patientId, resource: allergy(), sourceRecordId: 'a1' });
  const changeId = await propose(desk, { command: 'correct-fact', body: correction(patientId) }, officer);
  const approved = await desk.done(steward, 'approve-change', { changeId });
  const [corrected] = await eventsOf(desk, 'fact-corrected');
  assert.is(approved.patientId, patientId);
  assert.equal([corrected?.source?.id, corrected?.actor.subject], ['ehr', 'steward-1']);
  assert.equal(corrected?.type === 'fact-corrected' && [corrected.data.approval, corrected.data.reason], [changeId, 'amended']);
});

test('merging and taking it back need a second person each', async ({ desk, ehr, patientId }) => {
  const other = await desk.done(ehr, 'register-patient', { resource: person({ birthDate: '1961-12-10' }), sourceRecordId: 'p2' });
  const body = { survivor: patientId, absorbed: other.patientId, reason: 'registered twice' };
  for (const [command, type] of [
    ['merge-patients', 'patients-merged'],
    ['unmerge-patients', 'patients-unmerged'],
  ] as const) {
    assert.is(codeOf(await desk.send(steward, command, body)), 'approval-required');
    const changeId = await propose(desk, { command, body });
    const { receipt } = await desk.done(officer, 'approve-change', { changeId });
    const [effect] = await eventsOf(desk, type);
    assert.equal([effect?.id, effect?.data && 'approval' in effect.data && effect.data.approval], [receipt.eventIds[1], changeId]);
  }
});

test('settling a conflict needs a second person where it may hurt somebody', async ({ desk, ehr, lis, patientId }) => {
  await desk.done(ehr, 'record-fact', { patientId, resource: allergy(), sourceRecordId: 'a1' });
  await desk.done(lis, 'record-fact', { patientId, resource: allergy('91936005', { criticality: 'low' }), sourceRecordId: 'l1' });
  await desk.project();
  const rows = await desk.models.byPrefix('record', factPrefix('acme', patientId, 'allergies'), { limit: 1 });
  const { factId, assertions } = (rows[0] as Row<Fact>).value;
  const judged = assertions.flatMap(({ heads }) => heads.map(({ eventId }) => eventId));
  const body = { patientId, factId, decision: 'choose', chosen: assertions[0]?.assertionId, judged, reason: 'asked the patient' };
  assert.is(codeOf(await desk.send(steward, 'settle-conflict', body)), 'approval-required');
  const changeId = await propose(desk, { command: 'settle-conflict', body });
  const { receipt } = await desk.done(officer, 'approve-change', { changeId });
  assert.is((await eventsOf(desk, 'conflict-settled'))[0]?.id, receipt.eventIds[1]);
});

test('a patient named by identifier is the one who was meant when the change was proposed', async ({ desk, ehr }) => {
  const identifier = { system: 'urn:mrn', value: '7' };
  const { patientId } = await desk.done(ehr, 'register-patient', { resource: person({ identifier: [identifier] }), sourceRecordId: 'p2' });
  await desk.done(ehr, 'record-fact', { patientId, resource: allergy(), sourceRecordId: 'a1' });
  const { patientId: _, ...rest } = correction(patientId);
  const changeId = await propose(desk, { command: 'correct-fact', body: { ...rest, identifier } });
  await desk.done(ehr, 'register-patient', { resource: person({ identifier: [identifier] }), sourceRecordId: 'p3' });
  assert.is((await desk.done(officer, 'approve-change', { changeId })).patientId, patientId);
});

test('an effect that is refused fails the change: the approver is told why, now and when they ask again', async ({ desk, patientId }) => {
  const changeId = await propose(desk, { command: 'correct-fact', body: correction(patientId) });
  for (let time = 0; time < 2; time++) assert.is(codeOf(await desk.send(officer, 'approve-change', { changeId })), 'unknown-fact');
  const applied = await eventsOf(desk, 'change-applied');
  assert.equal(
    applied.map((event) => event.type === 'change-applied' && [event.data.outcome, event.data.code]),
    [['failed', 'unknown-fact']],
  );
});

test('wherever a process dies between approval and conclusion, another completes it, and it takes effect once', async ({ desk, store }) => {
  for (const dying of [1, 2, 3]) {
    const changeId = await propose(desk, { body: { ...designation, reason: `attempt ${dying}`, effectiveFrom: `2026-01-0${dying}T00:00:00Z` } });
    let append = 0;
    store.beforeAppend = async () => {
      if (++append === dying) store.fail('store-unavailable');
    };
    assert.is(await faultOf(desk.send(officer, 'approve-change', { changeId })), 'store-unavailable');
    store.beforeAppend = async () => undefined;
    const other = desk.another();
    const first = await other.done(officer, 'approve-change', { changeId });
    const again = await desk.done(officer, 'approve-change', { changeId });
    assert.equal(again, { ...first, repeated: true }, `append ${dying}`);
    assert.is(first.receipt.eventIds.length, 3);
    const stream = await store.readStream(streams.change('acme', changeId), { limit: 10 });
    assert.equal(
      stream.map(({ event }) => event.type),
      ['change-proposed', 'change-approved', 'change-applied'],
    );
  }
  assert.is((await eventsOf(desk, 'system-of-record-designated')).length, 3);
});

test('an effect that stands in its own way when it is tried again has still taken effect', async ({ desk, store }) => {
  const changeId = await propose(desk);
  store.beforeAppend = async ({ stream }) => {
    if (stream.includes('.change-') && (await eventsOf(desk, 'system-of-record-designated')).length > 0) store.fail('store-unavailable');
  };
  assert.is(await faultOf(desk.send(officer, 'approve-change', { changeId })), 'store-unavailable');
  store.beforeAppend = async () => undefined;
  const [effect] = await eventsOf(desk, 'system-of-record-designated');
  const again = desk.command(officer, 'approve-change', { changeId }) as CommandRequest<{ changeId: string }>;
  const outcome = await approveChange({ ...desk.deps, vault: desk.vault }, again, async () => reject('conflict-changed'));
  assert.is(outcome.kind === 'done' && outcome.receipt.eventIds[1], effect?.id);
});

test('approved many times at once, in several processes, it takes effect once', async ({ desk }) => {
  const changeId = await propose(desk);
  const desks = [desk, desk.another(), desk.another()];
  const receipts = await Promise.all(Array.from({ length: 9 }, (_, n) => (desks[n % 3] as Desk).done(officer, 'approve-change', { changeId })));
  assert.is((await eventsOf(desk, 'system-of-record-designated')).length, 1);
  assert.is((await eventsOf(desk, 'change-applied')).length, 1);
  assert.is(new Set(receipts.map(({ receipt }) => JSON.stringify(receipt))).size, 1);
});

test('an emergency takes effect at once, by one person, and another has to review it', async ({ desk }) => {
  const { receipt, ...outcome } = await desk.done(steward, 'propose-change', proposal({ emergency: true }));
  const changeId = changeOf(outcome);
  const [proposed, effect] = [(await eventsOf(desk, 'change-proposed'))[0], (await eventsOf(desk, 'system-of-record-designated'))[0]];
  assert.is(receipt.eventIds.length, 3);
  assert.is(effect?.causationId, proposed?.id);
  assert.is(codeOf(await desk.send(steward, 'review-change', { changeId, verdict: 'upheld', reason: 'mine' })), 'own-proposal');
  assert.is(codeOf(await desk.send(officer, 'review-change', { changeId, verdict: 'not-upheld', reason: 'could have waited' })), 'recorded');
});

test('a proposal sent again under its key is the same change, an emergency cut short is completed by it', async ({ desk, store }) => {
  const sent = { key: 'proposal-1' };
  store.beforeAppend = async ({ stream }) => {
    if (stream.includes('.designation-')) store.fail('store-unavailable');
  };
  assert.is(await faultOf(desk.send(steward, 'propose-change', proposal({ emergency: true }), sent)), 'store-unavailable');
  store.beforeAppend = async () => undefined;
  const first = await desk.another().done(steward, 'propose-change', proposal({ emergency: true }), sent);
  const again = await desk.done(steward, 'propose-change', proposal({ emergency: true }), sent);
  assert.equal(again, first);
  assert.is((await eventsOf(desk, 'change-proposed')).length, 1);
  assert.is((await eventsOf(desk, 'system-of-record-designated')).length, 1);
  assert.is(codeOf(await desk.send(steward, 'propose-change', proposal({ reason: 'another' }), sent)), 'idempotency-key-reused');
});

test('another tenant’s change looks like none', async ({ desk }) => {
  const changeId = await propose(desk);
  const foreign = callerOf('privacy-officer', 'officer-1', 'other', 'HCOMPL');
  for (const [name, more] of [
    ['approve-change', {}],
    ['reject-change', { reason: 'x' }],
    ['review-change', { verdict: 'upheld', reason: 'x' }],
  ] as const)
    assert.is(codeOf(await desk.send(foreign, name, { changeId, ...more })), 'unknown-change');
});

test('with one person in control, a protected command takes effect as it is sent', async ({ store }) => {
  const desk = await openDesk(store, 'one-person');
  assert.is(codeOf(await desk.send(steward, 'designate-system-of-record', designation)), 'recorded');
  desk.close();
});

test.run();
