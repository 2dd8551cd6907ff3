import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { candidateIndexing } from '../../adapters/matching/candidate-indexing.js';
import { patientIndexing } from '../../adapters/patient-index.js';
import { phoneReader } from '../../adapters/search/phones.js';
import { ringsOf, type UnreadableCode } from '../../domain/record/unreadable.js';
import { LedgerFault } from '../../domain/rejections.js';
import type { Resolution } from '../../domain/resolution/resolve.js';
import type { Vault } from '../../domain/rings.js';
import { streams } from '../../domain/streams.js';
import { feedPage } from '../../projections/reading/feeds.js';
import { readHistory } from '../../projections/reading/history.js';
import { mappingOf } from '../../projections/reading/mapping.js';
import { Opener } from '../../projections/reading/opener.js';
import { factJson } from '../../projections/reading/record-json.js';
import { ownersOf, Words } from '../../projections/reading/words.js';
import type { Recorded } from '../../schemas/catalogue.js';
import type { SealedPart } from '../../schemas/event.js';
import { allergy, type Desk, NOW, openDesk, person, steward } from '../commands/desk.js';

interface World {
  desk: Desk;
  patientId: string;
  /** Of one allergy: the hospital and the pharmacy say the same, the laboratory otherwise; the hospital is believed most. */
  fact: Resolution;
}

const test = suite<World>('a record of which something is damaged', {} as World);

test.before(async (world) => {
  const desk = await openDesk();
  const [ehr, lis, pharmacy] = [await desk.source('ehr'), await desk.source('lis'), await desk.source('pharmacy')];
  const { patientId } = await desk.done(ehr, 'register-patient', { resource: person(), sourceRecordId: 'p1' });
  const say = (caller: typeof ehr, criticality: string) =>
    desk.done(caller, 'record-fact', { patientId, resource: allergy('91936005', { criticality }), sourceRecordId: 'a1' });
  await say(ehr, 'high');
  await say(lis, 'low');
  await say(pharmacy, 'high');
  await desk.done(ehr, 'record-fact', { patientId, resource: allergy('91935009'), sourceRecordId: 'a2' });
  await desk.done(ehr, 'retract-fact', { patientId, sourceRecordId: 'a2', reason: 'duplicate' });
  await desk.done(steward, 'designate-system-of-record', { scope: { category: 'allergies' }, sources: ['ehr', 'lis', 'pharmacy'], reason: 'agreed' });
  await desk.project();
  const { resolutions } = await desk.records.read({ ...ASKED, patientId });
  Object.assign(world, { desk, patientId, fact: resolutions.find(({ alternatives }) => alternatives.length === 2) });
});
test.after(({ desk }) => desk.close());

const ASKED = {
  tenant: 'acme',
  category: 'allergies',
  conflictsOnly: false,
  validAt: null,
  knownAt: null,
  designationsAt: null,
  after: null,
  limit: 10,
  now: NOW,
} as const;

const broken = (sealed: readonly SealedPart[]) => sealed.map((part) => ({ ...part, box: `${part.box.startsWith('A') ? 'B' : 'A'}${part.box.slice(1)}` }));

/** The fact with the statements of these sources damaged. */
function damaged(fact: Resolution, ...sources: string[]): Resolution {
  const change = (one: Resolution['winner']) =>
    sources.includes(one.assertion.source) ? { ...one, head: { ...one.head, sealed: broken(one.head.sealed) as SealedPart[] } } : one;
  const disagreeing = new Map([...fact.alternatives].map((one) => [one, change(one)]));
  return {
    ...fact,
    winner: change(fact.winner),
    alternatives: [...disagreeing.values()],
    disagreeing: new Set([...fact.disagreeing].map((one) => disagreeing.get(one) ?? one)),
  };
}

const telling = ({ desk }: World) => new Opener(ringsOf(desk.vault, 'acme'), 'told');
const shownOf = async (fact: Resolution, opener: Opener) => JSON.parse(await factJson(fact, [], opener));
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    (fault: LedgerFault) => fault.code,
  );

/** A vault of which the keys of patients, and perhaps the tenant's own, do not open. */
function without(vault: Vault, code: 'key-unreadable' | 'keys-unavailable', tenantToo = false): Vault {
  const refuse = async () => Promise.reject(new LedgerFault(code));
  return { ...vault, patientRing: refuse, ...(tenantToo ? { tenantRing: refuse } : {}) };
}

test('a sound record says nothing of damage', async (world) => {
  const opener = telling(world);
  const fact = await shownOf(world.fact, opener);
  assert.equal([fact.state, fact.value.source, fact.value.resource.criticality], ['open', 'ehr', 'high']);
  assert.equal(
    fact.alternatives.map(({ source, resource }: { source: string; resource?: object }) => [source, resource !== undefined]),
    [
      ['lis', true],
      ['pharmacy', false],
    ],
  );
  assert.not.ok(JSON.stringify(fact).includes('unreadable'));
  assert.equal([opener.count, opener.unreadable], [2, []]);
});

test('a source that is believed less does not take the place of a value that cannot be opened; who says the same is shown beside it', async (world) => {
  const opener = telling(world);
  const { state, conflict, value, alternatives } = await shownOf(damaged(world.fact, 'ehr'), opener);
  assert.equal([state, conflict], ['unreadable', true]);
  assert.equal([value.source, value.resource, value.unreadable, value.code], ['ehr', null, true, 'content-unreadable']);
  assert.is(value.stream, streams.patient('acme', world.patientId));
  assert.equal(
    alternatives.map(({ source, agrees, resource }: { source: string; agrees: boolean; resource: { criticality: string } }) => [
      source,
      agrees,
      resource.criticality,
    ]),
    [
      ['lis', false, 'low'],
      ['pharmacy', true, 'high'],
    ],
  );
  assert.equal([opener.count, opener.unreadable.map(({ eventId }) => eventId)], [2, [world.fact.winner.head.eventId]]);
});

test('a statement that is believed less is missed in its place, and decides nothing', async (world) => {
  const opener = telling(world);
  const { state, value, alternatives } = await shownOf(damaged(world.fact, 'lis'), opener);
  assert.equal([state, value.source, value.resource.criticality], ['open', 'ehr', 'high']);
  assert.equal([alternatives[0].source, alternatives[0].unreadable, alternatives[0].resource], ['lis', true, null]);
});

test('keys of one patient that are damaged or lost are told of that patient; a provider of keys that is away is a fault of the whole', async (world) => {
  const { desk, fact, patientId } = world;
  for (const vault of [
    without(desk.vault, 'key-unreadable'),
    { ...desk.vault, patientRing: async () => undefined, standing: async () => 'unknown' as const },
  ]) {
    const shown = await shownOf(fact, new Opener(ringsOf(vault, 'acme'), 'told'));
    assert.equal([shown.state, shown.value.code, shown.value.eventId], ['unreadable', 'key-unreadable', fact.winner.head.eventId]);
  }
  assert.is(await codeOf(shownOf(fact, new Opener(ringsOf(without(desk.vault, 'keys-unavailable'), 'acme'), 'told'))), 'keys-unavailable');
  const erased = await shownOf(fact, new Opener(async () => undefined, 'told'));
  assert.equal([erased.state, 'resource' in erased.value, 'unreadable' in erased.value], ['open', false, false]);
  assert.ok(patientId !== '');
});

test('who cannot say that something is missing is given nothing instead', async (world) => {
  const opener = new Opener((member, read) => world.desk.vault.patientRing('acme', member, read));
  assert.is(await codeOf(opener.open(damaged(world.fact, 'ehr').winner)), 'content-unreadable');
});

test('which record of a source it was is said to be unreadable too', async (world) => {
  const { winner, fact } = damaged(world.fact, 'ehr');
  const heads = [winner.head];
  const opener = telling(world);
  const [mapped] = await mappingOf([{ ...fact, assertions: [{ ...winner.assertion, heads }] }], opener);
  const [record] = mapped?.records ?? [];
  assert.equal([record?.sourceRecordId, record?.unreadable, record?.code, opener.count], [null, true, 'content-unreadable', 0]);
});

/** The patient's events, those of a source damaged. */
async function eventsOf({ desk, patientId }: World, source: string): Promise<Recorded[]> {
  const events = await desk.store.readStream(streams.patient('acme', patientId), { from: 0, limit: 100 });
  return events.map((one) =>
    one.event.source?.id === source ? { ...one, event: { ...one.event, sealed: broken(one.event.sealed) } as Recorded['event'] } : one,
  );
}

test('history goes on past what is damaged, and marks it', async (world) => {
  const events = await eventsOf(world, 'lis');
  const store = { ...world.desk.store, compare: () => 0, readStream: async () => events } as unknown as Desk['store'];
  const asked = { from: 0, limit: 100, category: null, validAt: null, knownAt: null };
  const ringOf = (read?: 'anew') => ringsOf(world.desk.vault, 'acme')(world.patientId, read);
  const page = await readHistory(store, 'acme.patient-x', { ...asked, ringOf });
  const marked = page.entries.map((entry) => JSON.parse(entry)).filter(({ unreadable }) => unreadable === true);
  assert.equal(
    marked.map(({ source, code, resource }) => [source, code, resource]),
    [['lis', 'content-unreadable', null]],
  );
  assert.equal([page.unreadable.length, page.entries.length], [1, events.length]);
  const away = async () => Promise.reject(new LedgerFault('keys-unavailable'));
  assert.is(await codeOf(readHistory(store, 'acme.patient-x', { ...asked, ringOf: away })), 'keys-unavailable');
  const erased = await readHistory(store, 'acme.patient-x', { ...asked, ringOf: async () => undefined });
  assert.equal([erased.opened, erased.unreadable, erased.entries.some((entry) => entry.includes('"resource"'))], [0, [], false]);
});

const FACTS: readonly string[] = ['fact-recorded', 'fact-retracted'];

test('a feed gives what is damaged marked, and all that comes after it', async (world) => {
  const events = (await eventsOf(world, 'lis')).filter(({ event }) => FACTS.includes(event.type));
  const page = await feedPage(world.desk, { events, through: '9', end: true }, 'acme');
  const told = page.items.map(({ json }) => JSON.parse(json).data);
  assert.equal(
    told.map(({ source, unreadable = false, code = null }) => [source, unreadable, code]),
    [
      ['ehr', false, null],
      ['lis', true, 'content-unreadable'],
      ['pharmacy', false, null],
      ['ehr', false, null],
      ['ehr', false, null],
    ],
  );
  assert.equal([told[1].category, told[1].resource, told[1].stream], ['allergies', null, streams.patient('acme', world.patientId)]);
  assert.equal([page.opened, page.unreadable.length], [3, 1]);
});

test("a feed tells damage to one patient's keys, of a retraction nothing; with the tenant's keys gone it stops", async (world) => {
  const events = (await eventsOf(world, '')).filter(({ event }) => FACTS.includes(event.type));
  const page = { events, through: '9', end: true };
  const told = await feedPage({ vault: without(world.desk.vault, 'key-unreadable') }, page, 'acme');
  assert.equal(
    told.items.map(({ json }) => JSON.parse(json).data.code ?? null),
    [...Array(4).fill('key-unreadable'), null],
  );
  for (const code of ['key-unreadable', 'keys-unavailable'] as const)
    assert.is(await codeOf(feedPage({ vault: without(world.desk.vault, code, true) }, page, 'acme')), code);
  const erased = { ...world.desk.vault, patientRing: async () => undefined, standing: async () => 'erased' as const };
  assert.equal((await feedPage({ vault: erased }, page, 'acme')).items, []);
});

test('of requests and proposals each text is opened by itself, and only what was opened is counted', async (world) => {
  const { vault } = world.desk;
  const ring = await vault.tenantRing('acme');
  const place = { stream: 'acme.changes', eventId: '11111111-1111-4111-8111-111111111111' };
  const sealed = await ring.seal({ ...place, name: 'content', scope: 'change-control' }, '{"a":1}');
  const text = { ...place, sealed };
  const words = new Words(ownersOf(vault, 'acme'));
  assert.equal(await words.of(null, text), { kind: 'shown', text: '{"a":1}' });
  assert.equal(await words.of(null, null), { kind: 'none' });
  const damage = await words.of(null, { ...text, sealed: broken([sealed])[0] as SealedPart });
  assert.equal([damage.kind, words.count, words.unreadable.length], ['unreadable', 1, 1]);
  const few = new Words(async () => ring.limitedTo(new Set(['allergies'])));
  assert.equal([await few.of(null, text), few.count], [{ kind: 'withheld' }, 0]);
  const gone = new Words(async () => undefined);
  assert.equal([await gone.of(world.patientId, text), gone.unreadable], [{ kind: 'none' }, []]);
  assert.is(await codeOf(new Words(ownersOf(without(vault, 'key-unreadable', true), 'acme')).of(null, text)), 'key-unreadable');
});

test('an index is made without what is damaged, says so, and finds everybody else', async (world) => {
  const events = (await eventsOf(world, 'ehr')).filter(({ event }) => event.type === 'patient-registered');
  const { event } = events[0] as Recorded;
  const told: [string, UnreadableCode][] = [];
  const tell = (eventId: string, code: UnreadableCode) => told.push([eventId, code]);
  const { vault } = world.desk;
  await patientIndexing(vault, phoneReader('US'), tell).prepare(events);
  await candidateIndexing(vault, tell).prepare(events);
  assert.equal(told, Array(2).fill([event.id, 'content-unreadable']));
  const lost = without(vault, 'keys-unavailable', true);
  assert.is(await codeOf(patientIndexing(lost, phoneReader('US'), tell).prepare(events)), 'keys-unavailable');
  assert.is(told.length, 2);
});

test.run();
