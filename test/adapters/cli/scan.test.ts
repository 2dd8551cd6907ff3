import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { addScan } from '../../../adapters/cli/scan.js';
import { DOCUMENT_AT_MOST_BYTES } from '../../../adapters/scanning/documents.js';
import { PATIENT } from '../../domain/scanning/finding.js';
import { run } from './terminal.js';

const MAIN = fileURLToPath(new URL('../../../adapters/cli/main.js', import.meta.url));

interface World {
  folder: string;
}

const test = suite<World>('scan FILE…', {} as World);
test.before((world) => {
  world.folder = mkdtempSync(join(tmpdir(), 'scan-'));
});
test.after(({ folder }) => rmSync(folder, { recursive: true }));

function file({ folder }: World, name: string, content: string | Buffer): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

const scan = (...words: string[]) => run(addScan, ['scan', ...words], {});

test('a finding is told by file, line, column, type and rule, and no value is printed', async (world) => {
  const note = file(world, 'note.txt', 'Seen today.\nMrs. Okonkwo, SSN 219-09-9999\nTel. +44 20 7946 0958');
  const { out, err, fault } = await scan(note);
  assert.is(fault, null);
  assert.equal(out.trim().split('\n'), [
    `${note}: line 2, column 6: name, likely (name-after-title, 7 characters)`,
    `${note}: line 2, column 19: ssn, certain (ssn, 11 characters)`,
    `${note}: line 3, column 6: phone, certain (phone-international, 16 characters)`,
  ]);
  assert.is(err, 'name 1, ssn 1, phone 1\n');
  for (const value of ['Okonkwo', '219-09', '7946']) assert.not((out + err).includes(value));
});

test('FHIR is scanned text by text, attachments too, with the known patient first; odd member names are not printed', async (world) => {
  const known = file(world, 'patient.json', JSON.stringify(PATIENT));
  const data = Buffer.from('first line\nRobert came').toString('base64');
  const lines = [
    { resourceType: 'DocumentReference', content: [{ attachment: { contentType: 'text/plain', data } }] },
    { note: { 'Robert!': 'Okonkwo' }, code: '219-09-9999' },
  ];
  const notes = file(
    world,
    'notes.ndjson.gz',
    gzipSync(
      lines
        .map((line) => JSON.stringify(line))
        .join('\n')
        .concat('\n\n'),
    ),
  );
  const { out } = await scan(notes, '--known', known, '--json');
  const found = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(
    found.map(({ place, rule }) => [place, rule]),
    [
      ['line 1 /content/0/attachment/data line 2, column 1', 'known-name'],
      ['line 2 /note/* character 1', 'known-name'],
    ],
  );
});

test('findings can be asked for by certainty, and fail the command on request', async (world) => {
  const note = file(world, 'some.txt', 'Mrs. Okonkwo');
  const sure = await scan(note, '--at-least', 'certain', '--fail');
  assert.equal([sure.out, sure.fault], ['', null]);
  assert.match(sure.err, 'no proof');
  assert.is((await scan(note, '--fail')).fault?.message, 'Identifiers were found.');
  assert.is((await scan(note, '--at-least', 'quite')).fault?.message, '--at-least is one of possible, likely, certain.');
});

test('a file that cannot be scanned is named with the reason, without a word of what is in it', async (world) => {
  const broken = file(world, 'broken.json', '{"name":"Okonkwo"');
  const deep = file(world, 'deep.json', `${'['.repeat(80)}"Okonkwo"${']'.repeat(80)}`);
  const large = file(world, 'large.txt', '');
  truncateSync(large, DOCUMENT_AT_MOST_BYTES + 1);
  const packed = file(world, 'cut.txt.gz', gzipSync('Okonkwo').subarray(0, 12));
  for (const [path, reason] of [
    [broken, 'is not JSON'],
    [deep, 'is nested too deeply'],
    [packed, 'Z_BUF_ERROR'],
    [large, `it is larger than ${DOCUMENT_AT_MOST_BYTES} bytes`],
    [join(world.folder, 'none.txt'), 'ENOENT'],
  ] as const)
    assert.is((await scan(path)).fault?.message, `${path} cannot be scanned: ${reason}.`);
  assert.match((await scan(broken, '--known', broken)).fault?.message ?? '', 'is not a FHIR R4 Patient');
});

test('a scan that nobody reads any more ends at once, and well unless findings were to fail it', async (world) => {
  const notes = ['one', 'two'].map((name) => file(world, name, 'SSN 219-09-9999'));
  const unread = async (...words: string[]) => {
    const child = spawn(process.execPath, [MAIN, 'scan', ...words, ...notes], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    let err = '';
    child.stderr.on('data', (bytes) => (err += bytes));
    const [code] = await once(child, 'close');
    return [code, err];
  };
  const ends = await Promise.all([unread(), unread('--fail')]);
  assert.equal(ends, [
    [0, ''],
    [1, ''],
  ]);
});

test('any other trouble of the output is not passed over', async (world) => {
  await scan(file(world, 'quiet.txt', ''));
  const full = Object.assign(new Error('the disk is full'), { code: 'ENOSPC' });
  assert.throws(() => process.stdout.emit('error', full), 'the disk is full');
});

test.run();
