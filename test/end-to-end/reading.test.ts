import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Json, linesOf } from '../support/client.js';
import { allergy, result, Town } from './town.js';

const test = suite('reading from a running ledger');
let town: Town;

test.before(async () => {
  town = await Town.open();
});
test.after(() => town.close());

async function results(patientId: string, from: number, to: number): Promise<string> {
  const lines = Array.from({ length: to - from }, (_, index) => ({
    command: 'record-fact',
    body: { patientId, sourceRecordId: `r-${from + index}`, resource: result(from + index) },
  }));
  const { results: answers } = await town.client.bulk(town.token('lis'), lines);
  assert.is(
    answers.every(({ status }) => status === 201),
    true,
  );
  return answers.at(-1)?.receipt?.position ?? '';
}

const at = (position: string) => ({ 'minimum-position': position });

test('a live feed goes on after Last-Event-ID across a restart, with no gap and no repeat', async () => {
  const patientId = await town.patient('feed-1');
  await results(patientId, 0, 250);
  const before = await town.client.events('facts', town.token('consumer'), 130);
  assert.is(before.length, 130);
  await town.restart();
  await results(patientId, 250, 300);
  const after = await town.client.events('facts', town.token('consumer'), 170, before.at(-1)?.id);
  const records = [...before, ...after].map(({ data }) => data.data.sourceRecordId as string);
  assert.equal(
    records,
    Array.from({ length: 300 }, (_, number) => `r-${number}`),
  );
  assert.is(new Set([...before, ...after].map(({ data }) => data.id)).size, 300);
});

test('a live feed gives what happens while it is open', async () => {
  const patientId = await town.patient('feed-2');
  const position = await results(patientId, 0, 1);
  const waiting = town.client.events('facts', town.token('consumer'), 3, position);
  await new Promise((resolve) => setTimeout(resolve, 200));
  await results(patientId, 1, 4);
  assert.equal(
    (await waiting).map(({ data }) => data.data.sourceRecordId),
    ['r-1', 'r-2', 'r-3'],
  );
});

test('a consumer that does not read holds nobody up, and finds everything when it reads again', async () => {
  const patientId = await town.patient('feed-3');
  const position = await results(patientId, 0, 1);
  const response = await town.client.open('/v1/feeds/facts', {
    token: town.token('consumer'),
    headers: { accept: 'text/event-stream', 'last-event-id': position },
  });
  response.pause();
  const lines = Array.from({ length: 60 }, (_, number) => ({
    command: 'record-fact',
    body: { patientId, sourceRecordId: `slow-${number}`, resource: result(number + 1, 'n'.repeat(200_000)) },
  }));
  const { results: answers } = await town.client.bulk(town.token('lis'), lines);
  assert.is(
    answers.every(({ status }) => status === 201),
    true,
  );
  assert.is((await town.client.get('/health/live', null)).status, 200);
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) {
    text += chunk;
    if (text.includes('slow-59') && text.endsWith('\n\n')) break;
  }
  response.destroy();
  const found = [...text.matchAll(/"sourceRecordId":"(slow-\d+)"/g)].map(([, id]) => id);
  assert.equal(
    found,
    lines.map(({ body }) => body.sourceRecordId),
  );
});

test('a feed is read in pages whose cursors join without gap or repeat', async () => {
  const ids: string[] = [];
  let path: string | undefined = '/v1/feeds/facts?limit=37';
  for (let pages = 0; path !== undefined && pages < 100; pages++) {
    const { text, headers } = await town.client.get(path, town.token('consumer'));
    for (const item of linesOf(text) as Json[]) ids.push(item.id as string);
    path = headers['feed-end'] === 'true' ? undefined : `/v1/feeds/facts?limit=37&cursor=${headers['next-cursor']}`;
  }
  const { text } = await town.client.get('/v1/feeds/facts?limit=1000', town.token('consumer'));
  assert.equal(
    ids,
    (linesOf(text) as Json[]).map(({ id }) => id as string),
  );
  assert.is(new Set(ids).size, ids.length);
});

test('Minimum-Position waits until the record shows what was just acknowledged', async () => {
  const patientId = await town.patient('wait-1');
  for (let number = 0; number < 20; number++) {
    const position = await results(patientId, number, number + 1);
    const { status, json } = await town.client.get(`/v1/patients/${patientId}/record?category=laboratory`, town.token('clinician'), at(position));
    assert.equal([status, json.facts.length], [200, number + 1]);
  }
  const ahead = await town.client.get(`/v1/patients/${patientId}/record`, town.token('clinician'), at('999999999'));
  assert.equal([ahead.status, ahead.json.code], [400, 'unknown-position']);
});

test('the pages of a record join to the whole record', async () => {
  const patientId = await town.patient('pages-1', { birthDate: '1970-01-01' });
  const position = await results(patientId, 0, 95);
  const { json: whole } = await town.client.get(`/v1/patients/${patientId}/record?limit=2000`, town.token('clinician'), at(position));
  assert.is(whole.next, null);
  const facts: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { json }: { json: Json } = await town.client.get(
      `/v1/patients/${patientId}/record?limit=10${cursor === '' ? '' : `&cursor=${cursor}`}`,
      town.token('clinician'),
    );
    assert.ok(json.facts.length <= 10);
    facts.push(...json.facts.map((fact: Json) => fact.factId as string));
    cursor = json.next;
  }
  assert.is(facts.length, 96);
  assert.equal(
    facts,
    whole.facts.map((fact: Json) => fact.factId),
  );
});

test('a record is shown as it was known, by position and by time, and as it was true', async () => {
  const patientId = await town.patient('times-1');
  const send = async (sourceVersion: string, criticality: string, source = 'ehr') => {
    const body = { patientId, sourceRecordId: 't-1', sourceVersion, resource: allergy(criticality) };
    const { status, json } = await town.client.command('record-fact', town.token(source), body);
    assert.is(status, 201);
    await new Promise((resolve) => setTimeout(resolve, 5));
    return json.position as string;
  };
  const first = await send('1', 'low');
  const between = new Date().toISOString();
  await new Promise((resolve) => setTimeout(resolve, 5));
  const second = await send('2', 'high');
  const shown = async (query: string) => {
    const { json } = await town.client.get(`/v1/patients/${patientId}/record?category=allergies${query}`, town.token('clinician'), at(second));
    return json.facts.map((fact: Json) => fact.value.resource.criticality as string);
  };
  assert.equal(await shown(''), ['high']);
  assert.equal(await shown(`&knownAt=${first}`), ['low']);
  assert.equal(await shown(`&knownAt=${encodeURIComponent(between)}`), ['low']);
  assert.equal(await shown('&knownAt=2001-01-01'), []);
  const coverage = {
    resourceType: 'Coverage',
    status: 'active',
    beneficiary: { reference: 'Patient/p1' },
    payor: [{ display: 'A payer' }],
    period: { start: '2020-01-01', end: '2021-12-31' },
  };
  const { json } = await town.client.command('record-fact', town.token('ehr'), { patientId, sourceRecordId: 'c-1', resource: coverage });
  const covered = async (validAt: string) => {
    const reply = await town.client.get(`/v1/patients/${patientId}/record?category=coverage&validAt=${validAt}`, town.token('clinician'), at(json.position));
    return reply.json.facts.length as number;
  };
  assert.equal([await covered('2019-06-01'), await covered('2020-06-01'), await covered('2022-06-01')], [0, 1, 0]);
});

test('every read is on record for the privacy officer, refusals included, and an auditor replays without reading', async () => {
  const patientId = await town.patient('seen-1', { name: [{ family: 'Qzseen' }] });
  await town.client.get(`/v1/patients/${patientId}/record`, town.token('clinician'));
  await town.client.get(`/v1/patients/${patientId}/record`, await town.server.token('dr-2', 'clinician', { purpose: 'HMARKT' }));
  let accesses: Json[] = [];
  for (let tries = 0; tries < 100 && accesses.length < 2; tries++) {
    const { json } = await town.client.get(`/v1/patients/${patientId}/accesses`, town.token('officer'));
    accesses = json.accesses.filter(({ action }: Json) => action === 'read-record');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.equal(
    accesses.map(({ subject, purpose, outcome, code }) => [subject, purpose, outcome, code]),
    [
      ['dr-1', 'TREAT', 'allowed', null],
      ['dr-2', 'HMARKT', 'refused', 'not-permitted'],
    ],
  );
  const replay = await town.client.get(`/v1/audit/events?patient=${patientId}`, town.token('auditor'));
  assert.is(linesOf(replay.text).length, 1);
  assert.not.match(replay.text, 'Qzseen');
});

test.run();
