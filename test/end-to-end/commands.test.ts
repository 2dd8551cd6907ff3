import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Json } from '../support/client.js';
import { allergy, result, Town } from './town.js';

const test = suite('commands of a running ledger');
let town: Town;

test.before(async () => {
  town = await Town.open();
});
test.after(() => town.close());

const MARKER = 'Qzmarker-walk-5f1d';

test('a command becomes a durable event, and everybody who may sees it as it was written', async () => {
  const { client } = town;
  const patientId = await town.patient('walk-1', { name: [{ family: `${MARKER}-family` }] });
  const resource = `{"resourceType":"Observation","status":"final","code":{"text":"${MARKER}-code"},"subject":{"reference":"Patient/p1"},"effectiveDateTime":"2024-05-06","valueQuantity":{"value":7.00,"unit":"%"}}`;
  const sent = await client.command(
    'record-fact',
    town.token('ehr'),
    `{"patientId":"${patientId}","sourceRecordId":"${MARKER}-record","resource":${resource}}`,
  );
  assert.is(sent.status, 201, sent.text);
  assert.is(sent.headers['etag'], '"1"');
  assert.is(sent.json.stream, `demo.patient-${patientId}`);
  assert.is(sent.json.revision, 1);
  assert.is(sent.json.eventIds.length, 1);
  assert.is(Number.isInteger(sent.json.logIndex), true);
  const [eventId] = sent.json.eventIds as [string];
  const at = { 'minimum-position': sent.json.position as string };

  const record = await client.get(`/v1/patients/${patientId}/record?category=observations`, town.token('clinician'), at);
  assert.ok(record.text.includes(resource), 'the record shows the resource byte for byte');
  assert.is(record.json.facts[0].value.sourceRecordId, `${MARKER}-record`);
  const lineage = await client.get(`/v1/patients/${patientId}/lineage?category=observations`, town.token('clinician'));
  assert.is(lineage.json.lineage[0].value.eventId, eventId);
  assert.not.match(lineage.text, MARKER);
  const history = await client.get(`/v1/patients/${patientId}/history`, town.token('clinician'));
  assert.equal(
    history.json.history.map((event: Json) => event.type),
    ['patient-registered', 'fact-recorded'],
  );
  const feed = await client.get('/v1/feeds/facts', town.token('consumer'));
  assert.ok(feed.text.includes(resource), 'the feed carries it');
  const replay = await client.get(`/v1/audit/events?patient=${patientId}`, town.token('auditor'));
  assert.ok(replay.text.includes(eventId) && !replay.text.includes(MARKER), 'the auditor sees the event, sealed');
});

test('a command repeated under its Idempotency-Key has the first receipt again, and the key stands for nothing else', async () => {
  const patientId = await town.patient('repeat-1');
  const body = { patientId, sourceRecordId: 'r-1', resource: allergy('high') };
  const headers = { 'idempotency-key': 'key-1' };
  const first = await town.client.command('record-fact', town.token('ehr'), body, headers);
  const second = await town.client.command('record-fact', town.token('ehr'), body, headers);
  assert.is(first.status, 201);
  assert.is(second.status, 200);
  assert.equal({ ...second.json, repeated: false }, first.json);
  const other = await town.client.command('record-fact', town.token('ehr'), { ...body, resource: allergy('low') }, headers);
  assert.is(other.status, 422);
  assert.is(other.json.code, 'idempotency-key-reused');
});

test('without a key the same record of the same source is known again, and other content under it is refused', async () => {
  const patientId = await town.patient('natural-1');
  const body = { patientId, sourceRecordId: 'n-1', sourceVersion: '1', resource: allergy('high') };
  const first = await town.client.command('record-fact', town.token('ehr'), body);
  const second = await town.client.command('record-fact', town.token('ehr'), body);
  assert.equal([first.status, second.status], [201, 200]);
  assert.equal(second.json.eventIds, first.json.eventIds);
  const changed = await town.client.command('record-fact', town.token('ehr'), { ...body, resource: allergy('low') });
  assert.equal([changed.status, changed.json.code], [409, 'source-version-conflict']);
});

test('a stale If-Match is refused, and the present one taken', async () => {
  const patientId = await town.patient('match-1');
  const send = (sourceRecordId: string, revision: number) =>
    town.client.command('record-fact', town.token('ehr'), { patientId, sourceRecordId, resource: result(revision) }, { 'if-match': `"${revision}"` });
  assert.is((await send('m-1', 0)).status, 201);
  const stale = await send('m-2', 0);
  assert.equal([stale.status, stale.json.code], [412, 'stale-revision']);
  assert.is((await send('m-2', 1)).status, 201);
});

test('three sources write to one patient at once, and every command is there once, in one order', async () => {
  const patientId = await town.patient('crowd-1');
  const sources = ['ehr', 'lis', 'pharmacy'];
  const all = sources.flatMap((source) => Array.from({ length: 40 }, (_, number) => ({ source, number })));
  const replies = await Promise.all(
    all.map(({ source, number }) =>
      town.client.command('record-fact', town.token(source), { patientId, sourceRecordId: `${source}-${number}`, resource: result(number) }),
    ),
  );
  assert.is(
    replies.every(({ status }) => status === 201),
    true,
  );
  const revisions = replies.map(({ json }) => json.revision as number).sort((left, right) => left - right);
  assert.equal(
    revisions,
    all.map((_, index) => index + 1),
  );
  const history = await town.client.get(`/v1/patients/${patientId}/history?limit=1000`, town.token('clinician'));
  assert.is(history.json.history.length, 121);
  assert.is(new Set(history.json.history.map((event: Json) => event.eventId)).size, 121);
});

test('a designated source is shown, the others stay visible, and the earlier answer can still be asked for', async () => {
  const patientId = await town.patient('authority-1');
  for (const [source, criticality] of [
    ['ehr', 'high'],
    ['lis', 'low'],
    ['pharmacy', 'unable-to-assess'],
  ] as const) {
    const body = { patientId, sourceRecordId: `${source}-allergy`, resource: allergy(criticality) };
    assert.is((await town.client.command('record-fact', town.token(source), body)).status, 201);
  }
  const designate = async (sources: readonly string[]) => {
    const { status, json } = await town.client.command('designate-system-of-record', town.token('steward'), {
      scope: { category: 'allergies' },
      sources,
      reason: 'agreed',
    });
    assert.is(status, 201);
    return json.position as string;
  };
  const shown = async (query: string, position: string) => {
    const { json } = await town.client.get(`/v1/patients/${patientId}/record?category=allergies${query}`, town.token('clinician'), {
      'minimum-position': position,
    });
    const [fact] = json.facts;
    assert.is(json.facts.length, 1);
    assert.is(fact.conflict, true);
    return [fact.value.source, ...fact.alternatives.map((other: Json) => other.source)];
  };
  const first = await designate(['pharmacy', 'ehr', 'lis']);
  assert.equal(await shown('', first), ['pharmacy', 'ehr', 'lis']);
  const second = await designate(['lis', 'ehr', 'pharmacy']);
  assert.equal(await shown('', second), ['lis', 'ehr', 'pharmacy']);
  assert.equal(await shown(`&knownAt=${first}`, second), ['pharmacy', 'ehr', 'lis']);
});

test.run();
