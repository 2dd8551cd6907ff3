import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ModelFactFinder } from '../../adapters/fact-finder.js';
import { ModelPatientIndex } from '../../adapters/patient-index.js';
import type { Caller } from '../../commands/request.js';
import { LedgerFault } from '../../domain/rejections.js';
import { allergy, type Desk, openDesk, person } from '../commands/desk.js';

const test = suite<{ desk: Desk; ehr: Caller }>('looking into a read model that is behind the log', {} as { desk: Desk; ehr: Caller });
const UNKNOWN = 'f6f7a2c4-0000-4000-8000-000000000001';
const WITHIN_MS = 5;

test.before.each(async (world) => {
  const desk = await openDesk();
  Object.assign(world, { desk, ehr: await desk.source('ehr') });
});
test.after.each(({ desk }) => desk.close());

const codeOfFault = (looking: Promise<unknown>) =>
  looking.then(
    () => 'answered',
    (fault: unknown) => (fault instanceof LedgerFault ? fault.code : String(fault)),
  );

test('whoever is not found by identifier is asked for again later, and unknown only to an index that has met the end of the log', async ({ desk, ehr }) => {
  const index = new ModelPatientIndex(desk.search, desk.store, desk.progress, WITHIN_MS);
  await desk.done(ehr, 'register-patient', { resource: person(), sourceRecordId: 'p1' });
  assert.is(await codeOfFault(index.catchUp()), 'read-models-unavailable');
  await desk.project();
  assert.is(await codeOfFault(index.catchUp()), 'answered');
});

test('a fact is unknown only to a record that has met the end of the log; one that is there is found by a record that is behind', async ({ desk, ehr }) => {
  const facts = new ModelFactFinder(desk.models, desk.store, desk.progress, WITHIN_MS);
  const { patientId } = await desk.done(ehr, 'register-patient', { resource: person(), sourceRecordId: 'p1' });
  await desk.done(ehr, 'record-fact', { patientId, resource: allergy(), sourceRecordId: 'a1' });
  const factId = (await desk.store.readAll({ after: null, limit: 100, types: ['fact-recorded'] })).events.map(({ event }) => event.data)[0];
  const known = (factId as { assertionId: string }).assertionId;
  assert.is(await codeOfFault(facts.find('acme', patientId ?? '', known)), 'read-models-unavailable');
  await desk.project();
  assert.is(await facts.find('acme', patientId ?? '', UNKNOWN), undefined);
  await desk.done(ehr, 'record-fact', { patientId, resource: allergy(), sourceRecordId: 'a2' });
  assert.is((await facts.find('acme', patientId ?? '', known))?.category, 'allergies');
});

test.run();
