import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Answer, allergy, House, linesOf, person } from './house.js';

interface World {
  house: House;
  ehr: string;
  lis: string;
  steward: string;
  consumer: string;
  patientId: string;
}

const test = suite<World>('the work list and its feeds over HTTP', {} as World);

test.before(async (world) => {
  const house = await House.open();
  const [ehr, lis] = [await house.source('ehr'), await house.source('lis')];
  const { patientId } = await house.done('register-patient', { resource: person(), sourceRecordId: 'p1' }, ehr);
  Object.assign(world, { house, ehr, lis, patientId, steward: await house.token('steward'), consumer: await house.token('consumer') });
});
test.after(({ house }) => house.close());

const says = ({ house, patientId }: World, source: string, criticality: string, more: object = {}) =>
  house.done('record-fact', { patientId, resource: { ...allergy(), criticality }, sourceRecordId: 'a1', ...more }, source);

async function list({ house, steward }: World, query: string, position: string, token = steward): Promise<Answer> {
  return house.get(`/v1/conflicts${query}`, token, { 'minimum-position': position });
}

async function feed({ house, consumer }: World, name: string): Promise<Answer['json'][]> {
  return linesOf((await house.get(`/v1/feeds/${name}?limit=1000`, consumer)).text);
}

/** Reads a feed until it tells of what an event has set off. */
async function feedWith(world: World, name: string, eventId: string): Promise<Answer['json'][]> {
  for (const end = Date.now() + 5000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 10))) {
    const items = await feed(world, name);
    if (items.some(({ id }: { id: string }) => id.startsWith(eventId))) return items;
  }
  throw new Error(`nothing of the event in ${name}`);
}

test('what two sources disagree on is listed with what it takes to settle it, and says who was shown it', async (world) => {
  const { house, ehr, lis, steward, patientId } = world;
  await says(world, ehr, 'high');
  const { position, eventIds } = await says(world, lis, 'low');
  const first = (await list(world, '', position)).json;
  assert.is(first.conflicts.length, 1);
  const [conflict] = first.conflicts;
  assert.equal(
    [conflict.patientId, conflict.category, conflict.severity, conflict.state, conflict.kind, conflict.overdue, [...conflict.sources].sort()],
    [patientId, 'allergies', 'safety', 'open', 'difference', false, ['ehr', 'lis']],
  );
  assert.is(conflict.since.eventId, eventIds[0]);
  assert.is(Date.parse(conflict.deadline) - Date.parse(conflict.since.recordedAt), 24 * 60 * 60 * 1000);
  assert.equal(conflict.notified, []);
  assert.not.match(JSON.stringify(first), /penicillin|criticality/i);

  const accesses = (await house.accesses()).filter(({ data }) => data.action === 'read-conflicts' && data.outcome === 'allowed');
  assert.equal(accesses.at(-1).data.patients, [patientId]);
  const head = (await house.ledger.services.store.head()) as string;
  const [again] = (await list(world, '', head)).json.conflicts;
  assert.equal(
    again.notified.map(({ subject }: { subject: string }) => subject),
    ['steward-1'],
  );

  const judged = conflict.statements.map(({ eventId }: { eventId: string }) => eventId);
  const settled = await house.done('settle-conflict', { patientId, factId: conflict.factIds[0], decision: 'keep-both', judged, reason: 'both seen' }, steward);
  assert.equal((await list(world, '', settled.position)).json.conflicts, []);
  const [done] = (await list(world, '?state=settled&severity=safety&category=allergies', settled.position)).json.conflicts;
  assert.equal([done.state, done.settlement, done.deadline], ['settled', settled.eventIds[0], null]);
});

test('a source that speaks again reopens what was settled, and both feeds tell the story in order', async (world) => {
  const { lis, patientId } = world;
  const { eventIds } = await says(world, lis, 'unable-to-assess', { sourceVersion: '2' });
  const turns = (await feedWith(world, 'conflicts', eventIds[0])).map(({ data, subject, type }) => [data.turn, data.state, subject, type]);
  assert.equal(
    turns,
    [
      ['opened', 'open'],
      ['settled', 'settled'],
      ['reopened', 'open'],
    ].map((turn) => [...turn, patientId, 'clinical-ledger.conflict.v1']),
  );
  const changes = (await feed(world, 'record-changes')).filter(({ data }) => data.category === 'allergies');
  assert.equal(changes[0].data.why, 'recorded');
  assert.is(changes[0].data.from, null);
  assert.is(changes[0].data.to.source, 'ehr');
});

test('a designation changes what the record shows, and the feed says so', async (world) => {
  const { house, steward, patientId } = world;
  const body = { scope: { category: 'allergies' }, sources: ['lis', 'ehr'], effectiveFrom: '2026-01-01T00:00:00Z', reason: 'agreed' };
  const { eventIds } = await house.done('designate-system-of-record', body, steward);
  const item = (await feedWith(world, 'record-changes', eventIds[0])).at(-1);
  assert.equal(
    [item.subject, item.data.why, item.data.because, item.data.designation, item.data.from.source, item.data.to.source],
    [patientId, 'designated', eventIds[0], eventIds[0], 'ehr', 'lis'],
  );
});

test('feeds go on where they ended, in pages and as a stream, and refuse places that are none', async (world) => {
  const { house, consumer } = world;
  const all = await feed(world, 'record-changes');
  const first = await house.get('/v1/feeds/record-changes?limit=2', consumer);
  const rest = await house.get(`/v1/feeds/record-changes?limit=1000&cursor=${first.headers['next-cursor']}`, consumer);
  assert.equal([...linesOf(first.text), ...linesOf(rest.text)], all);
  assert.equal([first.headers['feed-end'], rest.headers['feed-end']], ['false', 'true']);
  const forged = (text: string) => Buffer.from(`record-changes\n${text}`).toString('base64url');
  for (const bad of ['1', '1/', 'x/1', '1/1/1', '999999999/1', '']) {
    assert.is((await house.get(`/v1/feeds/record-changes?cursor=${forged(bad)}`, consumer)).json.code, 'invalid-cursor', bad);
  }
  const other = await house.token('consumer', 'registry-2', { tenant: 'other' });
  assert.is((await house.get('/v1/feeds/record-changes', other)).text, '');
});

test('the list is for stewards and privacy officers, and refuses what it does not know', async (world) => {
  const { house, steward } = world;
  const code = async (token: string, query = '') => (await house.get(`/v1/conflicts${query}`, token)).json.code;
  assert.is(await code(await house.token('clinician')), 'not-permitted');
  assert.is(await code(await house.token('consumer')), 'not-permitted');
  assert.is((await house.get('/v1/conflicts', await house.token('privacy-officer'))).status, 200);
  for (const query of ['?state=new', '?severity=high', '?category=x', '?limit=501', '?patient=1'])
    assert.is(await code(steward, query), 'invalid-parameter', query);
  const forged = Buffer.from('work-list\n~conflict/other/open/').toString('base64url');
  assert.is(await code(steward, `?cursor=${forged}`), 'invalid-cursor');
  assert.equal((await house.get('/v1/conflicts', await house.token('steward', 'steward-1', { tenant: 'other' }))).json.conflicts, []);
});

test('a list of more than a page goes on where it ended', async (world) => {
  const { house, ehr, lis, patientId } = world;
  let position = '';
  for (const [nth, source] of [ehr, lis].entries()) {
    for (const code of ['227493005', '256349002', '294505008']) {
      const resource = { ...allergy(), code: { coding: [{ system: 'http://snomed.info/sct', code }] }, criticality: nth === 0 ? 'high' : 'low' };
      position = (await house.done('record-fact', { patientId, resource, sourceRecordId: `more-${code}` }, source)).position;
    }
  }
  const all = (await list(world, '', position)).json.conflicts;
  assert.ok(all.length >= 3);
  const paged: unknown[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: Answer['json'] = (await list(world, `?limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`, position)).json;
    assert.is(page.conflicts.length, 1);
    paged.push(page.conflicts[0].conflictId);
    cursor = page.next;
  }
  assert.equal(
    paged,
    all.map(({ conflictId }: { conflictId: string }) => conflictId),
  );
});

test.run();
