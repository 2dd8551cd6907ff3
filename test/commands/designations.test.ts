import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { codeRangeText } from '../../domain/identity/code-texts.js';
import { reject } from '../../domain/rejections.js';
import { streams } from '../../domain/streams.js';
import type { EventOf } from '../../schemas/catalogue.js';
import { scope } from '../domain/authority/designations.js';
import { codeOf, type Desk, openDesk, person, steward } from './desk.js';

const test = suite<{ desk: Desk; patientId: string }>('commands that designate');

const ASTHMA = { system: 'http://snomed.info/sct', code: '195967001' };
const DIABETES = { system: 'http://hl7.org/fhir/sid/icd-10-cm', startsWith: 'E11' };

test.before.each(async (world) => {
  world.desk = await openDesk();
  const ehr = await world.desk.source('ehr');
  await world.desk.done(steward, 'register-source', { sourceId: 'lis', displayName: 'Laboratory', kind: 'lis', organization: 'mercy' });
  world.patientId = (await world.desk.done(ehr, 'register-patient', { resource: person(), sourceRecordId: 'p1' })).patientId;
});
test.after.each(({ desk }) => desk.close());

const designation = (more: object): Record<string, unknown> => ({ scope: {}, sources: ['ehr', 'lis'], reason: 'agreed by the stewards', ...more });

async function eventsOf(desk: Desk, stream: string) {
  return (await desk.store.readStream(stream, { from: 0, limit: 100 })).map(({ event }) => event as EventOf<'system-of-record-designated'>);
}

test('a designation takes effect now, or between the instants that it names', async ({ desk }) => {
  await desk.done(steward, 'designate-system-of-record', designation({}));
  await desk.done(steward, 'designate-system-of-record', designation({ effectiveFrom: '2025-01-01T01:00:00+01:00', effectiveTo: '2027-01-01T00:00:00Z' }));
  const events = await eventsOf(desk, streams.designation('acme', scope()));
  assert.equal(
    events.map(({ data }) => [data.effectiveFrom, data.effectiveTo, data.revision]),
    [
      [desk.clock.now(), null, 1],
      ['2025-01-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z', 2],
    ],
  );
});

test('dates that do not exist, and an end that is no later than the beginning, are refused', async ({ desk }) => {
  const codes = async (more: object) => codeOf(await desk.send(steward, 'designate-system-of-record', designation(more)));
  assert.is(await codes({ effectiveTo: '2016-12-31T23:59:60Z' }), 'invalid-date');
  assert.is(await codes({ effectiveTo: '2020-01-01T00:00:00Z' }), 'invalid-date');
  assert.is(await codes({ effectiveFrom: '2026-05-01T00:00:00Z', effectiveTo: '2026-05-01T00:00:00Z' }), 'invalid-date');
});

test("a patient's codes stand in the event as keyed hashes, and sealed in clear", async ({ desk, patientId }) => {
  const codes = [ASTHMA, DIABETES];
  await desk.done(steward, 'designate-system-of-record', designation({ scope: { patientId, category: 'conditions', codes } }));
  const ring = await desk.vault.patientRing('acme', patientId);
  const [event] = await eventsOf(desk, streams.designation('acme', scope({ patientId })));
  const expected = codes.map((range) => ring?.blind('code', codeRangeText(range) ?? '')).sort();
  assert.equal(event?.data.scope, scope({ patientId, category: 'conditions', codes: expected as string[] }));
  assert.not(JSON.stringify(event).includes('195967001') || JSON.stringify(event).includes('"E11'));
  const [sealed] = event?.sealed ?? [];
  assert.is(sealed?.scope, 'conditions');
  assert.equal(JSON.parse((await ring?.open(sealed as never, { stream: event?.stream ?? '', eventId: event?.id ?? '' })) ?? ''), { codes });
});

test('the same codes in another order are the same scope', async ({ desk, patientId }) => {
  const effectiveFrom = '2026-01-01T00:00:00Z';
  await desk.done(steward, 'designate-system-of-record', designation({ scope: { patientId, codes: [ASTHMA, DIABETES] }, effectiveFrom }));
  const again = designation({ scope: { patientId, codes: [DIABETES, ASTHMA, { ...ASTHMA, system: 'SCT' }] }, effectiveFrom });
  assert.is(codeOf(await desk.send(steward, 'designate-system-of-record', again)), 'designation-unchanged');
});

test('a scope that could never fit, and a patient of nobody here, are refused, for a withdrawal too', async ({ desk, patientId }) => {
  const [designate, withdraw] = ['designate-system-of-record', 'withdraw-designation'] as const;
  const ended = (scope: object) => ({ scope, designation: patientId, reason: 'x' });
  const refusal = reject('invalid-scope', [{ pointer: '/scope/codes', rule: 'patient-named' }]);
  assert.equal(await desk.send(steward, designate, designation({ scope: { codes: [ASTHMA] } })), refusal);
  assert.equal(await desk.send(steward, withdraw, ended({ codes: [ASTHMA] })), refusal);
  const stranger = { patientId: '00000000-0000-4000-8000-000000000000' };
  assert.is(codeOf(await desk.send(steward, designate, designation({ scope: stranger }))), 'unknown-patient');
  assert.is(codeOf(await desk.send(steward, withdraw, ended(stranger))), 'unknown-patient');
  const elsewhere = { ...steward, tenant: 'other' };
  await desk.source('ehr', 'other');
  assert.is(codeOf(await desk.send(elsewhere, designate, { ...designation({ scope: { patientId } }), sources: ['ehr'] })), 'unknown-patient');
});

test('an organization can be designated for when one of the named sources belongs to it', async ({ desk }) => {
  const scopeOf = (organization: string) => ({ scope: { organization, category: 'laboratory' } });
  await desk.done(steward, 'designate-system-of-record', designation(scopeOf('mercy')));
  const refusal = reject('invalid-scope', [{ pointer: '/scope/organization', rule: 'organization-of-a-named-source' }]);
  assert.equal(await desk.send(steward, 'designate-system-of-record', designation(scopeOf('north'))), refusal);
  assert.equal(await desk.send(steward, 'designate-system-of-record', designation({ ...scopeOf('mercy'), sources: ['ehr'] })), refusal);
});

test('a designation is withdrawn once, from now on or from an instant', async ({ desk, patientId }) => {
  const about = { scope: { patientId, codes: [ASTHMA] } };
  const { receipt } = await desk.done(steward, 'designate-system-of-record', designation(about));
  const withdraw = { ...about, designation: receipt.eventIds[0], reason: 'the specialist has left' };
  const wrongScope = { ...withdraw, scope: { patientId } };
  assert.is(codeOf(await desk.send(steward, 'withdraw-designation', wrongScope)), 'unknown-designation');
  assert.is(codeOf(await desk.send(steward, 'withdraw-designation', { ...withdraw, effectiveFrom: '2016-12-31T23:59:60Z' })), 'invalid-date');
  const done = await desk.done(steward, 'withdraw-designation', withdraw);
  assert.is(done.receipt.stream, receipt.stream);
  assert.is(codeOf(await desk.send(steward, 'withdraw-designation', withdraw)), 'already-withdrawn');
  const [, event] = await desk.store.readStream(receipt.stream, { from: 0, limit: 2 });
  assert.is(event?.event.type, 'designation-withdrawn');
  assert.equal(event?.event.validTime, { from: desk.clock.now(), to: null });
});

test('of two that designate one scope at once in two processes, each is a version of its own', async ({ desk }) => {
  const other = desk.another();
  const send = (desk: Desk, source: string) => desk.done(steward, 'designate-system-of-record', designation({ sources: [source] }));
  await Promise.all([send(desk, 'ehr'), send(other, 'lis')]);
  const events = await eventsOf(desk, streams.designation('acme', scope()));
  assert.equal(
    events.map(({ data }) => data.revision),
    [1, 2],
  );
});

test.run();
