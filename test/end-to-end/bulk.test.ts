import { request as requestHttp } from 'node:http';
import { connect } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type BulkResult, linesOf } from '../support/client.js';
import { allergy, result, Town, until } from './town.js';

const test = suite('bulk commands to a running ledger');
const PHI = 'Qzphi-7b2e-Underhill';
let town: Town;

test.before(async () => {
  town = await Town.open();
});
test.after(() => town.close());

const QUARANTINE = { prefer: 'handling=quarantine' };
const line = (patientId: string, sourceRecordId: string, resource: unknown) => ({ command: 'record-fact', body: { patientId, sourceRecordId, resource } });
const statusOf = ({ status, problem }: BulkResult) => problem?.code ?? status;

async function events(patientId: string): Promise<number> {
  const { json } = await town.client.get(`/v1/patients/${patientId}/history?limit=1000`, town.token('clinician'));
  return json.history.length as number;
}

test('bad lines in the middle stop nothing, and every line has its result, in order', async () => {
  const patientId = await town.patient('bulk-1');
  const huge = JSON.stringify(line(patientId, 'huge', { ...allergy('high'), note: [{ text: 'x'.repeat(2 * 1024 * 1024) }] }));
  const { status, results, text } = await town.client.bulk(town.token('ehr'), [
    line(patientId, 'b-1', allergy('high')),
    `{"command":"record-fact","body":{"note":"${PHI}"`,
    line(patientId, 'b-2', { resourceType: 'AllergyIntolerance', [PHI]: 1 }),
    huge,
    { command: PHI, body: {} },
    { command: 'record-fact', body: { sourceRecordId: 'b-3', resource: allergy('low') } },
    line(patientId, 'b-1', allergy('high')),
    line('00000000-0000-4000-8000-000000000001', 'b-4', allergy('low')),
    line(patientId, 'b-5', allergy('low', 'Patient/p1', '300913006')),
  ]);
  assert.is(status, 200);
  assert.equal(
    results.map((each) => each.line),
    [1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
  assert.equal(results.map(statusOf), [
    201,
    'invalid-json',
    'invalid-resource',
    'too-large',
    'unknown-command',
    'patient-required',
    200,
    'unknown-patient',
    201,
  ]);
  assert.not.match(text, PHI);
  assert.is(await events(patientId), 3);
});

test('what is refused is kept with its reason when the sender asks for it, once however often it comes', async () => {
  const bad = [`{"${PHI}`, { command: 'record-fact', body: { sourceRecordId: 'q-1', resource: allergy('low') } }];
  const first = await town.client.bulk(town.token('lis'), bad, QUARANTINE);
  const second = await town.client.bulk(town.token('lis'), bad, QUARANTINE);
  assert.equal(
    first.results.map(({ quarantined }) => quarantined?.repeated),
    [false, false],
  );
  assert.equal(
    second.results.map(({ quarantined }) => quarantined?.repeated),
    [true, true],
  );
  const list = await town.client.get('/v1/quarantine?source=lis', town.token('steward'));
  assert.equal(
    list.json.quarantine.map(({ code }: { code: string }) => code),
    ['invalid-json', 'patient-required'],
  );
  // What is no JSON may hold anything: a steward repairs what is known not to be sensitive, the privacy officer the rest.
  assert.is(list.json.quarantine[0].withheld, true);
  assert.equal(JSON.parse(list.json.quarantine[1].input), bad[1]);
  const opened = await town.client.get('/v1/quarantine?source=lis', town.token('officer'));
  assert.is(opened.json.quarantine[0].input, bad[0]);
  assert.not.match(first.text, PHI);
});

test('a token that may not write fills no quarantine', async () => {
  const { results } = await town.client.bulk(town.token('clinician'), [`{"${PHI}`, line(PHI, 'x', {})], QUARANTINE);
  assert.is(
    results.some(({ quarantined }) => quarantined !== undefined),
    false,
  );
});

test('input that breaks off in the middle of a line leaves the whole lines before it, and nothing of the rest', async () => {
  const patientId = await town.patient('bulk-2');
  const [whole, half] = [line(patientId, 'h-1', allergy('high')), line(patientId, 'h-2', allergy('low', 'Patient/p1', '300913006'))].map((each) =>
    JSON.stringify(each),
  );
  const { port } = new URL(town.server.url);
  const body = `${whole}\n${half?.slice(0, -1)}`;
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(
    `POST /v1/commands HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${town.token('ehr')}\r\ncontent-type: application/x-ndjson\r\ncontent-length: ${body.length + 1}\r\n\r\n${body}`,
  );
  await until(async () => (await events(patientId)) === 2, 'the whole line to be recorded');
  socket.destroy();
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.is(await events(patientId), 2);
});

test('a last line that is cut but ends in order is refused as what it is', async () => {
  const { results } = await town.client.bulk(town.token('ehr'), []);
  assert.equal(results, []);
  const reply = await town.client.send('/v1/commands', {
    method: 'POST',
    token: town.token('ehr'),
    headers: { 'content-type': 'application/x-ndjson' },
    body: '{"command":"rec',
  });
  assert.equal((linesOf(reply.text) as BulkResult[]).map(statusOf), ['invalid-json']);
});

test('a sender that does not read its results is not read either, and loses nothing', async () => {
  const lines = 40_000;
  const sent = Buffer.from('{"command":"none","body":{}}\n'.repeat(lines));
  const handled = async () => {
    const { text } = await town.client.get('/metrics', null);
    return Number(/ledger_commands_total\{command="bulk-line",outcome="unknown-command"\} (\d+)/.exec(text)?.[1] ?? 0);
  };
  const before = await handled();
  const response = await town.client.open('/v1/commands', {
    method: 'POST',
    token: town.token('ehr'),
    headers: { 'content-type': 'application/x-ndjson' },
    body: sent,
  });
  let last = -1;
  await until(async () => {
    const now = await handled();
    const still = now === last;
    last = now;
    if (!still) await new Promise((resolve) => setTimeout(resolve, 300));
    return still;
  }, 'the ledger to stop taking lines');
  assert.ok(last - before < lines, `it took all ${last - before} lines while nobody listened`);
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  const results = linesOf(text) as BulkResult[];
  assert.is(results.length, lines);
  assert.is(
    results.every((each, index) => each.line === index + 1),
    true,
  );
});

test('results come while commands are still being sent', async () => {
  const patientId = await town.patient('bulk-3');
  const response = await new Promise<{ first: number; all: BulkResult[] }>((resolve, reject) => {
    const request = requestHttp(`${town.server.url}/v1/commands`, {
      method: 'POST',
      headers: { authorization: `Bearer ${town.token('ehr')}`, 'content-type': 'application/x-ndjson' },
    });
    let number = 0;
    let text = '';
    let first = 0;
    const send = () => request.write(`${JSON.stringify(line(patientId, `s-${number}`, result(number++)))}\n`);
    request.on('error', reject);
    request.on('response', (answer) => {
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        first ||= number;
        if (number < 20) send();
        else request.end();
      });
      answer.on('end', () => resolve({ first, all: linesOf(text) as BulkResult[] }));
    });
    send();
  });
  assert.is(response.first, 1);
  assert.equal(
    response.all.map(({ status }) => status),
    Array.from({ length: 20 }, () => 201),
  );
});

test.run();
