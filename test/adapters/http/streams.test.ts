import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { allergy, House, linesOf, person } from './house.js';

interface World {
  house: House;
  ehr: string;
  patientId: string;
  clinician: string;
}

const test = suite<World>('feeds, replay and quarantine', {} as World);

test.before(async (world) => {
  const house = await House.open();
  const [ehr, lis] = [await house.source('ehr'), await house.source('lis')];
  const { patientId } = await house.done('register-patient', { resource: person(), sourceRecordId: 'p1' }, ehr);
  for (const record of ['a1', 'a2', 'a3']) await house.done('record-fact', { patientId, resource: allergy(), sourceRecordId: record }, ehr);
  const written = `{"patientId":"${patientId}","sourceRecordId":"o2","resource":{\r\n "resourceType": "Observation",\n "status":"final", "code":{"text":"line\\nbreak"}\n}}`;
  assert.is((await house.command('record-fact', written, lis)).status, 201);
  Object.assign(world, { house, ehr, patientId, clinician: await house.token('clinician') });
});
test.after(({ house }) => house.close());

test('a feed is read in pages, one CloudEvent a line whatever line breaks the source wrote, and goes on where it ended', async (world) => {
  const { house } = world;
  const consumer = await house.token('consumer');
  const first = await house.get('/v1/feeds/facts?limit=3', consumer);
  assert.equal([first.status, linesOf(first.text).length, first.headers['feed-end']], [200, 3, 'false']);
  const rest = await house.get(`/v1/feeds/facts?cursor=${first.headers['next-cursor']}`, consumer);
  const last = linesOf(rest.text);
  assert.equal([last.length, last[0].data.sourceRecordId, last[0].data.resource.code.text], [1, 'o2', 'line\nbreak']);
  assert.ok(String(rest.headers['link']).includes(String(rest.headers['next-cursor'])));
  const end = await house.get(`/v1/feeds/facts?cursor=${rest.headers['next-cursor']}`, consumer);
  assert.equal([end.text, end.headers['feed-end']], ['', 'true']);
  const patients = await house.get('/v1/feeds/patients', consumer);
  assert.equal(
    linesOf(patients.text).map(({ type }) => type),
    ['clinical-ledger.patient-registered.v3'],
  );
});

test('a feed refuses other roles, other names and cursors that it did not give out', async ({ house, clinician }) => {
  const consumer = await house.token('consumer');
  assert.is((await house.get('/v1/feeds/facts', clinician)).json.code, 'not-permitted');
  assert.is((await house.get('/v1/feeds/gossip', consumer)).json.code, 'unknown-feed');
  assert.is((await house.get('/v1/feeds/constructor', consumer)).json.code, 'unknown-feed');
  const forged = (text: string) => Buffer.from(text).toString('base64url');
  const cursor = (await house.get('/v1/feeds/patients', consumer)).headers['next-cursor'];
  for (const bad of ['abc', String(cursor), forged('facts\n'), forged('facts\nx'), forged('facts\n-1'), forged('facts\n999999999')]) {
    assert.is((await house.get(`/v1/feeds/facts?cursor=${bad}`, consumer)).json.code, 'invalid-cursor', bad);
  }
  assert.is((await house.get('/v1/feeds/facts?limit=1001', consumer)).json.code, 'invalid-parameter');
  assert.is((await house.get('/v1/feeds/facts?from=1', consumer)).json.code, 'invalid-parameter');
});

test('an auditor replays the log, sealed, page by page, and only of their tenant', async (world) => {
  const { house, patientId } = world;
  const auditor = await house.token('auditor');
  const found: string[] = [];
  for (let from = ''; ; ) {
    const page = await house.get(`/v1/audit/events?limit=7${from}`, auditor);
    found.push(...linesOf(page.text).map(({ id }) => id));
    if (page.headers['replay-end'] === 'true') break;
    from = `&from=${page.headers['next-from']}`;
  }
  assert.is(new Set(found).size, found.length);
  const ofPatient = await house.get(`/v1/audit/events?patient=${patientId}`, auditor);
  const events = linesOf(ofPatient.text);
  assert.equal(
    events.map(({ revision }) => revision),
    [0, 1, 2, 3, 4],
  );
  assert.ok(events.every(({ id, sealed }) => found.includes(id) && sealed[0].box.length > 0));
  const stream = events[0].stream;
  const tail = await house.get(`/v1/audit/events?stream=${stream}&from=2&limit=2`, auditor);
  assert.equal([linesOf(tail.text).map(({ revision }) => revision), tail.headers['next-from'], tail.headers['replay-end']], [[2, 3], '4', 'false']);
  const foreign = await house.token('auditor', 'a', { tenant: 'other' });
  assert.is((await house.get(`/v1/audit/events?stream=${stream}`, foreign)).text, '');
  assert.is((await house.get(`/v1/audit/events?patient=${patientId}`, foreign)).text, '');
  assert.ok(linesOf((await house.get('/v1/audit/events', foreign)).text).every(({ tenant }) => tenant === 'other'));
});

test('a replay refuses what is asked wrongly', async ({ house, clinician, patientId }) => {
  const auditor = await house.token('auditor');
  assert.is((await house.get('/v1/audit/events', clinician)).json.code, 'not-permitted');
  const bad = [
    ['patient=x', 'invalid-parameter'],
    ['from=x', 'invalid-parameter'],
    ['from=999999999', 'unknown-position'],
    [`patient=${patientId}&from=x`, 'invalid-parameter'],
    ['limit=0', 'invalid-parameter'],
    ['to=1', 'invalid-parameter'],
  ];
  for (const [query, code] of bad) assert.is((await house.get(`/v1/audit/events?${query}`, auditor)).json.code, code, query);
});

test('the quarantine is listed page by page, and opened for those who may repair it', async ({ house, ehr }) => {
  await house.bulk(['bad 1', 'bad 2', 'bad 3'], ehr, { prefer: 'handling=quarantine' });
  const officer = await house.token('privacy-officer');
  const first = (await house.get('/v1/quarantine?source=ehr&limit=2', officer)).json;
  assert.equal([first.source, first.quarantine.map(({ input }: { input: string }) => input)], ['ehr', ['bad 1', 'bad 2']]);
  const rest = (await house.get(`/v1/quarantine?source=ehr&cursor=${first.next}`, officer)).json;
  assert.equal([rest.quarantine.length, rest.next], [1, null]);
  for (const role of ['auditor', 'steward'])
    assert.not.ok((await house.get('/v1/quarantine?source=ehr', await house.token(role))).text.includes('bad 1'), role);
  assert.equal((await house.get('/v1/quarantine?source=nobody', officer)).json.quarantine, []);
  const cursor = Buffer.from('quarantine\nx').toString('base64url');
  for (const [query, code] of [
    ['', 'invalid-parameter'],
    ['source=', 'invalid-parameter'],
    ['source=ehr&x=1', 'invalid-parameter'],
    [`source=ehr&cursor=${cursor}`, 'invalid-cursor'],
  ] as const) {
    assert.is((await house.get(`/v1/quarantine?${query}`, officer)).json.code, code, query);
  }
  assert.is((await house.get('/v1/quarantine?source=ehr', await house.token('clinician'))).json.code, 'not-permitted');
});

test.run();
