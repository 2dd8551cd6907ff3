import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Answer, allergy, House, person } from './house.js';

interface World {
  house: House;
  steward: string;
  patientId: string;
}

const test = suite<World>('what a steward may not settle alone', {} as World);

test.before(async (world) => {
  const house = await House.open(mkdtempSync(join(tmpdir(), 'house-')), { CHANGE_CONTROL: 'four-eyes' });
  const [ehr, lis] = [await house.source('ehr'), await house.source('lis')];
  const { patientId } = await house.done('register-patient', { resource: person(), sourceRecordId: 'p1' }, ehr);
  for (const [source, criticality, status] of [
    [ehr, 'low', 'final'],
    [lis, 'high', 'amended'],
  ] as const) {
    await house.done('record-fact', { patientId, resource: allergy('91936005', { criticality }), sourceRecordId: 'a1' }, source);
    await house.done('record-fact', { patientId, resource: glucose(status === 'final' ? 5.1 : 9.7), sourceRecordId: 'g1' }, source);
  }
  Object.assign(world, { house, patientId, steward: await house.token('steward') });
});
test.after(({ house }) => house.close());

function glucose(value: number): object {
  return {
    resourceType: 'Observation',
    status: 'final',
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }] }],
    code: { coding: [{ system: 'http://loinc.org', code: '2339-0' }] },
    subject: { reference: 'Patient/1' },
    effectiveDateTime: '2024-03-01T08:00:00Z',
    valueQuantity: { value, unit: 'mmol/L', system: 'http://unitsofmeasure.org', code: 'mmol/L' },
  };
}

type Fact = Answer['json'];

async function factOf({ house, steward, patientId }: World, type: string): Promise<Fact> {
  const position = (await house.ledger.services.store.head()) ?? '';
  const { json } = await house.get(`/v1/patients/${patientId}/record`, steward, { 'minimum-position': position });
  return json.facts.find((fact: Fact) => fact.value.resourceType === type);
}

const judgedOf = (...facts: readonly Fact[]) => facts.flatMap(({ value, alternatives }) => [value, ...alternatives].map(({ eventId }) => eventId));

const settle = ({ house, steward, patientId }: World, more: object) =>
  house.command('settle-conflict', { patientId, reason: 'looked at both', ...more }, steward);

test('a safety conflict needs a second person, also when it is the second of two facts', async (world) => {
  const [allergic, sugar] = [await factOf(world, 'AllergyIntolerance'), await factOf(world, 'Observation')];
  for (const [first, second] of [
    [allergic, sugar],
    [sugar, allergic],
  ] as const) {
    const body = { factId: first.factId, otherFactId: second.factId, decision: 'keep-both', judged: judgedOf(first, second) };
    const answer = await settle(world, body);
    assert.equal([answer.status, answer.json.code], [409, 'approval-required']);
  }
  assert.is((await factOf(world, 'AllergyIntolerance')).state, 'open');
});

test('a decision refuses what it does not take', async (world) => {
  const sugar = await factOf(world, 'Observation');
  const [one, other] = [sugar.value, ...sugar.alternatives].map(({ assertionId }) => assertionId);
  const about = { factId: sugar.factId, judged: judgedOf(sugar) };
  const refusedAt = async (more: object) => (await settle(world, { ...about, ...more })).json.errors[0];
  assert.equal(await refusedAt({ decision: 'keep-both', chosen: one }), { pointer: '/chosen', rule: 'only-with-choose' });
  assert.equal(await refusedAt({ decision: 'choose', chosen: one, groups: [[one], [other]] }), { pointer: '/groups', rule: 'only-with-not-same' });
  assert.is((await settle(world, { ...about, decision: 'choose', chosen: one })).status, 201);
});

test.run();
