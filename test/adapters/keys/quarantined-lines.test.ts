import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { entitledVault } from '../../../adapters/keys/entitled-vault.js';
import { lookForRemains } from '../../../adapters/keys/erasure-evidence.js';
import { inputOwner } from '../../../adapters/keys/key-store.js';
import { joinContent } from '../../../domain/record/content.js';
import { reject } from '../../../domain/rejections.js';
import type { EventOf, LedgerEvent, Recorded } from '../../../schemas/catalogue.js';
import type { SealedPart } from '../../../schemas/event.js';
import { INPUTS_AT_MOST } from '../../../schemas/events/erasure-ordered.js';
import { codeOf } from '../../commands/desk.js';
import { eventOf } from '../../support/events.js';
import { DAY_MS, destroy, eventsOf, keptUnderTenant, officer, open, ordered, type Quarantined, removeFolders, world } from '../../support/quarantining.js';

const test = suite('refused lines that are kept, and erasing whom they are about');
test.after(removeFolders);

test('each has keys of its own, and none opens another', async () => {
  const here = await world();
  await here.keep('{"one');
  await here.keep('{"two');
  const [one, two] = (await eventsOf(here, 'input-quarantined')).map(({ event }) => event) as [Quarantined, Quarantined];
  assert.equal([await open(here, one), await open(here, two)], ['{"one', '{"two']);
  assert.is.not(one.sealed[0]?.keyId, two.sealed[0]?.keyId);
  const crossed = here.vault.vault.withInput('acme', one.data.inputToken, (ring) =>
    ring.open(two.sealed[0] as SealedPart, { stream: two.stream, eventId: two.id }),
  );
  assert.is(await crossed.catch(({ code }) => code), 'content-unreadable');
});

test('a ring that somebody keeps past its use opens nothing, and a reader’s opens its scopes alone', async () => {
  const here = await world();
  await here.keep('{"command":"record-fact","body":{}}');
  const [{ event }] = (await eventsOf(here, 'input-quarantined')) as [Recorded<Quarantined>];
  const kept = await here.vault.vault.withInput('acme', event.data.inputToken, async (ring) => ring);
  const fault = await kept?.open(event.sealed[0] as SealedPart, { stream: event.stream, eventId: event.id }).catch(({ code }) => code);
  assert.is(fault, 'keys-unavailable');
  const holds = (scope: string) =>
    entitledVault(here.vault.vault, new Set([scope])).withInput('acme', event.data.inputToken, async (ring) => ring.holds(event.sealed[0] as SealedPart));
  assert.equal([await holds('quarantine'), await holds('allergies')], [true, false]);
  assert.is(await here.vault.vault.withInput('acme', 'never-kept', async () => 'used'), undefined);
});

test('an erasure destroys the lines about the patient, counts those of which nobody can tell, and leaves the others', async () => {
  const here = await world();
  const { patientId, keep, vault } = here;
  const lines = {
    byId: JSON.stringify({ command: 'record-fact', body: { patientId, resource: { resourceType: 'Observation' } } }),
    byIdentifier: JSON.stringify({ command: 'record-fact', body: { identifier: { system: 'urn:mrn', value: 'MRN-77123409' } } }),
    broken: '{"command":"register-patient","body":{"resource":{"identifier":[{"value":"mrn-77123409"',
    others: JSON.stringify({ command: 'record-fact', body: { identifier: { system: 'urn:mrn', value: 'MRN-11223344' } } }),
    nobodys: '{"glucose": ',
  };
  for (const text of Object.values(lines)) assert.is(await keep(text), 'recorded');
  const order = await ordered(here);
  const found = order.event.data.quarantine;
  assert.equal([found?.inputs.length, found?.unattributed, found?.underTenantKeys], [3, 1, 0]);
  assert.is(found?.unattributedUntil, new Date(here.desk.nowMs + 90 * DAY_MS).toISOString());

  const erasing = { tenant: 'acme', patientId, inputs: found?.inputs ?? [], orderPosition: order.position };
  const deps = { keyStore: vault.store, keys: vault.keys, models: here.desk.models, progress: here.desk.progress };
  await vault.store.erase('acme', patientId);
  vault.keys.forget('acme', patientId);
  assert.ok((await lookForRemains(deps, erasing, 0)).missing.includes('key-store'), 'the patient’s keys are gone, the lines’ are not');
  await destroy(here, order);
  assert.not.ok((await lookForRemains(deps, erasing, 0)).missing.includes('key-store'));
  const left = await Promise.all((await eventsOf(here, 'input-quarantined')).map(({ event }) => open(here, event)));
  assert.equal(
    left.filter((text) => text !== undefined),
    [lines.others, lines.nobodys],
  );
});

test('a line of an erased patient is not kept any more, and one that was is not kept again', async () => {
  const here = await world();
  const about = JSON.stringify({ command: 'record-fact', body: { patientId: here.patientId } });
  const broken = '{"mrn":"MRN-77123409"';
  assert.equal([await here.keep(about), await here.keep(broken)], ['recorded', 'recorded']);
  await destroy(here, await ordered(here));
  assert.is(await here.keep(`${about} `), 'patient-erased');
  assert.is(await here.keep('{"anything":1}', reject('patient-erased')), 'patient-erased');
  assert.is(await here.keep(broken), 'repeated');
  assert.is(await here.keep('x'.repeat(700_001)), 'too-large');
  assert.equal((await eventsOf(here, 'input-quarantined')).length, 2);
});

test('no line is opened for a patient who is not erased', async () => {
  const here = await world();
  await here.keep('{"glucose": ');
  await here.desk.done(officer, 'place-legal-hold', { patientId: here.patientId, matter: 'case 7' });
  const before = here.vault.uses.length;
  const body = { patientId: here.patientId, ground: 'unlawful-processing', requestedBy: 'patient', reason: 'r' };
  assert.is(codeOf(await here.desk.send(officer, 'erase-patient', body)), 'legal-hold');
  assert.equal(
    here.vault.uses.slice(before).filter(({ owner }) => owner.startsWith('input/')),
    [],
  );
});

test('lines from before they had keys of their own are counted', async () => {
  const here = await world();
  await here.keep('{"mrn":"MRN-77123409"');
  await keptUnderTenant(here, '{"mrn":"MRN-77123409"');
  for (let nth = 0; nth < 3; nth++) await here.keep(`{"mrn":"MRN-77123409","nth":${nth}`);
  const found = (await ordered(here)).event.data.quarantine;
  assert.equal([found?.inputs.length, found?.unattributed, found?.unattributedUntil, found?.underTenantKeys], [4, 0, null, 1]);
});

test('what is beyond the limit of one order stays until its time is over, and is said', async () => {
  const here = await world();
  await here.keep('{"mrn":"MRN-77123409"');
  const [{ event }] = (await eventsOf(here, 'input-quarantined')) as [Recorded<Quarantined>];
  const many = Array.from({ length: INPUTS_AT_MOST }, () => ({ ...event, id: here.desk.ids.next(), stream: 'acme.quarantine-many' }));
  // All are sealed alike here: what is counted is what is opened.
  const part = await here.vault.vault.withInput('acme', event.data.inputToken, (ring) =>
    Promise.all(many.map(({ stream, id }) => ring.seal({ stream, eventId: id, name: 'content', scope: 'quarantine' }, '{"mrn":"MRN-77123409"'))),
  );
  const events = many.map((one, nth) => ({ ...one, sealed: [part?.[nth] as SealedPart] }));
  await here.store.append('acme.quarantine-many', 'none', events);
  const found = (await ordered(here)).event.data.quarantine;
  assert.equal([found?.inputs.length, found?.unattributed], [INPUTS_AT_MOST, 1]);
});

test('a patient is known by all that was ever said of them, however often that was', async () => {
  const here = await world();
  const [{ event }] = (await eventsOf(here, 'patient-registered')) as [Recorded<EventOf<'patient-registered'>>];
  const ring = await here.vault.vault.patientRing('acme', here.patientId);
  const events: LedgerEvent[] = [];
  for (let nth = 0; nth < 500; nth++) {
    const one = { ...eventOf('demographics-updated', { id: here.desk.ids.next(), data: event.data }), stream: event.stream, tenant: 'acme' };
    const text = joinContent({ sourceRecordId: 'p', resource: JSON.stringify({ resourceType: 'Patient', identifier: [{ value: `MRN-${9_000_000 + nth}` }] }) });
    const part = await ring?.seal({ stream: one.stream, eventId: one.id, name: 'content', scope: 'demographics' }, text);
    events.push({ ...one, source: event.source, sealed: [part as SealedPart] });
  }
  await here.store.append(event.stream, 0, events);
  await here.keep('{"mrn":"MRN-9000499');
  assert.is((await ordered(here)).event.data.quarantine?.inputs.length, 1);
});

test('the making of a line’s keys is on record', async () => {
  const here = await world();
  await here.keep('{"glucose": ');
  const [{ event }] = (await eventsOf(here, 'input-quarantined')) as [Recorded<Quarantined>];
  const own = here.vault.uses.filter(({ owner }) => owner === inputOwner(event.data.inputToken));
  assert.equal([...new Set(own.map(({ user, operation }) => `${user.reason} ${operation}`))], ['quarantine generate', 'quarantine unwrap', 'quarantine seal']);
});

test.run();
