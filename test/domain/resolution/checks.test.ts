import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Caller } from '../../../commands/request.js';
import type { Dispute } from '../../../domain/resolution/disputes.js';
import type { Resolution } from '../../../domain/resolution/resolve.js';
import { factPrefix } from '../../../projections/record.js';
import type { Category } from '../../../schemas/phi/categories.js';
import { callerOf, type Desk, openDesk, steward } from '../../commands/desk.js';

/** The checks that catch the usual mistakes, as far as they concern which statements are one fact and which is believed. */
const test = suite<World>('checks of resolution', {} as World);

interface World {
  desk: Desk;
  sources: Map<string, Caller>;
}

test.before.each(async (world) => {
  const desk = await openDesk();
  const names = ['a', 'b', 'c'];
  const sources = new Map(await Promise.all(names.map(async (name): Promise<[string, Caller]> => [name, await desk.source(name)])));
  Object.assign(world, { desk, sources });
});
test.after.each(({ desk }) => desk.close());

const SNOMED = 'http://snomed.info/sct';
const ICD = 'http://hl7.org/fhir/sid/icd-10-cm';
const LOINC = 'http://loinc.org';
const coded = (...codings: readonly (readonly [string, string])[]) => ({ coding: codings.map(([system, code]) => ({ system, code })) });
const verified = (code: string) => ({ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification', code }] });
const patient = { reference: 'Patient/1' };

const condition = (code: object) => ({ resourceType: 'Condition', subject: patient, code });
const allergy = (code: string, more: object = {}) => ({ resourceType: 'AllergyIntolerance', patient, code: coded([SNOMED, code]), ...more });
const PENICILLIN = '764146007';
const observation = (code: string, more: object) => ({ resourceType: 'Observation', status: 'final', code: coded([LOINC, code]), subject: patient, ...more });
const AT = '2021-03-14T10:00:00Z';

async function known({ desk }: World, source = 'a', id = 'p1'): Promise<string> {
  const { patientId } = await desk.done(callerOf('source', source), 'register-patient', { resource: { resourceType: 'Patient' }, sourceRecordId: id });
  return patientId;
}

async function says({ desk, sources }: World, patientId: string, source: string, resource: object, more: { id?: string; version?: string } = {}) {
  const { id = 'r1', version = '1' } = more;
  await desk.done(sources.get(source) as Caller, 'record-fact', { patientId, resource, sourceRecordId: id, sourceVersion: version });
}

async function read({ desk }: World, patientId: string, category: Category, conflictsOnly = false, validAt: string | null = null) {
  await desk.project();
  const asked = { tenant: 'acme', patientId, category, conflictsOnly, validAt, knownAt: null, designationsAt: null, after: null, limit: 100 };
  return desk.records.read({ ...asked, now: desk.clock.now() });
}

const sourcesOf = ({ winner, alternatives }: Resolution) =>
  [winner, ...alternatives]
    .map(({ assertion }) => assertion.source)
    .sort()
    .join('');
const facts = (all: readonly Resolution[]) => all.map(sourcesOf).sort();
const standing = (all: readonly Resolution[]) => all.map(({ winner, state }) => `${winner.assertion.source} ${state}`).sort();

const PARTS = { a: condition(coded([SNOMED, '44054006'])), b: condition(coded([SNOMED, '44054006'], [ICD, 'E11.9'])), c: condition(coded([ICD, 'E119'])) };
const ORDERS = ['abc', 'acb', 'bac', 'bca', 'cab', 'cba'];

test('check 1: of three that are chained by codes one fact is made in all orders, and when the middle one goes nothing of it is left', async (world) => {
  for (const order of ORDERS) {
    const patientId = await known(world, 'a', order);
    for (const source of order) await says(world, patientId, source, PARTS[source as 'a']);
    assert.equal(facts((await read(world, patientId, 'conditions')).resolutions), ['abc'], order);
    const { desk, sources } = world;
    await desk.done(sources.get('b') as Caller, 'retract-fact', { patientId, sourceRecordId: 'r1', reason: 'entered-in-error' });
    assert.equal(facts((await read(world, patientId, 'conditions')).resolutions), ['a', 'c'], order);
    // Every name that is still kept is one that a or c brings by itself.
    const rows = await desk.models.byPrefix('record', factPrefix('acme', patientId, 'conditions'), { limit: 10 });
    const names = rows.map(({ index }) => index.filter((value) => value.startsWith('t/')).length);
    const without = await known(world, 'a', `${order} without`);
    for (const source of ['a', 'c'] as const) await says(world, without, source, PARTS[source]);
    await desk.project();
    const alone = await desk.models.byPrefix('record', factPrefix('acme', without, 'conditions'), { limit: 10 });
    assert.equal(names.sort(), [...alone.map(({ index }) => index.filter((value) => value.startsWith('t/')).length), 0].sort());
  }
});

test('check 2: merged and parted again, every patient has the same winners and the same ids', async (world) => {
  const [one, other] = [await known(world, 'a', 'p1'), await known(world, 'b', 'p2')];
  await says(world, one, 'a', allergy(PENICILLIN, { criticality: 'high' }));
  await says(world, other, 'b', allergy(PENICILLIN, { criticality: 'low' }));
  const records = async () => {
    const all: (readonly Resolution[])[] = [];
    for (const patientId of [one, other]) all.push((await read(world, patientId, 'allergies')).resolutions);
    return all.map((resolutions) => resolutions.map(({ fact, winner }) => [fact.factId, winner.head.eventId]));
  };
  const before = await records();
  await world.desk.done(steward, 'merge-patients', { survivor: one, absorbed: other, reason: 'registered twice' });
  assert.equal(facts((await read(world, other, 'allergies')).resolutions), ['ab']);
  await world.desk.done(steward, 'unmerge-patients', { survivor: one, absorbed: other, reason: 'sisters' });
  assert.equal(await records(), before);
});

test('check 3: a corrected result outranks the final one that arrives after it, also where versions do not compare', async (world) => {
  const result = (status: string, value: number) => ({ ...observation('2345-7', { effectiveDateTime: AT, valueQuantity: { value, unit: 'mg/dL' } }), status });
  for (const [corrected, final] of [
    ['2', '1'],
    ['x', 'y'],
  ] as const) {
    const patientId = await known(world, 'a', `${corrected}${final}`);
    await says(world, patientId, 'a', result('corrected', 99), { version: corrected });
    await says(world, patientId, 'a', result('final', 90), { version: final });
    const { resolutions } = await read(world, patientId, 'observations');
    assert.equal(standing(resolutions), ['a agreed']);
    assert.is(resolutions[0]?.winner.head.standing, 'corrected');
  }
});

test('check 4: no known allergy from a newer, weaker source and an old penicillin allergy dispute each other, and neither hides the other', async (world) => {
  const patientId = await known(world);
  await world.desk.done(steward, 'designate-system-of-record', { scope: { category: 'allergies' }, sources: ['a'], reason: 'kept there' });
  await says(world, patientId, 'a', allergy(PENICILLIN, { recordedDate: '1999-01-01' }));
  await says(world, patientId, 'b', allergy('716186003', { recordedDate: '2025-01-01' }));
  for (const conflictsOnly of [false, true]) {
    const { resolutions, disputes } = await read(world, patientId, 'allergies', conflictsOnly);
    assert.equal(facts(resolutions), ['a', 'b'], String(conflictsOnly));
    assert.equal(
      disputes.map(({ settlement }: Dispute) => settlement),
      [undefined],
    );
  }
  // Not where the class is another one: nothing is said of drugs by who says that there is no food allergy.
  const other = await known(world, 'a', 'p2');
  await says(world, other, 'a', allergy(PENICILLIN, { category: ['medication'] }));
  await says(world, other, 'b', allergy('429625007'));
  assert.equal((await read(world, other, 'allergies')).disputes, []);
});

test('check 5: refuted beside confirmed is an open dispute in one fact; what is entered in error goes, and its copy is looked at', async (world) => {
  const patientId = await known(world);
  await says(world, patientId, 'a', allergy(PENICILLIN, { verificationStatus: verified('confirmed') }));
  await says(world, patientId, 'b', allergy(PENICILLIN, { verificationStatus: verified('refuted') }));
  assert.equal(standing((await read(world, patientId, 'allergies')).resolutions), ['a open']);
  await says(world, patientId, 'a', allergy(PENICILLIN, { verificationStatus: verified('entered-in-error') }), { version: '2' });
  const { resolutions } = await read(world, patientId, 'allergies', true);
  assert.equal(standing(resolutions), ['b open']);
  assert.equal(
    resolutions[0]?.takenBack.map(({ source }) => source),
    ['a'],
  );
  assert.equal(resolutions[0]?.alternatives, []);
});

test('check 6: equal counts in other units are no conflict; an HbA1c in mmol/mol and in % is one', async (world) => {
  const patientId = await known(world);
  const count = (value: number, code: string) =>
    observation('6690-2', { effectiveDateTime: AT, valueQuantity: { value, unit: code, system: 'http://unitsofmeasure.org', code } });
  await says(world, patientId, 'a', count(5, 'K/uL'));
  await says(world, patientId, 'b', count(5, '10*3/uL'));
  await says(world, patientId, 'c', count(5, '10*9/L'));
  assert.equal(standing((await read(world, patientId, 'observations')).resolutions), ['a agreed']);
  const other = await known(world, 'a', 'p2');
  const hba1c = (value: number, code: string) =>
    observation('4548-4', { effectiveDateTime: AT, valueQuantity: { value, unit: code, system: 'http://unitsofmeasure.org', code } });
  await says(world, other, 'a', hba1c(48, 'mmol/mol'));
  await says(world, other, 'b', hba1c(4.8, '%'));
  assert.equal(standing((await read(world, other, 'observations')).resolutions), ['a open']);
});

test('check 9: a blood pressure as a panel and as two observations is two facts, each stated twice', async (world) => {
  const patientId = await known(world);
  const vital = {
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] }],
    effectiveDateTime: AT,
  };
  const quantity = (value: number) => ({ valueQuantity: { value, unit: 'mmHg', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' } });
  const component = [
    { code: coded([LOINC, '8480-6']), ...quantity(120) },
    { code: coded([LOINC, '8462-4']), ...quantity(80) },
  ];
  await says(world, patientId, 'a', observation('85354-9', { ...vital, component }));
  await says(world, patientId, 'b', observation('8480-6', { ...vital, ...quantity(120) }), { id: 'systolic' });
  await says(world, patientId, 'b', observation('8462-4', { ...vital, ...quantity(81) }), { id: 'diastolic' });
  const { resolutions } = await read(world, patientId, 'vital-signs');
  assert.equal(facts(resolutions), ['ab', 'ab']);
  assert.equal(resolutions.map(({ state }) => state).sort(), ['agreed', 'open']);
});

test('check 10: two leads of one model are two implants, of one serial number one', async (world) => {
  const patientId = await known(world);
  const lead = (serialNumber: string) => ({
    resourceType: 'Device',
    patient,
    udiCarrier: [{ deviceIdentifier: '00643169007222' }],
    serialNumber,
    lotNumber: 'L1',
  });
  await says(world, patientId, 'a', lead('S1'), { id: 'd1' });
  await says(world, patientId, 'a', lead('S2'), { id: 'd2' });
  await says(world, patientId, 'b', lead('S2'), { id: 'x9' });
  assert.equal(facts((await read(world, patientId, 'devices')).resolutions), ['a', 'ab']);
});

test('check 11: a month and a day in it are two facts and no conflict; the month is true from its first instant', async (world) => {
  const patientId = await known(world);
  const dose = (occurrenceDateTime: string) => ({
    resourceType: 'Immunization',
    status: 'completed',
    patient,
    vaccineCode: coded(['http://hl7.org/fhir/sid/cvx', '140']),
    occurrenceDateTime,
  });
  await says(world, patientId, 'a', dose('2021-03'));
  await says(world, patientId, 'b', dose('2021-03-14'));
  const { resolutions } = await read(world, patientId, 'immunizations');
  assert.equal(standing(resolutions), ['a agreed', 'b agreed']);
  const on = async (validAt: string) => facts((await read(world, patientId, 'immunizations', false, validAt)).resolutions);
  assert.equal(await on('2021-02-28T23:59:59.999Z'), []);
  assert.equal(await on('2021-03-01T00:00:00.000Z'), ['a']);
  assert.equal(await on('2021-03-14T00:00:00.000Z'), ['a', 'b']);
});

test.run();
