import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { PatientCommand } from '../../domain/record/decide.js';
import { recordProjection } from '../../projections/record.js';
import type { Fact } from '../../schemas/read-models/fact.js';
import { token } from '../domain/given.js';
import { corrects, PATIENT, patient, records, retracts, updates } from '../domain/record/saying.js';
import { recorded, rowsAfter } from './folding.js';

const test = suite('the authoritative record');

async function rowsOf(...commands: readonly PatientCommand[]) {
  const rows = await rowsAfter(recordProjection, [recorded(patient(...commands).events)]);
  return rows.filter(({ key }) => !key.includes('/demographics/'));
}
const factsOf = async (...commands: readonly PatientCommand[]) => (await rowsOf(...commands)).map((row) => row.value as Fact);
const liveVersions = (fact: Fact | undefined) => fact?.assertions.flatMap(({ heads }) => heads.map(({ sourceVersion }) => sourceVersion));
const sources = (facts: readonly Fact[]) => facts.map(({ assertions }) => assertions.map(({ source }) => source).join('+')).sort();

test('a fact has one row under its patient and category, found by its records and by what it is about', async () => {
  const [row] = await rowsOf(records({ about: ['a'] }));
  const fact = row?.value as Fact;
  assert.is(row?.key, `test/${PATIENT}/allergies/${fact.factId}`);
  assert.equal(row?.index, [`r/test/${PATIENT}/ehr/${token('ehr|r1')}`, `t/test/${token('a')}`]);
});

test('an assertion that names no source, or brings no content, changes nothing and stops nothing', async () => {
  const { events } = patient(records(), records({ version: '2' }));
  const nameless = events.map((event) => ({ ...event, source: null }));
  const empty = events.map((event) => ({ ...event, sealed: [] }));
  assert.equal(await rowsAfter(recordProjection, [recorded(nameless), recorded(empty)]), []);
});

test('a higher version takes the place of the lower one, which stays as a reference', async () => {
  const [fact] = await factsOf(records(), records({ version: '2', words: 'b' }));
  assert.equal(liveVersions(fact), ['2']);
  assert.is(fact?.assertions[0]?.past.length, 1);
});

test('a lower version that comes late is not live, and neither is what only it speaks of', async () => {
  const [fact] = await factsOf(records({ version: '2' }), records({ version: '1', words: 'late', category: 'conditions', about: ['z'] }));
  assert.equal(liveVersions(fact), ['2']);
  assert.is(fact?.category, 'allergies');
  assert.is(fact?.assertions[0]?.past.length, 1);
});

test('versions that do not compare are live side by side, and in conflict when they differ', async () => {
  const [row] = await rowsOf(records({ version: 'blue' }), records({ version: 'green', words: 'b' }));
  assert.equal(liveVersions(row?.value as Fact), ['blue', 'green']);
  assert.ok(row?.index.includes(`c/test/${PATIENT}`));
});

test('facts of two sources that say the same are no conflict', async () => {
  const [same] = await rowsOf(records({ about: ['a'] }), records({ source: 'lis', about: ['a'] }));
  assert.not.ok(same?.index.includes(`c/test/${PATIENT}`));
  const [different] = await rowsOf(records({ about: ['a'] }), records({ source: 'lis', about: ['a'], words: 'b' }));
  assert.ok(different?.index.includes(`c/test/${PATIENT}`));
});

test('a corrected code leaves no name, no index and no join behind', async () => {
  const rows = await rowsOf(
    records({ about: ['wrong'] }),
    records({ source: 'lis', about: ['wrong'] }),
    corrects({ version: null, words: 'b', about: ['right'] }),
  );
  assert.is(rows.length, 2);
  const corrected = rows.find((row) => (row.value as Fact).assertions[0]?.source === 'ehr');
  assert.not.ok(JSON.stringify(corrected).includes(token('wrong')));
  assert.equal(corrected?.index, [`r/test/${PATIENT}/ehr/${token('ehr|r1')}`, `t/test/${token('right')}`]);
});

test('three assertions of which the middle one joins the others are one fact in any order, and two when it is retracted', async () => {
  const [left, middle, right] = [records({ source: 'a', about: ['x'] }), records({ source: 'b', about: ['x', 'y'] }), records({ source: 'c', about: ['y'] })];
  const orders = [
    [left, middle, right],
    [left, right, middle],
    [middle, left, right],
    [middle, right, left],
    [right, left, middle],
    [right, middle, left],
  ];
  for (const order of orders) {
    assert.equal(sources(await factsOf(...order)), ['a+b+c']);
    const parted = await factsOf(...order, retracts({ source: 'b' }));
    assert.equal(sources(parted.filter((fact) => (liveVersions(fact)?.length ?? 0) > 0)), ['a', 'c']);
  }
});

test('a retracted record has no live version and keeps its retraction; a later version lives again', async () => {
  const [dead] = await factsOf(records({ about: ['a'] }), retracts());
  assert.equal(liveVersions(dead), []);
  assert.is(dead?.assertions[0]?.retraction?.reason, 'entered-in-error');
  const [alive] = await factsOf(records({ about: ['a'] }), retracts(), records({ version: '2', words: 'again' }));
  assert.equal(liveVersions(alive), ['2']);
  assert.is(alive?.assertions[0]?.retraction, null);
});

test('a version that comes after its retraction, and below it, stays dead', async () => {
  const [fact] = await factsOf(records({ version: '2' }), retracts(), records({ version: '1', words: 'late' }));
  assert.equal(liveVersions(fact), []);
  assert.ok(fact?.assertions[0]?.retraction !== null);
});

test('a record that moves to another category leaves its row there', async () => {
  const rows = await rowsOf(records(), records({ version: '2', words: 'b', category: 'conditions', resourceType: 'Condition' }));
  assert.is(rows.length, 1);
  assert.match(rows[0]?.key ?? '', '/conditions/');
  assert.is((rows[0]?.value as Fact | undefined)?.assertions[0]?.resourceType, 'Condition');
});

async function elements(...commands: readonly PatientCommand[]) {
  const rows = await rowsAfter(recordProjection, [recorded(patient(...commands).events)]);
  return Object.fromEntries(rows.map((row) => row.value as Fact).map((fact) => [fact.element, liveVersions(fact)]));
}

test('each demographic element is a fact of its own', async () => {
  assert.equal(await elements(), { birthDate: ['1'], name: ['1'] });
});

test('an element that the new version does not mention is no longer stated', async () => {
  assert.equal(await elements(updates({ version: '2', elements: { name: 'Eve' } })), { birthDate: [], name: ['2'] });
});

test('an older version that comes late and mentions an element that the newer does not, does not state it', async () => {
  const story = [updates({ version: '3', elements: { name: 'Eve' } }), updates({ version: '2', elements: { name: 'Old', gender: 'female' } })];
  assert.equal(await elements(...story), { birthDate: [], gender: [], name: ['3'] });
});

test('demographics without a version take the place of all that the source said', async () => {
  const said = (words: Record<string, string>) => updates({ source: 'lis', version: null, elements: words });
  assert.equal(await elements(said({ gender: 'female' }), said({ maritalStatus: 'M' })), { birthDate: ['1'], gender: [], maritalStatus: [null], name: ['1'] });
});

test('at most twenty past versions are kept in the row', async () => {
  const versions = Array.from({ length: 30 }, (_, n) => records({ version: String(n + 1), words: `v${n}` }));
  const [fact] = await factsOf(...versions);
  assert.is(fact?.assertions[0]?.past.length, 20);
});

test('events of other nouns change nothing', () => {
  assert.equal(recordProjection.events.includes('source-registered'), false);
});

test.run();
