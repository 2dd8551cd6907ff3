import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Town } from '../end-to-end/town.js';
import type { Reply } from '../support/client.js';
import { type Hit, Searcher } from '../support/search.js';
import { Canaries, canaryAllergy, canaryPatient, canaryResult } from './canary.js';

/**
 * A patient each of whose values is a text of its own goes everywhere: through every command, every refusal that can be
 * provoked, every read, the quarantine, a rebuild, a kill and a restart, with the log at its most talkative. Only the
 * answers that show the record to whom it may be shown hold any of them.
 */
const test = suite('the canary patient');
const canaries = new Canaries();
const answers: { readonly where: string; readonly reply: Reply }[] = [];
let logs = '';
let town: Town;
let patientId: string;

const TRACE = { LOG_LEVEL: 'trace' };

test.before(async () => {
  town = await Town.open(TRACE);
});
test.after(() => town.close());

/** An answer in which nothing of the patient may stand. */
async function silent(where: string, asked: Promise<Reply>, status: number): Promise<Reply> {
  const reply = await asked;
  assert.is(reply.status, status, `${where}: ${reply.status}`);
  answers.push({ where, reply });
  return reply;
}

/** An answer that is meant to show the patient: what is looked for is really there to be found. */
async function open(where: string, asked: Promise<Reply>, marker: string): Promise<void> {
  const { text } = await asked;
  assert.ok(text.includes(marker), `${where} shows the record`);
}

const command = (name: string, body: unknown, headers = {}, token = town.token('ehr')) => town.client.command(name, token, body, headers);

test('every command takes it, and no receipt repeats it', async () => {
  const patient = canaryPatient(canaries);
  const key = { 'idempotency-key': canaries.next('Key'), traceparent: `00-${'0'.repeat(31)}1-${'0'.repeat(15)}1-01`, 'user-agent': canaries.next('Agent') };
  const registered = await silent('register-patient', command('register-patient', { sourceRecordId: canaries.next('Record'), resource: patient }, key), 201);
  patientId = registered.json.patientId;
  const updated = {
    patientId,
    sourceRecordId: canaries.next('Update'),
    resource: { ...patient, gender: 'female', name: [{ family: canaries.next('Maiden') }] },
  };
  await silent('update-demographics', command('update-demographics', updated), 201);
  const allergy = { patientId, sourceRecordId: canaries.next('Fact'), resource: canaryAllergy(canaries, patient.id) };
  await silent('record-fact', command('record-fact', allergy), 201);
  await silent('record-fact again', command('record-fact', allergy), 200);
  const found = { identifier: patient.identifier[0], sourceRecordId: canaries.next('Found'), resource: canaryAllergy(canaries, patient.id) };
  await silent('record-fact by identifier', command('record-fact', found), 201);
  await silent(
    'record-fact with digits',
    command('record-fact', `{"patientId":"${patientId}","sourceRecordId":"${canaries.next('Digits')}","resource":${canaryResult(canaries, patient.id)}}`),
    201,
  );
  await silent('correct-fact', command('correct-fact', { ...allergy, resource: canaryAllergy(canaries, patient.id), reason: 'correction' }), 201);
  await silent('retract-fact', command('retract-fact', { patientId, sourceRecordId: found.sourceRecordId, reason: 'wrong-patient' }), 201);
  const designation = { scope: { category: 'allergies' }, sources: ['ehr'], reason: 'agreed' };
  await silent('designate-system-of-record', command('designate-system-of-record', designation, {}, town.token('steward')), 201);
});

test('every refusal of a command is silent', async () => {
  const resource = canaryAllergy(canaries, canaries.next('Ref'));
  const fact = (more: object) => ({ patientId, sourceRecordId: canaries.next('Bad'), resource, ...more });
  const text = JSON.stringify(fact({}));
  const refuse = (where: string, asked: Promise<Reply>, status: number) => silent(where, asked, status);
  await refuse('malformed', command('record-fact', text.slice(0, -2)), 400);
  await refuse('NUL', command('record-fact', text.replace('Qz', 'Qz\\u0000')), 400);
  await refuse('lone surrogate', command('record-fact', text.replace('Qz', 'Qz\\udc00')), 400);
  await refuse('__proto__', command('record-fact', text.replace('"note"', `"__proto__":{"${canaries.next('Proto')}":1},"note"`)), 400);
  await refuse('said twice', command('record-fact', text.replace('"note"', `"id":"${canaries.next('Twice')}","note"`)), 400);
  await refuse('no UTF-8', command('record-fact', Buffer.concat([Buffer.from(text), Buffer.from([0xff])])), 400);
  await refuse('too large', command('record-fact', JSON.stringify(fact({ [canaries.next('Large')]: 'x'.repeat(2 * 1024 * 1024) }))), 413);
  await refuse('unknown member', command('record-fact', fact({ [canaries.next('Member')]: canaries.next('Value') })), 422);
  await refuse('wrong type', command('record-fact', fact({ sourceVersion: { [canaries.next('Type')]: 1 } })), 422);
  await refuse('bad patient id', command('record-fact', fact({ patientId: canaries.next('PatientId') })), 422);
  await refuse(
    'unknown FHIR member',
    command('record-fact', fact({ resource: { ...resource, [canaries.next('FhirMember')]: canaries.next('FhirValue') } })),
    422,
  );
  await refuse('bad code', command('record-fact', fact({ resource: { ...resource, criticality: canaries.next('Critical') } })), 422);
  await refuse('bad date', command('record-fact', fact({ resource: { ...resource, onsetDateTime: canaries.next('Date') } })), 422);
  await refuse(
    'absurd date',
    command(
      'record-fact',
      fact({ resource: { resourceType: 'Observation', status: 'final', code: { text: canaries.next('Absurd') }, effectiveDateTime: '9876-05-04' } }),
    ),
    422,
  );
  await refuse('other type', command('record-fact', fact({ resource: { resourceType: canaries.next('Zebra') } })), 422);
  await refuse(
    'unknown identifier',
    command('record-fact', fact({ patientId: undefined, identifier: { system: canaries.next('NoSystem'), value: canaries.next('NoNumber') } })),
    404,
  );
  await refuse('unknown fact', command('correct-fact', { ...fact({}), reason: 'correction' }), 404);
  await refuse('unknown command', command(canaries.next('Command'), fact({})), 404);
  await refuse('bad If-Match', command('record-fact', fact({}), { 'if-match': canaries.next('Match') }), 400);
  await refuse('stale If-Match', command('record-fact', fact({}), { 'if-match': '"0"' }), 412);
  await refuse('media type', command('record-fact', text, { 'content-type': `text/${canaries.next('Media')}` }), 415);
  const key = { 'idempotency-key': canaries.next('Reused') };
  const once = fact({});
  await refuse('first use of a key', command('record-fact', once, key), 201);
  await refuse('reused key', command('record-fact', { ...once, resource: canaryAllergy(canaries, 'x') }, key), 422);
  await refuse('changed content', command('record-fact', { ...once, resource: canaryAllergy(canaries, 'x') }), 409);
  await refuse('another tenant', command('record-fact', fact({}), {}, town.token('otherSource')), 404);
  await refuse('not a source', command('record-fact', fact({}), {}, town.token('clinician')), 403);
  await refuse('no source', command('record-fact', fact({}), {}, await town.server.token('ghost', 'source')), 403);
  await refuse('broken token', command('record-fact', fact({}), {}, `${canaries.next('Token')}.${canaries.next('Token')}.x`), 401);
});

test('bulk and its quarantine are silent, and the quarantine opens for a steward', async () => {
  const kept = canaries.next('Kept');
  const lines = [
    `{"${kept}`,
    { command: canaries.next('Line'), body: { x: canaries.next('Body') } },
    {
      command: 'record-fact',
      body: { patientId, sourceRecordId: canaries.next('BulkBad'), resource: { resourceType: 'Observation', [canaries.next('BulkMember')]: 1 } },
    },
    {
      command: 'record-fact',
      body: { patientId, sourceRecordId: canaries.next('Bulk'), resource: canaryAllergy(canaries, 'x') },
      idempotencyKey: canaries.next('BulkKey'),
    },
    { command: 'record-fact', body: { sourceRecordId: canaries.next('Nobody'), resource: canaryAllergy(canaries, 'x') } },
    `{"command":"record-fact","body":{"${canaries.next('Huge')}":"${'y'.repeat(1_500_000)}"}}`,
    `{"command":"record-fact","body":"${canaries.next('Cut')}`,
  ];
  const reply = await town.client.bulk(town.token('ehr'), lines, { prefer: 'handling=quarantine' });
  assert.equal(
    reply.results.map(({ status }) => status),
    [400, 404, 422, 201, 422, 413, 400],
  );
  answers.push({ where: 'bulk', reply });
  await open('the quarantine', town.client.get('/v1/quarantine?source=ehr', town.token('steward')), kept);
  await silent('the quarantine for an auditor', town.client.get('/v1/quarantine?source=ehr', town.token('auditor')), 200);
});

test('reads show it to whom they may, and to nobody else', async () => {
  const { client } = town;
  const path = `/v1/patients/${patientId}`;
  const marker = canaries.all.find((text) => text.startsWith('QzFamily')) ?? '';
  await open('history', client.get(`${path}/history?limit=1000`, town.token('clinician')), marker);
  await open('feed', client.get('/v1/feeds/patients', town.token('consumer')), marker);
  await silent('lineage', client.get(`${path}/lineage`, town.token('clinician')), 200);
  await silent('history for an auditor', client.get(`${path}/history`, town.token('auditor')), 200);
  await silent('replay', client.get('/v1/audit/events?limit=2000', town.token('auditor')), 200);
  await silent('accesses', client.get(`${path}/accesses`, town.token('officer')), 200);
  await silent('another tenant', client.get(`${path}/record`, town.token('otherClinician')), 404);
  await silent('nobody', client.get(`${path}/record`, null), 401);
  await silent('another role', client.get(`${path}/record`, town.token('consumer')), 403);
  const identifier = (of: string) => `/v1/patients?identifier=${encodeURIComponent(of)}`;
  const [system, number] = ['QzSystem', 'QzNumber'].map((start) => canaries.all.find((text) => text.startsWith(start)) ?? '');
  const found = await silent('found by identifier', client.get(identifier(`urn:${system}|${number}`), town.token('clinician')), 200);
  assert.is(found.json.patients.length, 1);
  await silent('found nobody', client.get(identifier(`${canaries.next('Seek')}|${canaries.next('Seek')}`), town.token('clinician')), 200);
  await silent('bad identifier', client.get(`/v1/patients?identifier=${canaries.next('Seek')}`, town.token('clinician')), 400);
  await silent('bad patient id', client.get(`/v1/patients/${canaries.next('Path')}/record`, town.token('clinician')), 404);
  await silent('bad parameter', client.get(`${path}/record?${canaries.next('Name')}=${canaries.next('Query')}`, town.token('clinician')), 400);
  await silent('bad category', client.get(`${path}/record?category=${canaries.next('Category')}`, town.token('clinician')), 400);
  await silent('bad cursor', client.get(`${path}/record?cursor=${canaries.next('Cursor')}`, town.token('clinician')), 400);
  await silent('bad position', client.get(`${path}/record?knownAt=${canaries.next('Known')}`, town.token('clinician')), 400);
  await silent('bad Minimum-Position', client.get(`${path}/record`, town.token('clinician'), { 'minimum-position': canaries.next('Minimum') }), 400);
  await silent('bad feed', client.get(`/v1/feeds/${canaries.next('Feed')}`, town.token('consumer')), 404);
  const live = { accept: 'text/event-stream', 'last-event-id': canaries.next('EventId') };
  await silent('bad Last-Event-ID', client.get('/v1/feeds/facts', town.token('consumer'), live), 400);
  await silent('bad stream', client.get(`/v1/audit/events?stream=demo.${canaries.next('Stream')}`, town.token('auditor')), 200);
  await silent('unknown address', client.get(`/${canaries.next('Address')}?x=${canaries.next('Address')}`, null), 404);
});

test('operations are silent, while it runs and after a rebuild, a kill and a restart', async () => {
  const operator = await town.server.token('op-1', 'operator');
  for (const model of ['record', 'patients'])
    await silent(`rebuild of ${model}`, town.client.send(`/v1/projections/${model}/rebuild`, { method: 'POST', token: operator }), 202);
  for (const path of ['/metrics', '/health/ready', '/health/live', '/openapi.json', '/docs/']) await silent(path, town.client.get(path, null), 200);
  const during = new Searcher(canaries.all).inFolder(town.server.dataDir);
  assert.equal(during.hits, []);
  await town.server.stop('SIGKILL');
  logs += town.server.output;
  await town.restart(TRACE);
  const [first = ''] = canaries.all.filter((text) => text.startsWith('QzFamily'));
  await open('the record after a restart', town.client.get(`/v1/patients/${patientId}/record`, town.token('clinician')), first);
  await silent('/metrics after a restart', town.client.get('/metrics', null), 200);
  await town.server.stop();
  logs += town.server.output;
});

test('nothing of it is in any file, log line, header, metric or answer that is not its own', () => {
  assert.ok(canaries.all.length > 100);
  const searcher = new Searcher(canaries.all);
  const hits: Hit[] = [];
  const { hits: inFiles, files, sizeBytes } = searcher.inFolder(town.server.dataDir);
  assert.ok(files > 5 && sizeBytes > 100_000);
  hits.push(...inFiles, ...searcher.inText('the log', logs));
  for (const { where, reply } of answers) {
    hits.push(...searcher.inText(`the answer to ${where}`, reply.text), ...searcher.inText(`the headers of ${where}`, JSON.stringify(reply.headers)));
  }
  assert.equal(hits, []);
});

test('the search finds a text however it is written', () => {
  const marker = 'Qzneedle-äöü-4711';
  const searcher = new Searcher([marker]);
  for (const padding of ['', 'a', 'ab']) {
    for (const encoding of ['utf8', 'utf16le', 'hex', 'base64', 'base64url'] as const) {
      const hay = Buffer.from(
        Buffer.from(`${padding}${marker} and more`, encoding === 'utf16le' ? 'utf16le' : 'utf8').toString(
          encoding === 'utf16le' || encoding === 'utf8' ? 'latin1' : encoding,
        ),
        'latin1',
      );
      assert.ok(searcher.inBytes('hay', hay).length > 0, `${encoding} after ${padding.length}`);
    }
  }
  assert.equal(searcher.inText('hay', 'nothing of the kind'), []);
});

test.run();
