import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { addLoad } from '../../../adapters/cli/load.js';
import { CliProblem } from '../../../adapters/cli/problem.js';
import { allergy, House, person } from '../http/house.js';
import { run } from './terminal.js';

interface World {
  house: House;
  folder: string;
  env: Record<string, string>;
}

const test = suite<World>('ledger load', {} as World);

test.before(async (world) => {
  const house = await House.open();
  const url = await house.ledger.app.listen({ host: '127.0.0.1', port: 0 });
  Object.assign(world, { house, folder: mkdtempSync(join(tmpdir(), 'load-')), env: { DATA_DIR: house.dataDir, LEDGER_URL: url } });
});
test.after(async ({ house, folder }) => {
  await house.close();
  rmSync(folder, { recursive: true });
});
test.after.each(() => {
  process.exitCode = 0;
});

const mrn = (value: string) => ({ identifier: [{ system: 'urn:mrn', value }] });
const entry = (resource: Readonly<Record<string, unknown>>) => ({ fullUrl: `urn:uuid:${resource['id']}`, resource });
const bundle = (...entries: readonly object[]) => JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry: entries }, null, 1);

async function load({ folder, env }: World, source: string, files: Readonly<Record<string, string | Buffer>>) {
  const place = join(folder, source);
  mkdirSync(place, { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(place, name), content);
  const { out, err, fault } = await run(addLoad, ['load', place, '--tenant', 'acme', '--source', source, '--json'], env);
  return {
    err,
    fault,
    exitCode: process.exitCode ?? 0,
    ...(JSON.parse(out) as {
      files: { loaded: number; faults: { reason: string }[] };
      types: Record<string, object>;
      sum: Record<string, number>;
      quarantineReasons: Record<string, number>;
    }),
  };
}

test('a bundle becomes a patient and facts; loaded again nothing is added', async (world) => {
  const files = {
    'a.json': bundle(
      entry(person({ id: 'p1', ...mrn('1') })),
      entry({ ...allergy(), id: 'a1', patient: { reference: 'urn:uuid:p1' } }),
      entry({ resourceType: 'Organization', id: 'o1', name: 'Clinic' }),
    ),
    'b.json.gz': gzipSync(bundle(entry({ ...allergy('227493005'), id: 'a2', patient: { reference: 'Patient?identifier=urn:mrn|1' } }))),
  };
  const first = await load(world, 'ehr', files);
  assert.equal([first.fault, first.exitCode, first.files.loaded, first.files.faults], [null, 0, 2, []]);
  assert.equal(first.sum, { read: 4, recorded: 4, alreadyThere: 0, quarantined: 0, failed: 0 });
  assert.match(first.err, 'registered source ehr in tenant acme');
  const again = await load(world, 'ehr', files);
  assert.equal(again.sum, { read: 4, recorded: 0, alreadyThere: 4, quarantined: 0, failed: 0 });
});

test('lines of NDJSON find their patients in any file, and digits stay as written', async (world) => {
  const observation =
    '{"resourceType":"Observation","id":"o1","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/n1"},"valueQuantity":{"value":7.00}}';
  const { sum, files } = await load(world, 'lis', {
    '1-facts.ndjson': `${observation}\n\n`,
    '2-patients.ndjson.gz': gzipSync(`${JSON.stringify(person({ id: 'n1', ...mrn('2') }))}\n`),
  });
  assert.equal([files.loaded, sum['recorded'], sum['read']], [2, 2, 2]);
  const { house } = world;
  const found = await house.get('/v1/patients?identifier=urn:mrn|2', await house.token('clinician'), {
    'minimum-position': String(await house.ledger.services.store.head()),
  });
  const history = await house.get(`/v1/patients/${found.json.patients[0].patientId}/history`, await house.token('clinician'));
  assert.ok(history.text.includes('"value":7.00'));
});

test('a second source of the same patient speaks of the same patient', async (world) => {
  await load(world, 'first', { 'a.json': bundle(entry(person({ id: 'x1', ...mrn('3') }))) });
  const second = await load(world, 'second', { 'a.json': bundle(entry(person({ id: 'y9', birthDate: '1961-01-01', ...mrn('3') }))) });
  assert.is(second.sum['recorded'], 1);
  const { house } = world;
  const { json } = await house.get('/v1/patients?identifier=urn:mrn|3', await house.token('clinician'), {
    'minimum-position': String(await house.ledger.services.store.head()),
  });
  assert.is(json.patients.length, 1);
});

test('what cannot be recorded is in the quarantine, counted with its reason; nothing is lost without a word', async (world) => {
  const { sum, quarantineReasons, exitCode, types } = await load(world, 'odd', {
    'a.json': bundle(
      entry(person({ id: 'q1', ...mrn('4') })),
      entry({ ...allergy(), id: 'q2', patient: { reference: 'Patient/nobody' } }),
      entry({ resourceType: 'Observation', id: 'q3', subject: { reference: 'urn:uuid:q1' } }),
      { request: { method: 'DELETE', url: 'Patient/1' } },
    ),
    'b.ndjson': 'not JSON\n{"resourceType":"Observation"',
  });
  assert.equal([sum['read'], sum['recorded'], sum['quarantined'], sum['failed']], [6, 1, 5, 0]);
  assert.is(exitCode, 0);
  assert.is(
    Object.values(quarantineReasons).reduce((total, count) => total + count, 0),
    5,
  );
  assert.ok('(no resource)' in types && '(unreadable)' in types);
});

test('files that cannot be read are named with the reason, and the others loaded', async (world) => {
  const { files, exitCode, sum } = await load(world, 'broken', {
    'a.json': bundle(entry(person({ id: 'b1', ...mrn('5') }))),
    'b.json': '{"resourceType":"Bundle","type":"collection","entry":[{"resource":',
    'c.json.gz': gzipSync(bundle()).subarray(0, 20),
    'd.json.gz': 'no gzip',
    'e.json': Buffer.from([0xff, 0xfe]),
    'f.json': '{"resourceType":"Bundle","type":"history","entry":[]}',
    'g.json': '[]',
    'h.ndjson.gz': gzipSync(`${JSON.stringify(person({ id: 'b2' }))}\n`).subarray(0, 30),
  });
  assert.equal([files.loaded, files.faults.length, sum['recorded'], exitCode], [1, 7, 1, 1]);
  const reasons = files.faults.map(({ reason }) => reason).join('\n');
  for (const words of [
    'not valid JSON',
    'middle of its gzip stream',
    'gzip stream is broken',
    'not UTF-8',
    'no bundle of a type that is loaded',
    'no FHIR resource',
  ])
    assert.match(reasons, words);
});

test('the table says the same in words', async ({ env, folder }) => {
  const words = [
    'load',
    join(folder, 'odd'),
    join(folder, 'odd', 'b.ndjson'),
    join(folder, 'absent.json'),
    folder.concat('/x.txt'),
    '--tenant',
    'acme',
    '--source',
    'odd',
  ];
  const { out } = await run(addLoad, words, env);
  assert.match(out, /^resource type +/m);
  assert.match(out, 'Quarantined, each kept with its reason:');
  assert.match(out, /Not loaded: .*absent\.json: it does not exist\./);
});

test('a source that may not speak ends the load, in words', async (world) => {
  const { house, env, folder } = world;
  await house.source('silenced');
  await house.done('suspend-source', { sourceId: 'silenced', reason: 'floods' }, await house.token('steward'));
  const words = ['load', join(folder, 'ehr'), '--tenant', 'acme', '--source', 'silenced', '--json'];
  const suspended = await run(addLoad, words, env);
  assert.instance(suspended.fault, CliProblem);
  assert.match(suspended.fault?.message ?? '', '403 source-suspended');
  const nobody = await run(addLoad, words, { ...env, LEDGER_TOKEN: 'x.y.z' });
  assert.match(nobody.fault?.message ?? '', '401 not-authenticated');
});

test.run();
