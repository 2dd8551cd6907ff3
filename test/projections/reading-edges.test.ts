import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MemoryEventStore } from '../../adapters/memory/event-store.js';
import { wholeRecordStream } from '../../domain/record/whole-stream.js';
import { streams } from '../../domain/streams.js';
import { listConflicts } from '../../projections/reading/conflict-list.js';
import { shownOf } from '../../projections/reading/content.js';
import { factNamed } from '../../projections/reading/fact-named.js';
import { KnownFacts } from '../../projections/reading/known-facts.js';
import { factKey } from '../../projections/record.js';
import type { Fact } from '../../schemas/read-models/fact.js';
import { allergy, type Desk, NOW, openDesk, person } from '../commands/desk.js';
import { TestVault } from '../support/vault.js';

interface World {
  desk: Desk;
  patientId: string;
}

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
