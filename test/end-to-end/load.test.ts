import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Json } from '../support/client.js';
import { CLI, cleanEnvironment, LedgerServer, runCli, temporaryFolder } from '../support/server.js';
import { about, MRN, ndjson, person, SSN } from './resources.js';
import { Town, until } from './town.js';

const test = suite('loading files');
const BUNDLE = 'test/fixtures/synthea/whole-patient.json.gz';
const text = gunzipSync(readFileSync(BUNDLE)).toString('utf8');
const bundle = JSON.parse(text) as { entry: { fullUrl: string; resource: Json }[] };
const folder = temporaryFolder();
let town: Town;

test.before(async () => {
  town = await Town.open();
});
test.after(async () => {
  await town.close();
  rmSync(folder, { recursive: true });
});

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly json: Json;
}

async function load(source: string, ...paths: string[]): Promise<Outcome> {
  const { code, stdout, stderr } = await town.server.run('load', ...paths, '--tenant', 'demo', '--source', source, '--json');
  return { code, stdout, stderr, json: stdout.startsWith('{') ? JSON.parse(stdout) : undefined };
}

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function patientOf(system: string, value: string): Promise<string[]> {
  const { json } = await town.client.get(`/v1/patients?identifier=${encodeURIComponent(`${system}|${value}`)}`, town.token('clinician'));
  return json.patients.map(({ patientId }: Json) => patientId as string);
}

/** The record once it shows at least so many facts. */
async function record(patientId: string, category = ''): Promise<Json[]> {
  const history = await town.client.get(`/v1/patients/${patientId}/history?limit=1000`, town.token('clinician'));
  const headers = { 'minimum-position': history.json.history.at(-1).position as string };
  const { json } = await town.client.get(
    `/v1/patients/${patientId}/record?limit=2000${category === '' ? '' : `&category=${category}`}`,
    town.token('clinician'),
    headers,
  );
  return json.facts;
}

const SYNTHEA = 'https://github.com/synthetichealth/synthea';
const number = (bundle.entry.find(({ resource }) => resource.resourceType === 'Patient')?.resource.identifier[0].value ?? '') as string;

test('every resource of a bundle is recorded once, however often it is loaded', async () => {
  const first = await load('ehr', BUNDLE);
  assert.is(first.code, 0, first.stderr);
  assert.equal(first.json.sum, { read: 61, recorded: 61, alreadyThere: 0, quarantined: 0, failed: 0 });
  assert.is(first.json.types.Observation.recorded, 31);
  const second = await load('ehr', BUNDLE);
  assert.equal(second.json.sum, { read: 61, recorded: 0, alreadyThere: 61, quarantined: 0, failed: 0 });
  assert.is(second.code, 0);
});

test('references between the resources of a bundle can be followed within the record, which holds them as they were written', async () => {
  const [patientId = ''] = await patientOf(SYNTHEA, number);
  const facts = await record(patientId);
  const ids = new Set(facts.map(({ value }) => value.sourceRecordId as string));
  const references = [...JSON.stringify(facts).matchAll(/"reference":"(urn:uuid:[^"]+)"/g)].map(([, reference]) => reference ?? '');
  assert.ok(references.length > 50);
  assert.equal(
    references.filter((reference) => !ids.has(reference)),
    [],
  );
  const { text: shown } = await town.client.get(`/v1/patients/${patientId}/record?limit=2000`, town.token('clinician'));
  const tokens = (from: string) => from.replace(/\n */g, '').replace(/": /g, '":');
  const start = text.indexOf('"resourceType": "Observation"');
  const written = text.slice(start, text.indexOf('"request"', start));
  assert.ok(tokens(shown).includes(tokens(written).replace(/\},$/, '')), 'an observation is there token by token');
});

test('three sources load the same patient with other values: conflicts, lineage and precedence', async () => {
  const sources = ['lab-a', 'lab-b'];
  for (const [index, source] of sources.entries()) {
    const changed = bundle.entry.map(({ fullUrl, resource }) => {
      const quantity = resource.resourceType === 'Observation' ? resource.valueQuantity : undefined;
      return { fullUrl, resource: quantity === undefined ? resource : { ...resource, valueQuantity: { ...quantity, value: index + 1 } } };
    });
    const { code, json, stderr } = await load(source, file(`${source}.json`, JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry: changed })));
    assert.is(code, 0);
    assert.is(json.sum.recorded, 61);
    assert.match(stderr, `registered source ${source}`);
  }
  const [patientId = '', ...others] = await patientOf(SYNTHEA, number);
  assert.equal(others, [], 'all three mean one patient');
  const vital = await record(patientId, 'vital-signs');
  const disputed = vital.filter(({ conflict }) => conflict);
  assert.ok(disputed.length > 5);
  assert.is(
    disputed.every(({ alternatives }) => alternatives.length === 2),
    true,
  );
  const designated = await town.client.command('designate-system-of-record', town.token('steward'), {
    scope: { category: 'vital-signs' },
    sources: ['lab-b', 'ehr', 'lab-a'],
    reason: 'measured there',
  });
  const headers = { 'minimum-position': designated.json.position as string };
  const settled = await town.client.get(`/v1/patients/${patientId}/record?category=vital-signs&limit=2000`, town.token('clinician'), headers);
  const quantities = settled.json.facts.filter(({ conflict }: Json) => conflict);
  assert.is(
    quantities.every(({ value }: Json) => value.source === 'lab-b'),
    true,
  );
  const lineage = await town.client.get(`/v1/patients/${patientId}/lineage?category=vital-signs&limit=2000`, town.token('clinician'));
  const [first] = lineage.json.lineage.filter(({ conflict }: Json) => conflict);
  assert.equal(first.assertions.map(({ source }: Json) => source).sort(), ['ehr', 'lab-a', 'lab-b']);
});

test('NDJSON finds its patients wherever they stand, and what belongs to nobody is kept with its reason', async () => {
  const facts = file(
    'facts.ndjson',
    ndjson(about('o1', 'Patient/n1', 1), about('o2', 'Patient/n2', 2), person('n2'), about('o3', 'Patient/nobody', 3), '{"resourceType":"Obs', {
      resourceType: 'Organization',
      id: 'org',
    }),
  );
  const patients = file('patients.ndjson.gz', gzipSync(ndjson(person('n1', { ...MRN, value: 'N-1' }))));
  const bundles = file(
    'bundles.ndjson',
    ndjson({ resourceType: 'Bundle', type: 'batch', entry: [{ resource: person('n3') }, { resource: about('o4', 'Patient/n3', 4) }] }),
  );
  const { code, json } = await load('bulk', facts, patients, bundles);
  assert.is(code, 0);
  assert.equal(json.sum, { read: 9, recorded: 6, alreadyThere: 0, quarantined: 3, failed: 0 });
  assert.equal(json.quarantineReasons, { 'patient-required': 2, 'invalid-json': 1 });
  const again = await load('bulk', facts, patients, bundles);
  assert.equal(again.json.sum, { read: 9, recorded: 0, alreadyThere: 6, quarantined: 3, failed: 0 });
  const { json: list } = await town.client.get('/v1/quarantine?source=bulk', town.token('steward'));
  assert.is(list.quarantine.length, 3);
});

test('in a bundle nothing is guessed: no patient, no id, another method, two patients', async () => {
  const entry = (resource: unknown, more = {}) => ({ resource, ...more });
  const two = {
    resourceType: 'Bundle',
    type: 'collection',
    entry: [entry(person('a1')), entry(person('a2')), entry({ resourceType: 'Organization', id: 'x' }), entry(about('b1', 'Patient/a2', 1))],
  };
  const one = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      entry(person('c1')),
      entry({ resourceType: 'Organization', id: 'y' }),
      entry(about('d1', null, 2)),
      entry({ ...about('d2', 'Patient/c1', 3), id: undefined }),
      entry(about('d3', 'Patient/c1', 4), { request: { method: 'DELETE', url: 'Observation/d3' } }),
      { request: { method: 'GET', url: 'Patient' } },
    ],
  };
  const { code, json } = await load('careful', file('two.json', JSON.stringify(two)), file('one.json', JSON.stringify(one)));
  assert.is(code, 0);
  assert.equal(json.sum, { read: 10, recorded: 5, alreadyThere: 0, quarantined: 5, failed: 0 });
  assert.equal(json.quarantineReasons, { 'patient-required': 2, 'invalid-command': 3 });
});

test('sources mean one patient by a medical record number, and never by a social security number alone', async () => {
  const ssn = { ...SSN, value: '900-11-2222' };
  await load('north', file('north.json', JSON.stringify(person('p', { ...MRN, value: 'SAME-1' }, ssn))));
  const joined = await load('south', file('south.json', JSON.stringify(person('q', { ...MRN, value: 'same-1' }))));
  assert.is(joined.json.sum.recorded, 1);
  assert.is((await patientOf('urn:mrn', 'SAME-1')).length, 1);
  await load('west', file('west.json', JSON.stringify(person('r', ssn))));
  assert.is((await patientOf(SSN.system, ssn.value)).length, 2);
  // Two patients under one number: which of them is meant is not for a program to say.
  await load(
    'east',
    file(
      'east.json',
      JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry: [person('s', { ...MRN, value: 'OTHER-1' })].map((resource) => ({ resource })) }),
    ),
  );
  await load('east', file('twice.ndjson', ndjson(person('s', { ...MRN, value: 'OTHER-1' }, { system: 'urn:second', value: 'SAME-1' }))));
  await load('north', file('again.ndjson', ndjson(person('p', { ...MRN, value: 'SAME-1' }, { system: 'urn:second', value: 'SAME-1' }))));
  const ambiguous = await load('far', file('far.json', JSON.stringify(person('t', { system: 'urn:second', value: 'SAME-1' }))));
  assert.equal(ambiguous.json.quarantineReasons, { 'ambiguous-patient': 1 });
});

test('a file that cannot be read is reported, the others are loaded, and the exit code says so', async () => {
  const mixed = join(folder, 'mixed');
  mkdirSync(join(mixed, 'deeper'), { recursive: true });
  writeFileSync(join(mixed, 'a.json'), '{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Patient","id":"1"}},]}');
  writeFileSync(join(mixed, 'b.json'), '{"resourceType":"Bundle","type":"history","entry":[]}');
  writeFileSync(join(mixed, 'c.json.gz'), gzipSync(text).subarray(0, 5000));
  writeFileSync(join(mixed, 'd.ndjson.gz'), 'no gzip');
  writeFileSync(join(mixed, 'deeper', 'e.json'), JSON.stringify(person('fine')));
  writeFileSync(join(mixed, 'f.xml'), '<Patient/>');
  writeFileSync(join(mixed, 'g.json'), Buffer.from([0x7b, 0xff, 0x7d]));
  const { code, json } = await load('mixed', mixed, join(folder, 'absent.json'), join(mixed, 'f.xml'));
  assert.is(code, 1);
  assert.is(json.files.loaded, 1);
  assert.is(json.sum.recorded, 1);
  const faults = new Map(json.files.faults.map(({ path, reason }: { path: string; reason: string }) => [path.split('/').at(-1), reason]));
  assert.equal([...faults.keys()].sort(), ['a.json', 'absent.json', 'b.json', 'c.json.gz', 'd.ndjson.gz', 'f.xml', 'g.json']);
  assert.is(faults.get('c.json.gz'), 'it ends in the middle of its gzip stream');
});

test('the table says the same as the JSON, and how to list what was kept', async () => {
  const { stdout, code } = await town.server.run('load', join(folder, 'facts.ndjson'), '--tenant', 'demo', '--source', 'bulk');
  assert.is(code, 0);
  assert.match(stdout, /^together +6 +0 +2 +4 +0$/m);
  assert.match(stdout, /patient-required × 3/);
  assert.match(stdout, /GET \S+\/v1\/quarantine\?source=bulk/);
});

test('a load that is interrupted, or whose ledger goes away, is completed', async () => {
  const many = 2000;
  const path = file(
    'many.ndjson',
    ndjson(person('m1', { ...MRN, value: 'M-1' }), ...Array.from({ length: many }, (_, minute) => about(`o${minute}`, 'Patient/m1', minute))),
  );
  const args = [CLI, 'load', path, '--tenant', 'demo', '--source', 'busy', '--json'];
  const env = cleanEnvironment({ DATA_DIR: town.server.dataDir, LEDGER_URL: town.server.url });
  const recorded = async () => {
    const { text: metrics } = await town.client.get('/metrics', null);
    return Number(/ledger_projection_events\{model="record"\} (\d+)/.exec(metrics)?.[1] ?? 0);
  };
  const before = await recorded();
  const interrupted = spawn(process.execPath, args, { env, stdio: 'ignore' });
  const ended = once(interrupted, 'exit');
  await until(async () => (await recorded()) > before + 100, 'the first load to get going', 30_000);
  interrupted.kill('SIGINT');
  assert.equal(await ended, [null, 'SIGINT']);

  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8');
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
  });
  const closed = once(child, 'close');
  await until(async () => stderr.includes('talking to the ledger'), 'the second load to begin', 30_000);
  const middle = await recorded();
  await until(async () => (await recorded()) > middle + 50 || child.exitCode !== null, 'the second load to get going', 30_000);
  assert.is(child.exitCode, null);
  const port = new URL(town.server.url).port;
  await town.server.stop('SIGKILL');
  town.server = await LedgerServer.start({ dataDir: town.server.dataDir, env: { PORT: port } });
  const [code] = await closed;
  const outcome = JSON.parse(stdout) as Json;
  assert.is(code, 0);
  assert.is(outcome.sum.recorded + outcome.sum.alreadyThere, many + 1);
  const again = await load('busy', path);
  assert.equal(again.json.sum, { read: many + 1, recorded: 0, alreadyThere: many + 1, quarantined: 0, failed: 0 });
});

test('a given token is used as it is: it registers nothing, and a source that may not speak ends the load', async () => {
  const token = await town.server.token('stranger', 'source');
  const { code, stderr } = await runCli(['load', BUNDLE, '--tenant', 'demo', '--source', 'stranger'], {
    DATA_DIR: town.server.dataDir,
    LEDGER_URL: town.server.url,
    LEDGER_TOKEN: token,
  });
  assert.is(code, 1);
  assert.match(stderr, /403 unknown-source/);
});

test('without a running ledger the stores are opened, and the load says so', async () => {
  const dataDir = temporaryFolder();
  const { code, stdout, stderr } = await runCli(['load', BUNDLE, '--tenant', 'demo', '--source', 'ehr', '--json'], { DATA_DIR: dataDir, PORT: '9' });
  assert.is(code, 0, stderr);
  assert.match(stderr, /no ledger answers .* opened the stores of/);
  assert.is((JSON.parse(stdout) as Json).sum.recorded, 61);
  rmSync(dataDir, { recursive: true });
});

test.run();
