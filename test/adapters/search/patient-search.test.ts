import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StoredKeyDirectory } from '../../../adapters/keys/directory.js';
import { INDEX_OWNER } from '../../../adapters/keys/key-store.js';
import { MemoryEventStore } from '../../../adapters/memory/event-store.js';
import { patientIndexing } from '../../../adapters/patient-index.js';
import { PatientSearch } from '../../../adapters/search/patient-search.js';
import { phoneReader } from '../../../adapters/search/phones.js';
import type { Caller } from '../../../commands/request.js';
import type { EventReader, ReadOptions } from '../../../domain/log.js';
import { LedgerFault } from '../../../domain/rejections.js';
import type { Vault } from '../../../domain/rings.js';
import { type Asked, type Criteria, criteriaOf } from '../../../domain/search/criteria.js';
import { type PatientRow, type PopulationRow, populationKey } from '../../../projections/patients.js';
import { runProjection } from '../../../projections/run.js';
import { Desk } from '../../commands/desk.js';
import { faultCode } from '../../contracts/helpers.js';
import { TESTER, TestVault } from '../../support/vault.js';

const phoneOf = phoneReader('US');

interface World {
  keys: TestVault;
  desk: Desk;
  ehr: Caller;
}

const test = suite<World>('patient search');
test.before.each(async (context) => {
  const keys = new TestVault();
  const desk = new Desk(new MemoryEventStore(), keys.keys, '', new StoredKeyDirectory(keys.store, keys.root));
  Object.assign(context, { keys, desk, ehr: await desk.source('ehr') });
});

const person = (family: string, given: string, birthDate: string, more: object = {}) => ({
  resourceType: 'Patient',
  name: [{ family, given: [given] }],
  birthDate,
  ...more,
});
let records = 0;

async function registered({ desk, ehr }: World, resource: object): Promise<string> {
  const { patientId } = await desk.done(ehr, 'register-patient', { resource, sourceRecordId: `record ${records++}` });
  return patientId;
}

async function found({ desk }: World, asked: Asked, vault: Vault = desk.vault, tenant = 'acme') {
  const { matches, ...rest } = await desk.search.search(vault, tenant, criteriaOf(asked, phoneOf) as Criteria, 50);
  return { ids: matches.map(({ patientId }) => patientId), matches, ...rest };
}

/** A generation beside the one that is read, which takes its place. `each` is called between the pages of events. */
async function rebuild({ desk }: World, vault: Vault, each: () => Promise<void> = async () => undefined): Promise<void> {
  const { projection, prepare } = patientIndexing(vault, phoneOf, () => undefined);
  const generation = await desk.models.begin('patients');
  const between = async (page: never) => {
    await each();
    await prepare(page);
  };
  const deps = {
    store: desk.store,
    models: desk.models,
    owner: 'builder',
    prepare: between as typeof prepare,
    pageEvents: 4,
    nowMs: Date.now,
    sleep: async () => undefined,
  };
  await runProjection({ ...deps, onProgress: () => undefined }, projection, generation, { signal: new AbortController().signal, untilCaughtUp: true });
  await desk.models.activate('patients', generation);
}

test('a patient is found by each combination that has an index, however it is typed', async (world) => {
  const ada = await registered(
    world,
    person('Lovelace', 'Ada', '1960-12-10', { telecom: [{ system: 'phone', value: '(202) 456-1111' }], identifier: [{ system: 'urn:mrn', value: '00-7' }] }),
  );
  const about = await registered(world, person('Lovelace', 'Grace', '1960'));
  await world.desk.project();
  assert.equal((await found(world, { family: 'LOVELACE', given: 'ada' })).matches, [{ patientId: ada, matchedOn: ['family', 'given'] }]);
  const born = await found(world, { family: 'Lovelace', birthDate: '1960-12-10' });
  assert.equal(new Set(born.ids), new Set([ada, about]));
  assert.ok(born.complete && born.opened > 0);
  assert.equal(await found(world, { phone: '+1 202 456 1111' }), {
    ids: [ada],
    matches: [{ patientId: ada, matchedOn: ['phone'] }],
    opened: 0,
    complete: true,
  });
  assert.equal((await found(world, { identifier: { system: 'urn:mrn', value: '007' } })).matches, [{ patientId: ada, matchedOn: ['identifier'] }]);
  const all = await found(world, { family: 'Lovelace', given: 'Ada', birthDate: '1960-12-10', phone: '2024561111' });
  assert.equal(all.matches[0], { patientId: ada, matchedOn: ['phone', 'family', 'given', 'birthDate'] });
  assert.equal((await found(world, { phone: '2024561111' }, world.desk.vault, 'other')).ids, []);
});

test('strangers who share an entry are told apart by what their sources say', async (world) => {
  const ids = new Map<string, string>();
  for (let n = 0; n < 60; n++) ids.set(`Family${n}`, await registered(world, person(`Family${n}`, 'Jo', `19${30 + n}-01-02`)));
  await world.desk.project();
  let opened = 0;
  for (const [family, patientId] of [...ids].slice(0, 8)) {
    const one = await found(world, { family, given: 'Jo' });
    assert.equal(one.ids, [patientId], family);
    opened += one.opened;
  }
  assert.is(opened, 8 * 60, 'where there are few patients, entries tell nothing');
  assert.equal((await found(world, { family: 'Nobody', given: 'Jo' })).ids, []);
});

test('more patients than are shown are not all shown, and the answer says so', async (world) => {
  for (let n = 0; n < 52; n++) await registered(world, person('Smith', 'Jo', '1980-01-01'));
  await world.desk.project();
  const { ids, complete } = await found(world, { family: 'Smith', given: 'Jo' });
  assert.is(ids.length, 50);
  assert.not.ok(complete);
});

test('an erased patient is found by nobody, even before their row is gone', async (world) => {
  const ada = await registered(world, person('Lovelace', 'Ada', '1960-12-10'));
  await world.desk.project();
  await world.keys.store.erase('acme', ada);
  world.keys.keys.forget('acme', ada);
  assert.equal((await found(world, { family: 'Lovelace', given: 'Ada' })).ids, []);
});

test('a corrected name finds, the wrong one no longer does, and what was taken back finds nobody', async (world) => {
  const { desk, ehr } = world;
  const sourceRecordId = 'corrected';
  const { patientId } = await desk.done(ehr, 'register-patient', { resource: person('Lovelase', 'Ada', '1960-12-10'), sourceRecordId });
  await desk.done(ehr, 'update-demographics', { patientId, resource: person('Lovelace', 'Ada', '1960-12-10'), sourceRecordId });
  await desk.project();
  assert.equal((await found(world, { family: 'Lovelace', given: 'Ada' })).ids, [patientId]);
  assert.equal((await found(world, { family: 'Lovelase', given: 'Ada' })).ids, []);
  await desk.done(ehr, 'retract-fact', { patientId, sourceRecordId, reason: 'wrong-patient' });
  await desk.project();
  assert.equal((await found(world, { family: 'Lovelace', given: 'Ada' })).ids, []);
});

test('a record that cannot be read hides nobody else, and the answer says that it is not whole', async (world) => {
  const { desk } = world;
  const ada = await registered(world, person('Lovelace', 'Ada', '1960-12-10'));
  const twin = await registered(world, person('Lovelace', 'Ada', '1960-12-10'));
  await desk.project();
  const store = {
    ...desk.store,
    readStream: (stream: string, options: ReadOptions) => (stream.endsWith(ada) ? Promise.resolve([]) : desk.store.readStream(stream, options)),
  };
  const search = new PatientSearch({ models: desk.models, store: store as EventReader, phoneOf });
  const answer = await search.search(desk.vault, 'acme', { family: 'lovelace', given: 'ada' }, 50);
  assert.equal([answer.matches.map(({ patientId }) => patientId), answer.complete], [[twin], false]);
});

test('a fault of a store is no answer', async (world) => {
  const { desk } = world;
  await registered(world, person('Lovelace', 'Ada', '1960-12-10'));
  await desk.project();
  const readStream = () => Promise.reject(new LedgerFault('store-unavailable'));
  const search = new PatientSearch({ models: desk.models, store: { ...desk.store, readStream } as EventReader, phoneOf });
  assert.is(await faultCode(search.search(desk.vault, 'acme', { family: 'lovelace', given: 'ada' }, 50)), 'store-unavailable');
});

test('a model that is made anew after an erasure has no entry of the patient, and the others are found', async (world) => {
  const ada = await registered(world, person('Lovelace', 'Ada', '1960-12-10'));
  const twin = await registered(world, person('Lovelace', 'Ada', '1960-12-10'));
  await world.desk.project();
  assert.equal((await found(world, { family: 'Lovelace', given: 'Ada' })).ids, [ada, twin].sort());
  await world.keys.store.erase('acme', ada);
  world.keys.keys.forget('acme', ada);
  await rebuild(world, world.desk.vault);
  assert.equal((await found(world, { family: 'Lovelace', given: 'Ada' })).ids, [twin]);
  const [row] = await world.desk.models.get('patients', [`acme/${ada}`]);
  assert.equal(row?.index, []);
});

test('no search misses anybody while the index key is rotated, and the old key has no entries afterwards', async (world) => {
  const { desk, keys } = world;
  const ids: string[] = [];
  for (let n = 0; n < 30; n++)
    ids.push(await registered(world, person(`Family${n}`, 'Jo', '1970-01-02', { identifier: [{ system: 'urn:mrn', value: `A${n}` }] })));
  await desk.project();
  const all = async (vault = desk.vault) => {
    for (const [n, patientId] of ids.entries()) {
      if (n % 7 === 0) assert.equal((await found(world, { family: `Family${n}`, birthDate: '1970-01-02' }, vault)).ids, [patientId], `Family${n}`);
      assert.equal(await desk.search.byIdentifier(vault, 'acme', `urn:mrn|A${n}`, 5), [patientId], `A${n}`);
    }
  };
  const stale = keys.another().keys.usedBy(TESTER);
  await all(stale);
  assert.is((await keys.keys.renew(TESTER, 'acme', INDEX_OWNER))?.generation, 2);
  await all();
  ids.push(await registered(world, person('Family30', 'Jo', '1970-01-02', { identifier: [{ system: 'urn:mrn', value: 'A30' }] })));
  await desk.project();
  await all();
  await all(stale);
  await rebuild(world, desk.vault, all);
  await all();
  await all(stale);
  const rows = await desk.models.byPrefix('patients', 'acme/', { limit: 100 });
  const entries = rows.flatMap(({ value }) => Object.values((value as PatientRow).records ?? {}).flatMap(({ heads }) => heads.flatMap((head) => head.entries)));
  assert.is(entries.length, 31 * 3);
  assert.ok(entries.every((entry) => entry.split('/')[1] === '2'));
  const population = (await desk.models.get('patients', [populationKey('acme')]))[0]?.value as PopulationRow | undefined;
  assert.equal([population?.oldest, population?.generation], [2, 2], 'no search asks for the old key any more');
});

test('a process that has not heard of the new key makes no rows under the old one', async (world) => {
  const { desk, keys } = world;
  await registered(world, person('Family0', 'Jo', '1970-01-02'));
  await desk.project();
  const stale = keys.another();
  await stale.vault.indexKeys('acme');
  await keys.keys.renew(TESTER, 'acme', INDEX_OWNER);
  await registered(world, person('Family1', 'Jo', '1970-01-02'));
  await desk.project();
  const last = await registered(world, person('Family2', 'Jo', '1970-01-02'));
  const indexing = patientIndexing(stale.vault, phoneOf, () => undefined);
  const { active } = await desk.models.generations('patients');
  const run = () =>
    runProjection(
      {
        store: desk.store,
        models: desk.models,
        owner: 'desk',
        prepare: indexing.prepare,
        nowMs: Date.now,
        sleep: async () => undefined,
        onProgress: () => undefined,
      },
      indexing.projection,
      active as number,
      { signal: new AbortController().signal, untilCaughtUp: true },
    );
  assert.is(await faultCode(run()), 'keys-unavailable');
  await run();
  const [row] = await desk.models.get('patients', [`acme/${last}`]);
  assert.ok(row?.index.every((value) => value.split('/')[3] === '2'));
});

test('while the rows of the release before are made anew, identifiers are still found, and the answer says that it may lack somebody', async (world) => {
  const { desk } = world;
  const old = `i/acme/${(await desk.vault.tenantRing('acme')).blind('identifier', 'urn:mrn|7')}`;
  const generation = await desk.models.begin('patients');
  const fence = (await desk.models.lease('patients', generation, 'old', 1000)) as number;
  const row = { key: 'acme/p1', position: '1', value: { patientId: 'p1', registeredAt: '', identifiers: {} }, index: [old] };
  await desk.models.save('patients', generation, fence, { put: [row], remove: [], checkpoint: { position: '1', events: 1, version: 1 } });
  await desk.models.activate('patients', generation);
  assert.equal(await desk.search.byIdentifier(desk.vault, 'acme', 'urn:mrn|7', 5), ['p1']);
  assert.not.ok((await found(world, { family: 'Lovelace', given: 'Ada' })).complete);
});

test('numbers are read as they are dialled in the country, whatever is typed between the digits', () => {
  const german = phoneReader('DE');
  assert.equal(['030 901820', '+49 30 901820', '0049 (30) 901820'].map(german), Array(3).fill('+4930901820'));
  assert.is(phoneOf('(202) 456-1111 ext. 12'), '+12024561111');
  for (const text of ['', 'none', '12', '+', '1'.repeat(100)]) assert.is(phoneOf(text), null, text);
});

test.run();
