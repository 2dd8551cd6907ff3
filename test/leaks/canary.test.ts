import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { categoryOf } from '../../domain/identity/category.js';
import { COMMAND_NAMES } from '../../schemas/command-catalogue.js';
import { CATEGORIES } from '../../schemas/phi/categories.js';
import { type Hit, Searcher } from '../support/search.js';
import { temporaryFolder } from '../support/server.js';
import { DIGITS, FACT_TYPES, SENSITIVE, TELLING, writtenAllergy } from './canary-patient.js';
import { DISCLOSURES } from './disclosures.js';
import { sendUsualCommands } from './every-command.js';
import { abuseEveryRoute, followFeeds, speakNonsense, visitEveryRoute } from './every-route.js';
import { callEveryVerb, knownVerbs } from './every-verb.js';
import { sendLastCommands } from './last-commands.js';
import { malformedLines } from './malformed.js';
import { gaps } from './places.js';
import { homesOfKeys, type Keyring, keyringOf } from './secrets.js';
import { Tour } from './tour.js';

/**
 * A patient each of whose values is a text of its own goes everywhere: through every command and every malformed variant of
 * it, every route, every verb, the quarantine, a rebuild, a kill and restarts, at the log's most talkative. Then everything
 * that the ledger wrote or answered is searched for each of them. docs/leak-test.md lists the places.
 */
const test = suite('the canary patient');
const folder = temporaryFolder();
const dataDir = join(folder, 'data');
const temporary = join(folder, 'tmp');
const env = { LOG_LEVEL: 'trace', TMPDIR: temporary };
const running: Hit[] = [];
const keyrings: Keyring[] = [];
let tour: Tour;

test.before(async () => {
  mkdirSync(temporary);
  tour = await Tour.open(dataDir, env);
});
test.after(async () => {
  await tour.stop();
  rmSync(folder, { recursive: true });
});

const everything = () => new Searcher([...tour.said.all, ...tour.junk.all, ...DIGITS], { anyCase: true });

test('facts of every data category are told of it', () => {
  const told = new Set(FACT_TYPES.map((resourceType) => categoryOf({ resourceType })));
  assert.equal(
    CATEGORIES.filter((category) => !told.has(category) && !['demographics', 'vital-signs', 'laboratory', 'medications'].includes(category)),
    [],
  );
});

test('every command takes it, and every malformed variant is refused', async () => {
  assert.equal(await sendUsualCommands(tour), []);
});

test('bulk lines that cannot be taken go into quarantine', async () => {
  const lines = [
    ...malformedLines(tour.said, tour.ids['patientId'] ?? ''),
    {
      command: 'record-fact',
      body: { patientId: tour.ids['patientId'], sourceRecordId: tour.said.next('Bulk'), resource: writtenAllergy(tour.said, 'Patient/x', 'low') },
    },
  ];
  const body = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  for (const prefer of ['handling=quarantine', tour.junk.next('Prefer')]) {
    const { status, text } = await tour.ask('/v1/commands', { method: 'POST', as: 'ehr', headers: { 'content-type': 'application/x-ndjson', prefer }, body });
    assert.is(status, 200);
    assert.is(text.trim().split('\n').length, lines.length);
  }
});

test('every route shows it to whom it may, and to nobody else', async () => {
  assert.equal(await visitEveryRoute(tour), []);
  await followFeeds(tour);
});

test('whatever is asked wrongly is refused without being repeated', async () => {
  assert.equal(await abuseEveryRoute(tour), []);
  await speakNonsense(tour);
  await tour.ask('/docs/', { as: null });
});

test('every verb of the command line is silent about it', async () => {
  assert.equal(await callEveryVerb(tour, join(folder, 'files')), []);
  const verbs = await knownVerbs();
  assert.equal(
    verbs.filter((verb) => verb !== 'serve' && !tour.passed.has(`ledger ${verb}`)),
    [],
    'a verb that the canary does not go through: add it to every-verb.ts',
  );
});

test('keys are changed and a patient is erased, and nobody is told of it more than that', async () => {
  keyrings.push(await keyringOf(dataDir));
  assert.equal(await sendLastCommands(tour), []);
});

test('no command and no route was left out', () => {
  const unsent = COMMAND_NAMES.filter((name) => !tour.passed.has(`POST /v1/commands/${name}`));
  assert.equal(unsent, [], 'a command that the canary does not go through: add it to every-command.ts or last-commands.ts');
  const unvisited = tour.routes.filter((route) => !tour.passed.has(route));
  assert.equal(unvisited, [], 'a route that the canary does not go through: add it to every-route.ts');
});

test('it is killed in the middle of its work, started again at another level of the log, and stopped', async () => {
  running.push(...everything().inFolder(dataDir).hits);
  const flood = Array.from({ length: 200 }, () =>
    JSON.stringify({
      command: 'record-fact',
      body: { patientId: tour.ids['patientId'], sourceRecordId: tour.said.next('Flood'), resource: writtenAllergy(tour.said, 'Patient/x', 'high') },
    }),
  );
  const cut = tour
    .ask('/v1/commands', { method: 'POST', as: 'ehr', headers: { 'content-type': 'application/x-ndjson' }, body: flood.join('\n') })
    .catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 30));
  await tour.restart('SIGKILL', { ...env, LOG_LEVEL: 'info' });
  await cut;
  await tour.ask(`/v1/patients/${tour.ids['patientId']}/record`, { as: 'clinician', shows: 'GET /v1/patients/{patientId}/record' });
  await tour.ask(`/v1/${tour.junk.next('Level')}`, { as: 'clinician' });
  await tour.ask('/metrics', { as: null });
  await tour.stop();
});

test('nothing of it is in any file, log line, metric or answer that is not its own', () => {
  assert.ok(tour.said.all.size > 3000 && tour.answers.length > 1000);
  const searcher = everything();
  const { hits, files, sizeBytes } = searcher.inFolder(dataDir);
  assert.ok(files > 10 && sizeBytes > 1_000_000);
  assert.equal(running, []);
  assert.equal(hits, []);
  assert.equal(searcher.inFolder(temporary).hits, []);
  assert.equal(searcher.inText('the log', tour.logs), []);
  assert.equal(tour.hits(searcher, new Searcher(tour.junk.all, { anyCase: true })), []);
});

test('every place on the list was searched, and every file is of a place on the list', () => {
  const files = readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => relative(dataDir, join(parentPath, name)));
  assert.equal(gaps(paths, tour.answers), []);
});

test('what is sensitive is shown to nobody who holds no key to it, psychotherapy notes not even to those who treat', () => {
  const sensitive = tour.said.named(SENSITIVE);
  const notes = tour.said.named(`${SENSITIVE}Psychotherapy`);
  assert.ok(sensitive.length > 15 && notes.length > 3);
  assert.equal(tour.hitsFor(['steward', 'consumer', 'auditor', 'operator', 'researcher'], new Searcher(sensitive)), []);
  assert.equal(tour.hitsFor(['clinician', 'patient', 'coordinator'], new Searcher(notes)), []);
  assert.equal(tour.hitsFor(['coordinator'], new Searcher(tour.said.named(`${SENSITIVE}Opioid`))), []);
  const hiv = new Searcher([tour.said.first(`${SENSITIVE}HivResult`)]);
  assert.ok(tour.hitsFor(['clinician'], hiv).length > 0, 'who may see it does');
});

test('no code or label in any store or log tells what somebody has', () => {
  const searcher = new Searcher(TELLING);
  assert.equal(searcher.inFolder(dataDir).hits, []);
  assert.equal(searcher.inText('the log', tour.logs), []);
});

test('no key is anywhere but in its own file, in no form', async () => {
  keyrings.push(await keyringOf(dataDir));
  const secrets = keyrings.flatMap((keyring) => keyring.secrets);
  assert.ok(secrets.length > 50);
  const searcher = new Searcher(secrets);
  const homes = homesOfKeys(dataDir);
  for (const home of homes) assert.ok(searcher.inBytes(home, readFileSync(home)).length > 0, 'what is searched for is a key');
  assert.equal(searcher.inFolder(dataDir, homes).hits, []);
  assert.equal(searcher.inFolder(temporary).hits, []);
  assert.equal(searcher.inText('the log', tour.logs), []);
  assert.equal(tour.hits(searcher, searcher), []);
});

test('the keys of the erased patient are gone from the disk, wrapped as they were', () => {
  const [before, after] = keyrings;
  const wrapped = before?.wrapped.get(tour.ids['twinId'] ?? '') ?? [];
  assert.ok(wrapped.length > 0);
  assert.is(after?.wrapped.has(tour.ids['twinId'] ?? ''), false);
  assert.equal(new Searcher(wrapped).inFolder(dataDir).hits, []);
});

test('every answer that may show the patient does: what is searched for was there to be found', () => {
  assert.equal([...tour.disclosed].sort(), Object.keys(DISCLOSURES).sort());
});

test.run();
