import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { asked, connect, problemWords } from '../../../adapters/cli/connect.js';
import { CliProblem } from '../../../adapters/cli/problem.js';
import { addRebuild } from '../../../adapters/cli/rebuild.js';
import { addReplay } from '../../../adapters/cli/replay.js';
import { storyOf } from '../../../adapters/cli/story.js';
import { allergy, House, person } from '../http/house.js';
import { run } from './terminal.js';

interface World {
  house: House;
  patientId: string;
  positions: string[];
  env: Record<string, string>;
}

const test = suite<World>('verbs that talk to a ledger', {} as World);

test.before(async (world) => {
  const house = await House.open();
  const ehr = await house.source('ehr');
  const { patientId, position } = await house.done('register-patient', { resource: person(), sourceRecordId: 'p1' }, ehr);
  const written = `{"patientId":"${patientId}","sourceRecordId":"o1","effectiveAt":"2021-01-01T00:00:00Z","resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":7.0}}}`;
  const { json } = await house.command('record-fact', written, ehr);
  const last = await house.done('record-fact', { patientId, resource: allergy(), sourceRecordId: 'a1' }, ehr);
  const read = await house.get(`/v1/patients/${patientId}/record`, await house.token('clinician'), { 'minimum-position': last.position });
  assert.is(read.status, 200);
  const url = await house.ledger.app.listen({ host: '127.0.0.1', port: 0 });
  Object.assign(world, { house, patientId, positions: [position, json.position], env: { DATA_DIR: house.dataDir, LEDGER_URL: `${url}/`, PORT: '0' } });
});
test.after(({ house }) => house.close());

test('replay prints the record as the server gives it, digits and all', async ({ env, patientId }) => {
  const { out, err, fault } = await run(addReplay, ['replay', '--tenant', 'acme', '--patient', patientId], env);
  assert.is(fault, null);
  assert.match(err, `talking to the ledger at ${env['LEDGER_URL']?.slice(0, -1)}\n`);
  assert.ok(out.includes('"value":7.0'));
  assert.is(out.trim().split('\n').length, 1);
});

test('replay goes back to what was known or true then, and explains', async ({ env, patientId, positions }) => {
  const replay = async (...more: string[]) => {
    const { out } = await run(addReplay, ['replay', '--tenant', 'acme', '--patient', patientId, ...more], env);
    return out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  };
  const [first] = await replay('--known-at', positions[0] ?? '');
  assert.equal(
    first.facts.map((fact: { category: string }) => fact.category),
    ['demographics', 'demographics'],
  );
  const [before] = await replay('--valid-at', '2020-06-01');
  assert.not.ok(before.facts.some((fact: { category: string }) => fact.category === 'observations'));
});

test('replay --explain tells the story of each fact after the record, with the digits as they were written', async ({ env, patientId }) => {
  const { out, fault } = await run(addReplay, ['replay', '--tenant', 'acme', '--patient', patientId, '--explain', '--designations-at', '2026-01-01'], env);
  assert.is(fault, null);
  const [record = '', , preface, , ...story] = out.split('\n');
  assert.is(preface, `Patient ${patientId}. As known now, by the designations of 2026-01-01T00:00:00.000Z.`);
  const { facts } = JSON.parse(record);
  assert.equal(story.filter((line) => line.includes(' · fact ')).length, facts.length);
  const measured = story.findIndex((line) => line.startsWith('observations · Observation · fact '));
  assert.match(story[measured + 1] ?? '', /^ {2}ehr says "x, 7\.0, final" \(true from 2021-01-01T00:00:00\.000Z, recorded /);
  assert.is(story[measured + 2], '  Shown because: It is the only live statement.');
});

test('an explanation holds no letter that could drive a terminal', () => {
  const said = new Map([['f|e', 'red \u001b[31m\u0007 text\u202e']]);
  const statement = { assertionId: 'a', source: 'ehr', patientId: 'p', eventId: 'e', position: '1', recordedAt: 't', sourceVersion: null };
  const value = { ...statement, validTime: { from: null, to: null }, agrees: true, outranked: false };
  const rule = { name: 'r', strategy: 'union' as const, strategyReason: '', because: 'b', designation: null, settlement: null };
  const empty = { aliases: [], disputedBy: [], takenBackBy: [], alternatives: [], joinedBy: [], settlements: [], assertions: [] };
  const lineage = { factId: 'f', category: 'allergies', element: null, resourceType: 'X', conflict: false, state: 'agreed' as const, keptApart: false };
  assert.is(storyOf({ ...empty, ...lineage, value, rule }, said).split('\n')[1], '  ehr says "red  [31m  text " (recorded t, event e, position 1).');
});

test('what the ledger refuses is said in words, with the correlation id', async ({ env, patientId }) => {
  const { fault } = await run(addReplay, ['replay', '--tenant', 'other', '--patient', patientId], env);
  assert.instance(fault, CliProblem);
  assert.match(fault?.message ?? '', /^404 unknown-patient: No such patient .*\(correlation id [0-9a-f-]{36}\)$/);
  assert.is(problemWords(502, '<html>'), 'The ledger answered 502.');
  assert.equal(await asked(new Response('{"a":1}')), { a: 1 });
});

test('rebuild builds read models anew and says so; an unknown one is refused', async ({ env }) => {
  const { out, fault } = await run(addRebuild, ['rebuild', 'directory', 'record'], env);
  assert.is(fault, null);
  assert.is(out, 'directory: built anew and switched\nrecord: built anew and switched\n');
  const unknown = await run(addRebuild, ['rebuild', 'everything'], env);
  assert.match(unknown.fault?.message ?? '', 'There is no projection everything.');
});

test('a token that was given is used instead of an own one', async ({ env, patientId }) => {
  const { fault } = await run(addReplay, ['replay', '--tenant', 'acme', '--patient', patientId], { ...env, LEDGER_TOKEN: 'x.y.z' });
  assert.match(fault?.message ?? '', '401 not-authenticated');
});

test('a ledger that was named and does not answer is a problem, not a reason to open another', async ({ env }) => {
  await connect({ ...env, LEDGER_URL: 'http://127.0.0.1:9' }).then(
    () => assert.unreachable(),
    (fault) => assert.match(fault.message, 'No ledger answers at http://127.0.0.1:9.'),
  );
});

test('something else that answers there is no ledger', async ({ env }) => {
  const server = createServer((_request, response) => response.writeHead(404).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await connect({ ...env, LEDGER_URL: url }).then(
    () => assert.unreachable(),
    (fault) => assert.instance(fault, CliProblem),
  );
  server.close();
});

test.run();

const alone = suite('verbs without a running ledger');

alone('open the stores of the folder themselves, say so, and close them again', async () => {
  const house = await House.open();
  await house.source('ehr');
  await house.ledger.stop();
  const env = { DATA_DIR: house.dataDir, PORT: '0' };
  const { err, out, fault } = await run(addRebuild, ['rebuild', 'directory'], env);
  assert.is(fault, null);
  assert.match(err, `opened the stores of ${house.dataDir}`);
  assert.match(out, 'directory: built anew and switched');
  await (await House.open(house.dataDir)).close();
});

alone('the exit code says who was wrong: 2 for the question, 1 for the work', () => {
  const main = fileURLToPath(new URL('../../../adapters/cli/main.js', import.meta.url));
  const exit = (words: string[], env: Record<string, string> = {}) =>
    spawnSync(process.execPath, [main, ...words], { encoding: 'utf8', env: { ...process.env, ...env } });
  assert.is(exit(['no-such-verb']).status, 2);
  const refused = exit(['rebuild'], { LEDGER_URL: 'http://127.0.0.1:9' });
  assert.equal([refused.status, refused.stderr], [1, 'No ledger answers at http://127.0.0.1:9.\n']);
  const misconfigured = exit(['serve'], { PORT: 'x' });
  assert.is(misconfigured.status, 1);
  assert.match(misconfigured.stderr, 'PORT must be a whole number');
  assert.not.match(misconfigured.stderr, '    at ');
});

alone.run();
