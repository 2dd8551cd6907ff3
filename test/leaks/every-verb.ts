import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Json } from '../support/client.js';
import { FIRST_FILE } from '../support/key-files.js';
import { runCli } from '../support/server.js';
import type { Disclosure } from './disclosures.js';
import { fullResource } from './full-resource.js';
import type { Tour } from './tour.js';

/** One call of the command line. `ends` is the exit code; what it writes is searched, unless it is meant to show content. */
interface Call {
  readonly words: readonly string[];
  readonly ends: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly shows?: Disclosure;
}

type Calls = (tour: Tour, folder: string) => readonly Call[];

/** Every verb of the command line: called well, and called wrongly. */
const CALLS: Readonly<Record<string, Calls>> = {
  serve: ({ junk }) => [
    { words: ['serve'], ends: 1, env: { PORT: junk.next('Port'), LOG_LEVEL: junk.next('Level') } },
    { words: ['serve'], ends: 1, env: { EVENTSTORE_URL: `http://user:${junk.next('Password')}@127.0.0.1:9` } },
  ],
  token: () => [{ words: ['token', '--tenant', 'demo', '--subject', 'dr-2', '--role', 'clinician'], ends: 0 }],
  load: (tour, folder) => [
    { words: ['load', files(tour, folder).good, '--tenant', 'demo', '--source', 'ehr'], ends: 0 },
    { words: ['load', files(tour, folder).bad, '--tenant', 'demo', '--source', 'ehr', '--json'], ends: 1 },
  ],
  rebuild: () => [{ words: ['rebuild', 'directory'], ends: 0 }],
  replay: ({ ids, junk }) => [
    { words: ['replay', '--tenant', 'demo', '--patient', ids['patientId'] ?? '', '--explain'], ends: 0, shows: 'ledger replay' },
    { words: ['replay', '--tenant', 'demo', '--patient', junk.next('ReplayPatient')], ends: 1, env: { LEDGER_TOKEN: junk.next('LedgerToken') } },
    { words: ['replay', '--tenant', 'demo', '--patient', ids['patientId'] ?? '', '--known-at', junk.next('KnownAt')], ends: 1 },
  ],
  scan: (tour, folder) => [
    { words: ['scan', files(tour, join(folder, 'scan')).good.concat('/bundle.json')], ends: 0 },
    { words: ['scan', '--json', files(tour, join(folder, 'scan')).good.concat('/lines.ndjson.gz')], ends: 1 },
  ],
  keys: keysCalls,
};

/** Those that ask the ledger as it runs; then those that work on a key file, on one of their own. */
function keysCalls({ ids, said, junk }: Tour, folder: string): readonly Call[] {
  const own = join(folder, 'own-keys');
  mkdirSync(own, { recursive: true, mode: 0o700 });
  const file = (name: string, text: string) => {
    writeFileSync(join(own, name), text, { mode: 0o600 });
    return join(own, name);
  };
  const [description, passphrase] = [file('description', `Seen by ${said.next('Seen')}.`), file('passphrase', junk.next('Passphrase'))];
  const env = { DATA_DIR: own, KEY_FILE: file('root.json', JSON.stringify(FIRST_FILE)) };
  const online = (words: readonly string[], ends = 0, more: Call['env'] = {}): Call => ({ words: ['keys', ...words, '--tenant', 'demo'], ends, env: more });
  const since = ['--description-file', description, '--since'];
  return [
    online(['list']),
    online(['list', '--json']),
    online(['list'], 1, { LEDGER_TOKEN: junk.next('LedgerToken') }),
    online(['rotate', 'patient', '--patient', ids['patientId'] ?? '', '--because', 'staff-change']),
    online(['rotate', 'patient', '--patient', junk.next('RotatePatient')], 1),
    online(['rotate', 'root']),
    online(['suspend', 'index', '--because', 'inquiry']),
    online(['suspend', 'patient', '--because', 'inquiry', '--patient', junk.next('SuspendPatient')], 1),
    online(['resume', 'index', '--because', 'cleared']),
    online(['resume', 'index', '--because', junk.next('Because')], 1),
    online(['reseal']),
    online(['report-compromise', 'tenant-secret', ...since, '2026-01-01T00:00:00Z']),
    online(['report-compromise', 'tenant-secret', ...since, junk.next('Since')], 1),
    online(['report-compromise', 'index', '--key', junk.next('KeyId'), ...since, '2026-01-01T00:00:00Z'], 1),
    online(['show-compromise', ids['reportId'] ?? '']),
    online(['show-compromise', junk.next('ReportId')], 1),
    { words: ['keys', 'verify'], ends: 0 },
    { words: ['keys', 'destroy', junk.next('RootId')], ends: 1 },
    { words: ['keys', 'protect', '--passphrase-file', passphrase], ends: 0, env },
    { words: ['keys', 'verify'], ends: 1, env: { ...env, KEY_PASSPHRASE_FILE: file('wrong', junk.next('WrongPassphrase')) } },
    { words: ['keys', 'verify'], ends: 1, env: { ...env, KEY_PASSPHRASE_FILE: passphrase } },
  ];
}

/** The version of a record at its source stands in clear, by contract: this one says nothing. */
const plainVersion = (resource: Json): Json => ({ ...resource, meta: { ...resource.meta, versionId: '7' } });

/** Files that load, and files that do not, each full of markers. */
function files({ said, ids }: Tour, folder: string): { good: string; bad: string } {
  const [good, bad] = [join(folder, 'good'), join(folder, 'bad')];
  for (const each of [good, bad]) mkdirSync(each, { recursive: true });
  const reference = `Patient/${said.next('LoadedId')}`;
  const person = {
    resourceType: 'Patient',
    id: reference.slice(8),
    identifier: [{ system: `urn:${said.next('LoadedSystem')}`, value: said.next('LoadedNumber') }],
    name: [{ family: said.next('LoadedName') }],
  };
  const bundle = {
    resourceType: 'Bundle',
    type: 'collection',
    entry: [person, plainVersion(fullResource(said, 'Procedure', reference))].map((resource) => ({ resource })),
  };
  writeFileSync(join(good, 'bundle.json'), JSON.stringify(bundle));
  const lines = [
    person,
    plainVersion(fullResource(said, 'Device', reference)),
    { resourceType: 'Observation', [said.next('LoadedMember')]: 1 },
    { resourceType: said.next('LoadedType') },
  ];
  writeFileSync(join(good, 'lines.ndjson.gz'), gzipSync(`${lines.map((line) => JSON.stringify(line)).join('\n')}\n{"${said.next('LoadedCut')}`));
  const text = JSON.stringify(bundle);
  writeFileSync(join(bad, 'cut.json'), text.slice(0, -20));
  writeFileSync(join(bad, 'twice.json'), text.replace('{', `{"${said.next('LoadedBad')}":1,`).replace('"collection"', `"${said.next('LoadedKind')}"`));
  writeFileSync(join(bad, 'bare.json'), said.next('LoadedBare'));
  writeFileSync(join(bad, 'cut.json.gz'), gzipSync(text).subarray(0, 400));
  writeFileSync(join(bad, 'bytes.json'), Buffer.concat([Buffer.from(`{"${said.next('LoadedBytes')}":"`), Buffer.from([0xff])]));
  writeFileSync(join(bad, 'page.xml'), `<Patient>${said.next('LoadedXml')}</Patient>`);
  ids['loaded'] = reference;
  return { good, bad };
}

export const CALLED_VERBS: readonly string[] = Object.keys(CALLS);

/** Calls every verb; answers those that ended otherwise than they should. */
export async function callEveryVerb(tour: Tour, folder: string): Promise<string[]> {
  const wrong: string[] = [];
  const usual = { DATA_DIR: tour.server.dataDir, LEDGER_URL: tour.server.url, LOG_LEVEL: 'trace', TMPDIR: process.env['TMPDIR'] ?? '/tmp' };
  const call = async (verb: string, { words, ends, env = {}, shows }: Call) => {
    const { code, stdout, stderr } = await runCli(words, { ...usual, ...env });
    tour.hear(`ledger ${verb} (${code})`, `${stdout}\n${stderr}`, shows ?? null);
    if (code === ends && code === 0) tour.passed.add(`ledger ${verb}`);
    if (code !== ends) wrong.push(`${verb} ended with ${code}: ${stderr.slice(0, 500)}`);
  };
  for (const [verb, calls] of Object.entries(CALLS)) for (const each of calls(tour, folder)) await call(verb, each);
  return wrong;
}

/** The verbs that the command line says it has. */
export async function knownVerbs(): Promise<string[]> {
  const { stdout } = await runCli(['--help'], {});
  const commands = stdout.split(/^Commands:$/m)[1] ?? '';
  return [...commands.matchAll(/^ {2}([a-z]+)\b/gm)].map(([, verb]) => verb ?? '').filter((verb) => verb !== 'help');
}
