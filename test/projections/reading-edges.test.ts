import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MemoryEventStore } from '../../adapters/memory/event-store.js';
import type { Caller } from '../../commands/request.js';
import { wholeRecordStream } from '../../domain/record/whole-stream.js';
import { streams } from '../../domain/streams.js';
import { listConflicts } from '../../projections/reading/conflict-list.js';
import { shownOf } from '../../projections/reading/content.js';
import { factNamed } from '../../projections/reading/fact-named.js';
import { KnownFacts } from '../../projections/reading/known-facts.js';
import { type Lineage, lineageOf } from '../../projections/reading/lineage.js';
import { Opener } from '../../projections/reading/opener.js';
import type { RecordPage } from '../../projections/reading/record-reader.js';
import { factKey } from '../../projections/record.js';
import type { Fact } from '../../schemas/read-models/fact.js';
import { allergy, callerOf, type Desk, NOW, openDesk, person, steward } from '../commands/desk.js';
import { TestVault } from '../support/vault.js';

interface World {
  desk: Desk;
  patientId: string;
}

const ASKED = {
  tenant: 'acme',
  category: null,
  conflictsOnly: false,
  validAt: null,
  knownAt: null,
  designationsAt: null,
  after: null,
  limit: 100,
  now: NOW,
} as const;

const test = suite<World>('reading at its edges', {} as World);

test.before(async (world) => {
  const desk = await openDesk();
  const ehr = await desk.source('ehr');
  const { patientId } = await desk.done(ehr, 'register-patient', { resource: person(), sourceRecordId: 'p1' });
  for (const code of ['91936005', '91935009', '91937001']) await desk.done(ehr, 'record-fact', { patientId, resource: allergy(code), sourceRecordId: code });
  await desk.project();
  Object.assign(world, { desk, patientId });
});
test.after(({ desk }) => desk.close());

test('a stream is read whole, whether its last page is full or not', async ({ desk, patientId }) => {
  const stream = streams.patient('acme', patientId);
  for (const pageEvents of [1, 2, 3, 4, 1000]) {
    const events = await wholeRecordStream(desk.store, stream, pageEvents);
    assert.equal(
      events.map(({ revision }) => revision),
      [0, 1, 2, 3],
    );
  }
  assert.equal(await wholeRecordStream(new MemoryEventStore(), stream), []);
});

test('a fact is found by its own id, page by page by that of any of its statements, and not at all by an id of nobody', async ({ desk, patientId }) => {
  const rows = await desk.models.byPrefix('record', `acme/${patientId}/allergies/`, { limit: 10 });
  const facts = rows.map(({ value }) => value as Fact);
  for (const { factId } of facts) assert.is((await factNamed(desk.models, { tenant: 'acme', patientId, factId }))?.factId, factId);
  // Under an id that it had before it grew together with others.
  const models = { byPrefix: desk.models.byPrefix.bind(desk.models), get: async (_: string, keys: readonly string[]) => keys.map(() => undefined) };
  for (const { factId } of facts) assert.is((await factNamed(models, { tenant: 'acme', patientId, factId }, 1))?.factId, factId);
  for (const pageRows of [1, 1000]) assert.is(await factNamed(models, { tenant: 'acme', patientId, factId: 'nobody' }, pageRows), undefined);
});

test('the record as it was known is folded once for its pages, given up for want of room, and not kept after a fault', async ({ desk, patientId }) => {
  const group = { root: patientId, members: [patientId] };
  let reads = 0;
  let failing = false;
  const store = Object.assign(Object.create(desk.store) as Desk['store'], {
    compare: (left: string, right: string) => desk.store.compare(left, right),
    readStream: async (...asked: Parameters<Desk['store']['readStream']>) => {
      if (asked[1].direction !== 'backwards') {
        reads += 1;
        if (failing) throw new Error('the log is gone');
      }
      return desk.store.readStream(...asked);
    },
  });
  const facts = new KnownFacts(store, 3);
  const [now, then] = [{ time: NOW }, { time: '2026-03-01T07:00:00.000Z' }];
  const found = await facts.facts('acme', group, now);
  assert.equal(found.map(factKey), found.map(factKey).sort());
  assert.is(reads, 1);
  failing = true;
  await facts.facts('acme', group, then).then(
    () => assert.unreachable(),
    (fault: Error) => assert.match(fault.message, 'the log is gone'),
  );
  failing = false;
  // More statements than there is room for were held: they went.
  await facts.facts('acme', group, now);
  assert.is(reads, 3);
  const roomy = new KnownFacts(store);
  await roomy.facts('acme', group, now);
  await roomy.facts('acme', group, now);
  assert.is(reads, 4);
});

test('of a patient of whom nothing was said nothing was known, until something is', async ({ desk, patientId }) => {
  const group = { root: patientId, members: [patientId] };
  const store = new MemoryEventStore();
  const known = new KnownFacts(store);
  assert.equal(await known.facts('acme', group, { time: NOW }), []);
  const stream = streams.patient('acme', patientId);
  const events = await desk.store.readStream(stream, { limit: 100 });
  await store.append(
    stream,
    'none',
    events.map(({ event }) => event),
  );
  assert.equal(await known.facts('acme', group, { time: NOW }), await new KnownFacts(store).facts('acme', group, { time: NOW }));
  assert.ok((await known.facts('acme', group, { time: NOW })).length > 0);
});

test('of a panel of vital signs each component is shown alone, and what the panel says itself without them', async ({ desk }) => {
  const head =
    '"resourceType":"Observation","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}]},"effectiveDateTime":"2025-05-01"';
  const component = (code: string, value: string) => `{"code":{"coding":[{"system":"http://loinc.org","code":"${code}"}]},"valueQuantity":{"value":${value}}}`;
  const [systolic, diastolic] = [component('8480-6', '120.0'), component('8462-4', '80.0')];
  const written = `{${head},"valueString":"sitting","component":[${systolic},${diastolic}]}`;
  const { patientId } = await desk.done(callerOf('source', 'ehr'), 'register-patient', { resource: person(), sourceRecordId: 'p2' });
  const body = { patientId, resource: JSON.parse(written), sourceRecordId: 'o1' };
  await desk.done(callerOf('source', 'ehr'), 'record-fact', body, { written });
  await desk.project();
  const { resolutions } = await desk.records.read({ ...ASKED, patientId, category: 'vital-signs' });
  const opener = new Opener((member) => desk.vault.patientRing('acme', member));
  const shown = await Promise.all(resolutions.map(async ({ winner }) => (await opener.open(winner))?.resource));
  assert.equal(shown.sort(), [`{${head},"component":[${diastolic}]}`, `{${head},"component":[${systolic}]}`, `{${head},"valueString":"sitting"}`].sort());
});

test('over its pages a list of conflicts has each fact once, also those that say what another source has taken back', async () => {
  const desk = await openDesk();
  const [ehr, lis] = [await desk.source('ehr'), await desk.source('lis')];
  const { patientId } = await desk.done(ehr, 'register-patient', { resource: person(), sourceRecordId: 'p1' });
  const say = (source: Caller, sourceRecordId: string, resource: object, sourceVersion = '1') =>
    desk.done(source, 'record-fact', { patientId, resource, sourceRecordId, sourceVersion });
  for (const code of ['91936005', '91935009']) {
    await say(ehr, code, allergy(code));
    await say(lis, code, allergy(code, { criticality: 'low' }));
  }
  // An allergy claims something, so that it is looked at anyway; a measurement is listed only because of what was taken back.
  const glucose = (status: string) => ({
    resourceType: 'Observation',
    status,
    code: { coding: [{ system: 'http://loinc.org', code: '2345-7' }] },
    effectiveDateTime: '2026-02-01T08:00:00Z',
    valueString: 'high',
  });
  for (const source of [ehr, lis]) {
    await say(source, 'a', allergy('91937001'));
    await say(source, 'o', glucose('final'));
  }
  await say(ehr, 'a', allergy('91937001', { verificationStatus: { coding: [{ code: 'entered-in-error' }] } }), '2');
  await say(ehr, 'o', glucose('entered-in-error'), '2');
  await desk.project();
  const pages: RecordPage[] = [];
  for (let after: string | null = null; pages.length === 0 || after !== null; after = pages.at(-1)?.next ?? null)
    pages.push(await desk.records.read({ ...ASKED, patientId, conflictsOnly: true, after, limit: 1 }));
  const listed = pages.map(({ resolutions }) => resolutions.map(({ fact, takenBack, conflict }) => `${fact.category} ${conflict} ${takenBack.length}`));
  assert.equal(listed[0]?.[0], 'observations false 1');
  assert.equal(listed.flat().sort(), ['allergies false 1', 'allergies true 0', 'allergies true 0', 'observations false 1']);
  desk.close();
});

test('of a settlement of two facts neither can tell whether it is in force, unless it was taken back', async () => {
  const desk = await openDesk();
  const [ehr, lis] = [await desk.source('ehr'), await desk.source('lis')];
  const { patientId } = await desk.done(ehr, 'register-patient', { resource: person(), sourceRecordId: 'p1' });
  await desk.done(ehr, 'record-fact', { patientId, resource: allergy('91936005', { category: ['medication'] }), sourceRecordId: 'a1' });
  await desk.done(lis, 'record-fact', { patientId, resource: allergy('716186003'), sourceRecordId: 'a1' });
  const lineages = async () => {
    await desk.project();
    const { resolutions, disputes } = await desk.records.read({ ...ASKED, patientId, category: 'allergies' });
    return resolutions.map((resolution) => lineageOf(resolution, disputes));
  };
  const [one, other] = (await lineages()) as [Lineage, Lineage];
  assert.equal([one.disputedBy, other.disputedBy], [[{ factId: other.factId, settlement: null }], [{ factId: one.factId, settlement: null }]]);
  const judged = [one, other].map(({ value }) => value.eventId);
  const both = { patientId, factId: one.factId, otherFactId: other.factId, decision: 'keep-both', judged, reason: 'asked the patient' };
  const { receipt } = await desk.done(steward, 'settle-conflict', both);
  const told = async () => (await lineages()).map(({ disputedBy, settlements }) => [disputedBy[0]?.settlement, settlements[0]?.inForce]);
  const [settlement] = receipt.eventIds as [string];
  assert.equal(await told(), Array(2).fill([settlement, null]));
  await desk.done(steward, 'reopen-conflict', { patientId, settlement, reason: 'asked again' });
  assert.equal(await told(), Array(2).fill([null, false]));
  desk.close();
});

test('a part that this program tells apart otherwise is shown with its whole element', async () => {
  const ring = await new TestVault().vault.tenantRing('acme');
  const patient = '{"resourceType":"Patient","name":[{"family":"Lovelace"}],"birthDate":"1960-12-10"}';
  const of = (element: string | null) => shownOf(patient, { element, part: 'no such part', category: 'demographics' }, ring);
  assert.is(of('name'), '{"resourceType":"Patient","name":[{"family":"Lovelace"}]}');
  assert.is(of(null), patient);
});

test('where a category is rare, a page of the work list ends after so many rows, and the next goes on from there', async () => {
  const row = (nth: number) => ({ key: `k${String(nth).padStart(6, '0')}`, value: { category: 'allergies', statements: [], deadline: null }, position: '1' });
  const models = {
    byPrefix: async (_: string, __: string, { limit, after }: { limit: number; after?: string }) => {
      const from = after === undefined ? 0 : Number(after.slice(1)) + 1;
      return Array.from({ length: limit }, (_one, nth) => row(from + nth));
    },
  };
  const query = { tenant: 'acme', state: 'open', severity: null, category: 'devices', after: null, limit: 10, now: NOW } as const;
  const page = await listConflicts(models as never, query);
  assert.equal([page.conflicts, page.next], [[], 'k004999']);
});

test.run();
