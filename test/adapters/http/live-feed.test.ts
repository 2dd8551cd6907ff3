import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { allergy, House, person } from './house.js';

const test = suite('a feed that stays open');

const idsOf = (text: string) => [...text.matchAll(/^id: (.+)$/gm)].map(([, id]) => id);
const eventsOf = (text: string) => [...text.matchAll(/^data: (.+)$/gm)].map(([, data]) => JSON.parse(data ?? ''));

test('it gives what was and what comes, goes on after Last-Event-ID, and ends when the ledger stops', async () => {
  const house = await House.open();
  const ehr = await house.source('ehr');
  const consumer = await house.token('consumer');
  const { patientId } = await house.done('register-patient', { resource: person(), sourceRecordId: 'p1' }, ehr);
  const record = (name: string) => house.done('record-fact', { patientId, resource: allergy(), sourceRecordId: name }, ehr);
  const first = await record('a1');
  const accept = { accept: 'text/event-stream' };
  const whole = house.get('/v1/feeds/facts', consumer, accept);
  const later = house.get('/v1/feeds/facts', consumer, { ...accept, 'last-event-id': first.position });
  const second = await record('a2');
  const deadline = Date.now() + 5000;
  const opened = async () => (await house.accesses()).filter(({ data }) => data.action === 'read-feed').reduce((sum, { data }) => sum + data.opened, 0);
  while ((await opened()) < 3 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.is(await opened(), 3, 'what left is on record');
  await house.close();
  const [all, rest] = await Promise.all([whole, later]);
  assert.match(String(all.headers['content-type']), 'text/event-stream');
  assert.equal(idsOf(all.text), [first.position, second.position]);
  assert.equal(
    eventsOf(all.text).map(({ data }) => data.sourceRecordId),
    ['a1', 'a2'],
  );
  assert.equal(idsOf(rest.text), [second.position]);
});

test('it is refused like any other read, and the refusal is on record', async () => {
  const house = await House.open();
  const consumer = await house.token('consumer');
  const ask = (feed: string, token: string | null, more: Record<string, string> = {}) =>
    house.get(`/v1/feeds/${feed}`, token, { accept: 'text/event-stream', ...more });
  assert.is((await ask('facts', null)).status, 401);
  assert.is((await ask('facts', await house.token('clinician'))).json.code, 'not-permitted');
  assert.is((await ask('gossip', consumer)).json.code, 'unknown-feed');
  assert.is((await ask('facts', consumer, { 'last-event-id': '999999999' })).json.code, 'unknown-position');
  assert.is((await ask('facts', consumer, { 'last-event-id': 'x' })).json.code, 'invalid-parameter');
  const refused = (await house.accesses()).filter(({ data }) => data.action === 'read-feed');
  assert.equal(
    refused.map(({ data }) => [data.outcome, data.detail]),
    [
      ['refused', { feed: 'facts' }],
      ['refused', null],
      ['refused', { feed: 'facts' }],
      ['refused', { feed: 'facts' }],
    ],
  );
  await house.close();
});

test.run();
