import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Exposure, exposureOf, INDEXED_FIELDS } from '../../../adapters/keys/exposure.js';
import { MemoryEventStore } from '../../../adapters/memory/event-store.js';
import { soughtOf } from '../../../domain/search/fields.js';
import type { EventOf, LedgerEvent } from '../../../schemas/catalogue.js';
import type { KeyLevel } from '../../../schemas/phi/key-levels.js';
import { eventOf, sealedPart } from '../../support/events.js';

const test = suite('what a compromised key exposes');

const idOf = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
const [P1, P2, P3] = [idOf(1), idOf(2), idOf(3)];
const KEYS = [idOf(7), idOf(8)] as const;
const SINCE = '2026-02-01T00:00:00.000Z';
const [BEFORE, AFTER] = ['2026-01-15T00:00:00.000Z', '2026-02-15T00:00:00.000Z'];

let streams = 0;
async function logOf(events: readonly LedgerEvent[]): Promise<MemoryEventStore> {
  const log = new MemoryEventStore();
  for (const event of events) await log.append(event.stream, 'none', [event]);
  return log;
}

const inStream = (tenant: string) => ({ tenant, stream: `${tenant}.s-${streams++}` });
const part = (keyId: string) => sealedPart({ keyId });
const factOf = (patientId: string, keyId: string, tenant = 'acme') =>
  eventOf('fact-recorded', { ...inStream(tenant), data: { patientId }, sealed: [part(keyId)] });
const mergeOf = (survivor: string, absorbed: string, keyId: string) =>
  eventOf('patients-merged', { ...inStream('acme'), data: { survivor, absorbed }, sealed: [part(keyId)] });
const erasedOf = (patientId: string, verifiedAt: string) => eventOf('patient-erased', { ...inStream('acme'), data: { patientId, verifiedAt } });
const reportOf = (level: KeyLevel, keyId: string, tenant = 'acme') =>
  eventOf('key-compromise-reported', { ...inStream(tenant), data: { level, keyId, suspectedSince: SINCE }, sealed: [] });

interface Access {
  readonly subject?: string;
  readonly purpose?: string;
  readonly action?: EventOf<'access-recorded'>['data']['action'];
  readonly feed?: string;
  readonly outcome?: 'allowed' | 'refused';
  readonly opened?: number;
  readonly patients?: readonly string[];
  readonly recordedAt?: string;
}

function accessOf({
  subject = 'dr-1',
  purpose = 'TREAT',
  action = 'read-record',
  feed,
  outcome = 'allowed',
  opened = 1,
  patients = [P1],
  recordedAt = AFTER,
}: Access) {
  const actor = { subject, roles: ['clinician'], organization: null };
  const data = { action, outcome, opened, patients: [...patients], detail: feed === undefined ? null : { feed } };
  return eventOf('access-recorded', { ...inStream('acme'), actor, purpose: purpose as 'TREAT', recordedAt, data });
}

interface Listed {
  readonly events: string[];
  readonly patients: string[];
  readonly served: { subject: string; purpose: string; action: string; feed: string | null; accesses: number; patients: string[] }[];
}
const listed = ({ canonical }: Exposure) => JSON.parse(canonical) as Listed;
const idsOf = (events: readonly LedgerEvent[]) => events.map(({ id }) => id).sort();

test('a patient’s key exposes what was sealed under it, not what was under the next generation or somebody else’s', async () => {
  const [mine, next, theirs] = [factOf(P1, KEYS[0]), factOf(P1, KEYS[1]), factOf(P2, idOf(9))];
  const report = reportOf('patient', KEYS[0]);
  const found = await exposureOf(await logOf([mine, next, theirs, report]), report);
  assert.equal([listed(found).events, listed(found).patients], [[mine.id], [P1]]);
  assert.equal(found.counts, { through: '3', events: 1, patients: 1, readers: 0, feeds: 0 });
});

test('a tenant’s key exposes every sealed event of the tenant up to the report, of another tenant none, and none that came later', async () => {
  const ours = [factOf(P1, KEYS[0]), factOf(P2, KEYS[1])];
  const [theirs, later] = [factOf(P3, KEYS[0], 'north'), factOf(P3, KEYS[0])];
  for (const level of ['tenant', 'root'] as const) {
    const report = reportOf(level, 'any');
    const found = await exposureOf(await logOf([...ours, theirs, report, later]), report);
    assert.equal([listed(found).events, listed(found).patients], [idsOf(ours), [P1, P2]]);
  }
});

test('patients whose keys were destroyed before the key may have been known are not exposed; those erased later are', async () => {
  const [early, late, both] = [factOf(P1, KEYS[0]), factOf(P2, KEYS[0]), mergeOf(P2, P1, KEYS[0])];
  const report = reportOf('tenant', 'any');
  const found = await exposureOf(await logOf([early, late, both, erasedOf(P1, BEFORE), erasedOf(P2, AFTER), report]), report);
  assert.equal([listed(found).events, listed(found).patients], [idsOf([late, both]), [P2]]);
});

test('served is whoever was given opened content of exposed patients since then: once for each purpose, action and feed', async () => {
  const accesses = [
    accessOf({}),
    accessOf({ patients: [P1, P2] }),
    accessOf({ purpose: 'HPAYMT' }),
    accessOf({ subject: 'registry', action: 'read-feed', feed: 'disclosures' }),
    accessOf({ subject: 'registry', action: 'read-feed', feed: 'changes' }),
    accessOf({ subject: 'registry', action: 'read-feed' }),
    accessOf({ subject: 'too-early', recordedAt: BEFORE }),
    accessOf({ subject: 'refused', outcome: 'refused' }),
    accessOf({ subject: 'opened-nothing', opened: 0 }),
    accessOf({ subject: 'of-others', patients: [P3] }),
  ];
  const report = reportOf('tenant', 'any');
  const found = await exposureOf(await logOf([factOf(P1, KEYS[0]), factOf(P2, KEYS[0]), ...accesses, report]), report);
  assert.equal(listed(found).served, [
    { subject: 'dr-1', purpose: 'HPAYMT', action: 'read-record', feed: null, accesses: 1, patients: [P1] },
    { subject: 'dr-1', purpose: 'TREAT', action: 'read-record', feed: null, accesses: 2, patients: [P1, P2] },
    { subject: 'registry', purpose: 'TREAT', action: 'read-feed', feed: '', accesses: 1, patients: [P1] },
    { subject: 'registry', purpose: 'TREAT', action: 'read-feed', feed: 'changes', accesses: 1, patients: [P1] },
    { subject: 'registry', purpose: 'TREAT', action: 'read-feed', feed: 'disclosures', accesses: 1, patients: [P1] },
  ]);
  assert.equal([found.counts.readers, found.counts.feeds], [1, 3]);
});

const registeredOf = (patientId: string) => eventOf('patient-registered', { ...inStream('acme'), data: { patientId } });
const indexKeyOf = (keyId: string, to: 'active' | 'deactivated') =>
  eventOf('key-state-changed', { ...inStream('acme'), data: { keyId, level: 'index', patientId: null, generation: 1, to } });

test('an index key exposes to guesses whoever was in the index while the key was in use, and names the fields', async () => {
  const [early, late] = [registeredOf(P1), registeredOf(P2)];
  const updated = eventOf('demographics-updated', { ...inStream('acme'), data: { patientId: P1 } });
  const replaced = [indexKeyOf(KEYS[1], 'active'), indexKeyOf(KEYS[0], 'deactivated')];
  for (const [keyId, events] of [
    [KEYS[0], [early, updated]],
    [KEYS[1], [early, updated, late]],
  ] as const) {
    const report = reportOf('index', keyId);
    const found = await exposureOf(await logOf([early, factOf(P3, KEYS[0]), updated, ...replaced, late, report]), report);
    assert.equal(listed(found).events, idsOf(events));
    assert.equal((JSON.parse(found.canonical) as { index: unknown }).index, { fields: [...INDEXED_FIELDS] });
  }
});

test('who was erased before the index key may have been known is not exposed by it', async () => {
  const report = reportOf('index', KEYS[0]);
  const found = await exposureOf(await logOf([registeredOf(P1), registeredOf(P2), erasedOf(P1, BEFORE), erasedOf(P2, AFTER), report]), report);
  assert.equal(listed(found).patients, [P2]);
});

test('of an index key those are served who searched since then, whomever they found', async () => {
  const search = { action: 'find-patient' as const, opened: 0 };
  const accesses = [
    accessOf({ ...search, patients: [] }),
    accessOf({ ...search, patients: [P1, P3] }),
    accessOf({ ...search, subject: 'too-early', recordedAt: BEFORE }),
    accessOf({ ...search, subject: 'refused', outcome: 'refused' }),
    accessOf({ ...search, subject: 'masked-reader', feed: 'masked' }),
    accessOf({ subject: 'reads-a-record' }),
  ];
  const report = reportOf('index', KEYS[0]);
  const found = await exposureOf(await logOf([registeredOf(P1), ...accesses, report]), report);
  assert.equal(listed(found).served, [{ subject: 'dr-1', purpose: 'TREAT', action: 'find-patient', feed: null, accesses: 2, patients: [P1] }]);
  assert.equal([found.counts.patients, found.counts.readers], [1, 1]);
});

test('the fields of the report are those of the index', () => {
  const everything = { names: [{ family: 'roe', given: ['ada'] }], birthDate: '1960-12-10', phones: ['+12024561111'], identifiers: ['urn:mrn|1'] };
  assert.equal([...new Set(soughtOf(everything).map(({ field }) => field))].sort(), [...INDEXED_FIELDS].sort());
});

test('a report that another log holds is answered from all that this one has', async () => {
  const fact = factOf(P1, KEYS[0]);
  assert.equal(listed(await exposureOf(await logOf([fact]), reportOf('patient', KEYS[0]))).events, [fact.id]);
});

test('the list is the same whenever it is made, over many pages too', async () => {
  const facts = Array.from({ length: 2500 }, () => factOf(P1, KEYS[0]));
  const report = reportOf('tenant', 'any');
  const log = await logOf([...facts, report]);
  const first = await exposureOf(log, report);
  await log.append('acme.later', 'none', [eventOf('fact-recorded', { tenant: 'acme', stream: 'acme.later' })]);
  const again = await exposureOf(log, report);
  const digest = (text: string) => createHash('sha256').update(text).digest('hex');
  assert.is(digest(again.canonical), digest(first.canonical));
  assert.equal(listed(first).events, idsOf(facts));
  assert.is(first.counts.through, '2500');
});

const patient = fc.constantFrom(P1, P2, P3);
const key = fc.constantFrom(...KEYS);
const moment = fc.constantFrom(BEFORE, AFTER);
const anyEvent: fc.Arbitrary<LedgerEvent> = fc.oneof(
  fc.tuple(patient, key, fc.constantFrom('acme', 'acme', 'north')).map(([who, under, tenant]) => factOf(who, under, tenant)),
  fc.tuple(fc.constantFrom(P1, P2), key).map(([who, under]) => mergeOf(P3, who, under)),
  fc.tuple(patient, moment).map(([who, at]) => erasedOf(who, at)),
  fc
    .tuple(fc.subarray([P1, P2, P3], { minLength: 1 }), moment, fc.constantFrom('dr-1', 'dr-2'), fc.nat(1))
    .map(([patients, recordedAt, subject, opened]) => accessOf({ patients, recordedAt, subject, opened })),
);

/** Counted anew, one question at a time, without regard to speed. */
function countedAnew(events: readonly LedgerEvent[], { data }: EventOf<'key-compromise-reported'>) {
  const pairs = events.flatMap((event, place) => {
    if (event.tenant !== 'acme' || event.sealed.length === 0) return [];
    if (data.level === 'patient' && event.sealed.every(({ keyId }) => keyId !== data.keyId)) return [];
    const about = event.type === 'fact-recorded' ? [event.data.patientId] : event.type === 'patients-merged' ? [event.data.survivor, event.data.absorbed] : [];
    const erasedInTime = (who: string) =>
      events.some((one, at) => at > place && one.type === 'patient-erased' && one.data.patientId === who && one.data.verifiedAt < SINCE);
    return about.filter((who) => !erasedInTime(who)).map((who) => ({ id: event.id, who }));
  });
  const patients = new Set(pairs.map(({ who }) => who));
  const readers = new Set<string>();
  for (const event of events) {
    if (event.type !== 'access-recorded' || event.recordedAt < SINCE || event.data.opened === 0) continue;
    if (event.data.patients.some((who) => patients.has(who))) readers.add(event.actor.subject);
  }
  return { events: [...new Set(pairs.map(({ id }) => id))].sort(), patients: [...patients].sort(), readers: readers.size };
}

test('whatever the log holds, the list is what counting each event by itself gives', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyEvent, { maxLength: 25 }), fc.constantFrom('patient' as const, 'tenant' as const, 'root' as const), async (events, level) => {
      const report = reportOf(level, KEYS[0]);
      const found = await exposureOf(await logOf([...events, report, factOf(P1, KEYS[0])]), report);
      const anew = countedAnew(events, report);
      assert.equal({ events: listed(found).events, patients: listed(found).patients, readers: found.counts.readers }, anew);
      assert.equal([found.counts.events, found.counts.patients], [anew.events.length, anew.patients.length]);
    }),
    { numRuns: 150 },
  );
});

test.run();
