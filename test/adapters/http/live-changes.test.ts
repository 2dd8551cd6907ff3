import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { allergy, House, person } from './house.js';

const test = suite('a stream of record changes');

const idsOf = (text: string) => [...text.matchAll(/^id: (.+)$/gm)].map(([, id]) => id as string);

test('it gives what was and what comes, and goes on after Last-Event-ID', async () => {
  const house = await House.open();
  const ehr = await house.source('ehr');
  const consumer = await house.token('consumer');
  const { patientId } = await house.done('register-patient', { resource: person(), sourceRecordId: 'p1' }, ehr);
  const accept = { accept: 'text/event-stream' };
  const whole = house.get('/v1/feeds/record-changes', consumer, accept);
  const last = await house.done('record-fact', { patientId, resource: allergy(), sourceRecordId: 'a1' }, ehr);
  const served = async () => (await house.accesses()).some(({ data }) => data.action === 'read-feed' && data.categories.includes('allergies'));
  for (const end = Date.now() + 5000; !(await served()) && Date.now() < end; ) await new Promise((resolve) => setTimeout(resolve, 20));
  const refused = await house.get('/v1/feeds/record-changes', consumer, { ...accept, 'last-event-id': '1' });
  assert.is(refused.json.code, 'invalid-cursor');
  const later = house.get('/v1/feeds/record-changes', consumer, { ...accept, 'last-event-id': `${last.position}/1000000000` });
  await house.close();
  const [all, rest] = await Promise.all([whole, later]);
  const ids = idsOf(all.text);
  assert.ok(ids.length > 1);
  assert.is(ids.at(-1), `${last.position}/1000000000`);
  assert.equal(idsOf(rest.text), []);
});

test.run();
