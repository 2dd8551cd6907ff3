import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { splitContent } from '../../domain/record/content.js';
import { streams } from '../../domain/streams.js';
import { elementOfPatient } from '../../projections/reading/content.js';
import { readFeed } from '../../projections/reading/feeds.js';
import { readHistory } from '../../projections/reading/history.js';
import { lineageOf } from '../../projections/reading/lineage.js';
import { Opener } from '../../projections/reading/opener.js';
import { factJson } from '../../projections/reading/record-json.js';
import type { RecordQuery } from '../../projections/reading/record-reader.js';
import { allergy, type Desk, NOW, openDesk, person, steward } from '../commands/desk.js';
import { runs } from '../support/runs.js';

const content = suite('sealed content');

const sealedText = (sourceRecordId: string, resource: string) => `{"sourceRecordId":${JSON.stringify(sourceRecordId)},"resource":${resource}}`;

content('the id and the resource come apart as they were put together, whatever stands in either', () => {
  const nasty = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('","resource":', '\\","resource":{', '"}', '\\', '\\\\"', '\u2028 "', 'é😀'),
    fc.string(),
  );
  fc.assert(
    fc.property(
      fc.array(nasty).map((parts) => parts.join('')),
      fc.jsonValue(),
      nasty,
      (sourceRecordId, value, text) => {
        for (const resource of [JSON.stringify(value), JSON.stringify({ text, '","resource":': text }, null, 1)]) {
          assert.equal(splitContent(sealedText(sourceRecordId, resource)), { sourceRecordId, resource });
        }
      },
    ),
    { numRuns: runs(1000) },
  );
});

content('digits and blanks stay as the source wrote them', () => {
  assert.is(splitContent(sealedText('r', '{ "value" : 7.0,\n"e":1E+2 }')).resource, '{ "value" : 7.0,\n"e":1E+2 }');
});

content('one element of a patient is shown with its extensions and without the others, as written', () => {
  const patient = '{"resourceType":"Patient","birthDate":"1960-12-10", "_birthDate" : {"extension":[]},"deceasedBoolean":false,"name":[{"family":"L"}]}';
  assert.is(elementOfPatient(patient, 'birthDate'), '{"resourceType":"Patient","birthDate":"1960-12-10","_birthDate":{"extension":[]}}');
  assert.is(elementOfPatient(patient, 'deceased'), '{"resourceType":"Patient","deceasedBoolean":false}');
  assert.is(elementOfPatient(patient, 'unheardOf'), '{"resourceType":"Patient"}');
});

content.run();

interface World {
  desk: Desk;
  patientId: string;
}

/** Two sources that disagree on an allergy, a lapsed cover, an old pulse, and a designation made in between. */
const reading = suite<World>('reading', {} as World);

reading.before(async (world) => {
  const desk = await openDesk();
  const [ehr, lis] = [await desk.source('ehr'), await desk.source('lis')];
  const { patientId } = await desk.done(ehr, 'register-patient', { resource: person(), sourceRecordId: 'p1' });
  const about = { patientId, sourceVersion: '1' };
  await desk.done(ehr, 'record-fact', { ...about, resource: allergy(), sourceRecordId: 'a1' });
  await desk.done(lis, 'record-fact', { ...about, resource: allergy('91936005', { criticality: 'low' }), sourceRecordId: 'a"9' });
  const written =
    '{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"2345-7"}]},"valueQuantity":{"value":7.0},"effectiveDateTime":"2020-05-01"}';
  await desk.done(lis, 'record-fact', { ...about, resource: JSON.parse(written), sourceRecordId: 'o1' }, { written });
  const cover = {
    resourceType: 'Coverage',
    status: 'active',
    beneficiary: { reference: 'Patient/1' },
    payor: [{ display: 'x' }],
    period: { start: '2019-01-01', end: '2020-12-31' },
  };
  await desk.done(ehr, 'record-fact', { ...about, resource: cover, sourceRecordId: 'c1' });
  desk.nowMs += 3600_000;
  await desk.done(steward, 'designate-system-of-record', { scope: { category: 'allergies' }, sources: ['lis', 'ehr'], reason: 'agreed' });
  await desk.project();
  Object.assign(world, { desk, patientId });
});
reading.after(({ desk }) => desk.close());

const asking = ({ patientId }: World, more: Partial<RecordQuery> = {}): RecordQuery => ({
  tenant: 'acme',
  patientId,
  category: null,
  conflictsOnly: false,
  validAt: null,
  knownAt: null,
  designationsAt: null,
  after: null,
  limit: 100,
  now: new Date(Date.parse(NOW) + 7200_000).toISOString(),
  ...more,
});
const categoriesOf = async (world: World, more: Partial<RecordQuery>) =>
  (await world.desk.records.read(asking(world, more))).resolutions.map(({ fact }) => fact.category);

reading('a page ends where it was asked to end and says where to go on', async (world) => {
  const all = await world.desk.records.read(asking(world));
  assert.is(all.next, null);
  for (const conflictsOnly of [false, true]) {
    const whole = await world.desk.records.read(asking(world, { conflictsOnly }));
    const found: string[] = [];
    for (let after: string | null = null; ; ) {
      const page = await world.desk.records.read(asking(world, { after, limit: 1, conflictsOnly }));
      found.push(...page.resolutions.map(({ fact }) => fact.factId));
      if (page.next === null) break;
      after = page.next;
    }
    assert.equal(
      found,
      whole.resolutions.map(({ fact }) => fact.factId),
    );
  }
});

reading('only a category, or only conflicts', async (world) => {
  assert.equal(await categoriesOf(world, { category: 'laboratory' }), []);
  assert.equal(await categoriesOf(world, { category: 'coverage' }), ['coverage']);
  assert.equal(await categoriesOf(world, { conflictsOnly: true }), ['allergies']);
});

reading('a state is over when it ends, and what happened has happened for ever after', async (world) => {
  const clinical = async (validAt: string) => (await categoriesOf(world, { validAt })).filter((category) => ['coverage', 'observations'].includes(category));
  assert.equal(await clinical('2018-06-01T00:00:00.000Z'), []);
  assert.equal(await clinical('2019-06-01T00:00:00.000Z'), ['coverage']);
  assert.equal(await clinical('2020-06-01T00:00:00.000Z'), ['coverage', 'observations']);
  assert.equal(await clinical('2021-06-01T00:00:00.000Z'), ['observations']);
});

reading('before the designation was known the old answer stands, by time and by position', async (world) => {
  const winner = async (knownAt: RecordQuery['knownAt']) =>
    (await world.desk.records.read(asking(world, { knownAt, category: 'allergies' }))).resolutions.map((found) => [
      found.winner.assertion.source,
      found.designation?.revision,
    ]);
  const head = (await world.desk.store.head()) as string;
  assert.equal(await winner(null), [['lis', 1]]);
  assert.equal(await winner({ position: head }), [['lis', 1]]);
  assert.equal(await winner({ position: String(Number(head) - 1) }), [['ehr', undefined]]);
  assert.equal(await winner({ time: NOW }), [['ehr', undefined]]);
  assert.equal(await winner({ time: '2026-01-01T00:00:00.000Z' }), []);
});

reading('pages of the record as it was known fit together', async (world) => {
  const knownAt = { time: NOW };
  const whole = await world.desk.records.read(asking(world, { knownAt }));
  const first = await world.desk.records.read(asking(world, { knownAt, limit: 2 }));
  const rest = await world.desk.records.read(asking(world, { knownAt, after: first.next }));
  assert.equal([...first.resolutions, ...rest.resolutions], whole.resolutions);
});

reading('a fact shows its value, the other statements and the rule; content only to whom it is opened', async (world) => {
  const { desk } = world;
  const [resolution] = (await desk.records.read(asking(world, { category: 'allergies' }))).resolutions;
  const opener = new Opener((id) => desk.vault.patientRing('acme', id));
  const fact = JSON.parse(await factJson(resolution as never, [], opener));
  assert.is(fact.value.source, 'lis');
  assert.is(fact.value.sourceRecordId, 'a"9');
  assert.is(fact.value.resource.criticality, 'low');
  assert.equal(
    fact.alternatives.map(({ source, resource }: { source: string; resource: { criticality: string } }) => [source, resource.criticality]),
    [['ehr', 'high']],
  );
  assert.equal([fact.rule.name, fact.rule.strategy, fact.rule.because], ['precedence@2', 'union', 'lis is believed most for this.']);
  assert.is(opener.count, 2);
  const closed = await factJson(resolution as never, [], null);
  assert.not.ok(closed.includes('criticality') || closed.includes('sourceRecordId'));
});

reading('the rule says in words why it was settled so', async (world) => {
  const because = async (more: Partial<RecordQuery>) => {
    const { resolutions } = await world.desk.records.read(asking(world, more));
    return JSON.parse(await factJson(resolutions[0] as never, [], null)).rule.because;
  };
  assert.is(await because({ category: 'coverage' }), 'It is the only live statement.');
  assert.match(await because({ category: 'allergies', knownAt: { time: NOW } }), 'No system of record is designated');
});

reading('what a source wrote comes back byte for byte: 7.0 is not 7', async (world) => {
  const { desk } = world;
  const [resolution] = (await desk.records.read(asking(world, { category: 'observations' }))).resolutions;
  const text = await factJson(resolution as never, [], new Opener((id) => desk.vault.patientRing('acme', id)));
  assert.ok(text.includes('"valueQuantity":{"value":7.0}'));
});

reading('lineage names what made two assertions one fact, and opens nothing', async (world) => {
  const [resolution] = (await world.desk.records.read(asking(world, { category: 'allergies' }))).resolutions;
  const lineage = lineageOf(resolution as never, []);
  assert.is(lineage.joinedBy.length, 1);
  assert.equal(lineage.joinedBy[0]?.assertionIds.sort(), lineage.assertions.map(({ assertionId }) => assertionId).sort());
  assert.is(lineage.value.source, 'lis');
  assert.is(lineage.rule.designation?.revision, 1);
  assert.not.ok(JSON.stringify(lineage).includes('"box"'));
});

reading('history is the stream, opened only with keys, and pages end where they were asked to', async (world) => {
  const { desk, patientId } = world;
  const stream = streams.patient('acme', patientId);
  const ring = (await desk.vault.patientRing('acme', patientId)) ?? null;
  const opened = await readHistory(desk.store, stream, {
    from: 0,
    limit: 10,
    category: null,
    validAt: null,
    knownAt: null,
    ringOf: async () => ring ?? undefined,
  });
  assert.is(opened.entries.length, 5);
  assert.is(opened.opened, 5);
  assert.is(opened.next, null);
  assert.ok(opened.entries.some((entry) => entry.includes('"value":7.0')));
  const sealed = await readHistory(desk.store, stream, { from: 1, limit: 2, category: 'allergies', validAt: null, knownAt: null, ringOf: null });
  assert.equal([sealed.entries.length, sealed.opened, sealed.next, sealed.categories], [2, 0, 3, ['allergies']]);
  assert.not.ok(sealed.entries.join().includes('resource"'));
});

reading('a feed gives a tenant its own events as CloudEvents, with their content', async ({ desk }) => {
  const facts = await readFeed(desk, { feed: 'facts', tenant: 'acme', after: null, limit: 10 });
  const items = facts.items.map(({ json }) => JSON.parse(json));
  assert.equal(
    items.map(({ specversion, type }) => `${specversion} ${type}`),
    Array(4).fill('1.0 clinical-ledger.fact-recorded.v3'),
  );
  assert.is(items[0].data.sourceRecordId, 'a1');
  assert.equal([facts.opened, facts.end, facts.patients.length], [4, true, 1]);
  const rest = await readFeed(desk, { feed: 'facts', tenant: 'acme', after: facts.items[2]?.position ?? null, limit: 10 });
  assert.is(rest.items.length, 1);
  const others = await readFeed(desk, { feed: 'facts', tenant: 'other', after: null, limit: 10 });
  assert.equal([others.items.length, others.opened], [0, 0]);
});

reading.run();

const retracted = suite('feeds of what was taken back');

retracted('a retraction has nothing to open', async () => {
  const desk = await openDesk();
  const ehr = await desk.source('ehr');
  const { patientId } = await desk.done(ehr, 'register-patient', { resource: person(), sourceRecordId: 'p1' });
  await desk.done(ehr, 'record-fact', { patientId, resource: allergy(), sourceRecordId: 'a1' });
  await desk.done(ehr, 'retract-fact', { patientId, sourceRecordId: 'a1', reason: 'duplicate' });
  const { items, opened } = await readFeed(desk, { feed: 'facts', tenant: 'acme', after: null, limit: 10 });
  assert.equal([items.length, opened], [2, 1]);
  assert.not.ok(items[1]?.json.includes('"resource"'));
  desk.close();
});

retracted.run();
