import { cpSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { layout } from '../../adapters/stores.js';
import { type Json, LedgerClient, linesOf, type Reply } from '../support/client.js';
import { LedgerServer } from '../support/server.js';
import { allergy, result, Town, until } from './town.js';

const test = suite('erasing a patient of a running ledger');
let town: Town;

/** One of the three who is erased; words that nobody else has. */
const [FAMILY, MRN, NOTE] = ['Zzyzxberg', 'MRN-77123409', 'quixotic-marker-note'];

test.before(async () => {
  town = await Town.open();
});
test.after(() => town.close());

const erase = (patientId: string, more: object = {}, headers = {}): Promise<Reply> =>
  town.client.command(
    'erase-patient',
    town.token('officer'),
    { patientId, ground: 'unlawful-processing', requestedBy: 'patient', reason: 'never agreed', ...more },
    headers,
  );

const erasure = async (patientId: string): Promise<Json> => (await town.client.get(`/v1/patients/${patientId}/erasure`, town.token('officer'))).json;

async function certified(patientId: string): Promise<Json> {
  await until(async () => (await erasure(patientId)).state === 'erased', 'the certificate');
  return (await erasure(patientId)).certificate;
}

async function fact(patientId: string, sourceRecordId: string, resource: object, source = 'ehr'): Promise<string> {
  const { status, json } = await town.client.command('record-fact', town.token(source), { patientId, sourceRecordId, resource });
  assert.is(status, 201, JSON.stringify(json));
  return json.position as string;
}

async function record(patientId: string, path = 'record', headers = {}): Promise<Reply> {
  return town.client.get(`/v1/patients/${patientId}/${path}`, town.token('clinician'), headers);
}

/** Facts of a record that these words stand in, and none of those. */
function factsOf(reply: Reply, words: readonly string[], others: readonly string[] = []): string[] {
  const texts = (reply.json.facts as Json[]).map((one) => JSON.stringify(one));
  return texts.filter((text) => words.every((word) => text.includes(word)) && !others.some((word) => text.includes(word)));
}

async function auditLines(): Promise<Json[]> {
  const { text } = await town.client.get('/v1/audit/events?limit=1000', town.token('auditor'));
  return linesOf(text) as Json[];
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesUnder(path) : [path];
  });
}

function filesWith(marker: string): string[] {
  return filesUnder(town.server.dataDir).filter((path) => readFileSync(path).includes(marker));
}

function wrappedKeysOf(patientId: string): string[] {
  const db = new Database(layout.keys(town.server.dataDir), { readonly: true });
  const rows = db.prepare('SELECT wrapped FROM key_secret WHERE owner = ?').all(patientId) as { wrapped: string }[];
  db.close();
  return rows.map(({ wrapped }) => wrapped);
}

const HASH_LETTERS = 22;

/** The keyed hashes under the tenant's keys by which a patient is found, as the files of the read models have them. */
function entriesOf(patientId: string): string[] {
  const folder = layout.readModels(town.server.dataDir);
  return readdirSync(folder)
    .filter((name) => /^(patients|candidates)\.\d+\.db$/.test(name))
    .flatMap((name) => {
      const db = new Database(join(folder, name), { readonly: true });
      const rows = db.prepare("SELECT f.value FROM found_by f JOIN row r ON r.id = f.row WHERE r.value LIKE '%' || ? || '%'").all(patientId) as {
        value: string;
      }[];
      db.close();
      return rows.map(({ value }) => value.split('/').at(-1) ?? '').filter((entry) => entry.length === HASH_LETTERS);
    });
}

const feedOf = async (feed: string) => linesOf((await town.client.get(`/v1/feeds/${feed}?limit=1000`, town.token('consumer'))).text) as Json[];

test('one of three merged patients is erased: theirs is gone everywhere, the others lose nothing', async () => {
  const person = { name: [{ family: FAMILY, given: ['Xerxes'] }], birthDate: '1961-07-09', identifier: [{ system: 'urn:mrn', value: MRN }] };
  const [ann, bob, eve] = [await town.patient('m-ann'), await town.patient('m-bob'), await town.patient('m-eve', person)];
  await fact(ann, 'a-1', allergy('high', 'Patient/p1', '91936005'));
  await fact(bob, 'b-1', result(1));
  await fact(bob, 'b-2', allergy('low', 'Patient/p1', '300916003'), 'pharmacy');
  await fact(eve, 'e-1', result(2, NOTE), 'lis');
  await fact(eve, 'e-2', allergy('low', 'Patient/p1', '91936005'), 'pharmacy');
  for (const absorbed of [bob, eve]) {
    const { status } = await town.client.command('merge-patients', town.token('steward'), { survivor: ann, absorbed, reason: 'registered twice' });
    assert.is(status, 201);
  }
  const position = await fact(bob, 'b-3', result(3));
  const refusedLines = [`{"resourceType":"Observation","note":"${NOTE}","mrn":"${MRN}`, '{"nobody"'];
  const kept = await town.client.bulk(town.token('lis'), refusedLines, { prefer: 'handling=quarantine' });
  assert.is(kept.results.length, 2);
  await until(async () => entriesOf(eve).length > 3, 'the index');
  const before = await record(ann, 'record', { 'minimum-position': position });
  assert.ok(before.text.includes(NOTE) && before.text.includes(FAMILY));
  const [audited, wrapped, others] = [await auditLines(), wrappedKeysOf(eve), [...entriesOf(ann), ...entriesOf(bob)]];
  const entries = entriesOf(eve).filter((entry) => !others.includes(entry));
  assert.is(wrapped.length, 1);
  const refused = await erase(ann);
  assert.equal([refused.status, refused.json.code], [409, 'merged-survivor']);

  const ordered = await erase(eve);
  assert.is(ordered.status, 201, ordered.text);
  const certificate = await certified(eve);

  for (const path of ['record', 'history', 'lineage?path=Patient.birthDate', 'conflicts', 'identity']) {
    const { status, json } = await record(eve, path);
    assert.equal([path, status, json.code], [path, 410, 'patient-erased']);
  }
  const found = await town.client.get(`/v1/patients?identifier=${encodeURIComponent(`urn:mrn|${MRN}`)}`, town.token('steward'));
  assert.ok(!found.text.includes(eve), found.text);

  const after = await record(ann, 'record', { 'minimum-position': ordered.json.position });
  assert.ok(!after.text.includes(NOTE) && !after.text.includes(FAMILY) && !after.text.includes(eve), 'nothing of the erased is in the survivor’s record');
  // What had nothing to do with the erased is the same, byte for byte.
  const own = factsOf(before, ['resource'], ['91936005', eve]);
  assert.ok(own.length >= 3);
  for (const text of own) assert.ok(after.text.includes(text), text);
  assert.is(factsOf(after, ['91936005', '"high"'], ['"low"']).length, 1, 'what was said of the same thing stands by itself');
  const then = await town.client.get(`/v1/patients/${ann}/record?knownAt=${position}`, town.token('clinician'));
  assert.is(then.status, 200, then.text);
  assert.ok(!then.text.includes(eve) && !then.text.includes(NOTE), 'nor in what was known before');

  // The log is what it was, and goes on.
  const now = await auditLines();
  assert.equal(
    now.slice(0, audited.length).map((line) => JSON.stringify(line)),
    audited.map((line) => JSON.stringify(line)),
  );
  assert.is(now.filter(({ type }) => type === 'patient-erased').length, 1);

  assert.is(certificate.orderId, ordered.json.eventIds[0]);
  assert.equal(
    [certificate.ground, certificate.requestedBy, certificate.orderedBy, certificate.approvedBy],
    ['unlawful-processing', 'patient', 'officer-1', null],
  );
  assert.is(certificate.keys.length, 1);
  const models = ['record', 'resolutions', 'directory', 'changes', 'amendments', 'patients', 'candidates'].map((model) => `read-model-${model}`);
  assert.equal((certificate.evidence as Json[]).map(({ store }) => store).sort(), ['key-store', 'vault', ...models].sort());
  assert.is(Date.parse(certificate.irrecoverableAfter) - Date.parse(certificate.verifiedAt), 35 * 86_400_000);

  const lines = async () => (await town.client.get('/v1/quarantine?source=lis', town.token('officer'))).json.quarantine as Json[];
  assert.equal(
    (await lines()).map(({ input, destroyed }) => [input, destroyed]),
    [
      [undefined, true],
      [refusedLines[1], undefined],
    ],
  );
  assert.equal([certificate.quarantine.destroyed, certificate.quarantine.unattributed], [1, 1]);

  for (const marker of [NOTE, FAMILY, MRN, ...wrapped, ...entries])
    assert.equal(filesWith(marker), [], 'no file holds their words, their wrapped keys or what they were found by');

  for (const feed of ['facts', 'patients', 'record-changes']) {
    const items = (await feedOf(feed)).filter(({ subject }) => subject === eve);
    assert.equal([feed, ...items.map(({ type }) => type)], [feed, 'clinical-ledger.patient-erased.v1']);
  }
  assert.ok(
    (await feedOf('facts')).some(({ subject }) => subject === bob),
    'the others are there',
  );

  // Their readers are still accounted for, and the source that sends everything again is told.
  const accesses = await town.client.get(`/v1/patients/${eve}/accesses`, town.token('officer'));
  assert.is(accesses.status, 200);
  const again = await town.client.command('register-patient', town.token('ehr'), { sourceRecordId: 'm-eve', resource: { resourceType: 'Patient', ...person } });
  assert.equal([again.status, again.json.code], [410, 'patient-erased']);
  const late = await town.client.command('record-fact', town.token('lis'), { patientId: eve, sourceRecordId: 'e-9', resource: result(9) });
  assert.equal([late.status, late.json.code], [410, 'patient-erased']);
  const merged = await town.client.command('merge-patients', town.token('steward'), { survivor: bob, absorbed: eve, reason: 'again' });
  assert.equal([merged.status, merged.json.code], [410, 'patient-erased']);

  const rebuilt = await town.server.run('rebuild', 'record', 'resolutions', 'patients');
  assert.is(rebuilt.code, 0, rebuilt.stderr);
  const anew = await record(ann, 'record');
  assert.equal(anew.json.facts, after.json.facts);
});

test('an erasure is ordered once, however often and by however many it is asked for', async () => {
  const patientId = await town.patient('twice');
  const answers = await Promise.all([erase(patientId), erase(patientId, { ground: 'legal-obligation', requestedBy: 'court' })]);
  assert.equal(answers.map(({ status }) => status).sort(), [200, 201]);
  assert.equal(answers[0]?.json.eventIds, answers[1]?.json.eventIds);
  const certificate = await certified(patientId);
  const again = await erase(patientId);
  assert.equal([again.status, again.json.eventIds], [200, [certificate.orderId]]);
  const certificates = (await auditLines()).filter(({ type, data }) => type === 'patient-erased' && data.patientId === patientId);
  assert.is(certificates.length, 1);
});

test('nobody is erased who is not known, and nobody but a privacy officer erases', async () => {
  const unknown = await erase('6f0e2a44-0000-4000-8000-000000000000');
  assert.equal([unknown.status, unknown.json.code], [404, 'unknown-patient']);
  const patientId = await town.patient('not-mine');
  for (const who of ['steward', 'clinician', 'ehr']) {
    const body = { patientId, ground: 'objection', requestedBy: 'patient', reason: 'x' };
    assert.is((await town.client.command('erase-patient', town.token(who), body)).status, 403, who);
  }
  assert.is((await town.client.get(`/v1/patients/${patientId}/erasure`, town.token('clinician'))).status, 403);
  assert.equal(await erasure(patientId), { patientId, state: 'none', holds: [], refusals: [], order: null, waitsFor: [], certificate: null });
});

test('a hold and the duty to keep are told with the refusal, and are on record', async () => {
  const patientId = await town.patient('held');
  const kept = await erase(patientId, { ground: 'consent-withdrawn', reason: 'moved away' }, { 'idempotency-key': 'ask-1' });
  assert.equal([kept.status, kept.json.code, kept.json.errors.length], [409, 'retention-duty', 1]);
  const repeated = await erase(patientId, { ground: 'consent-withdrawn', reason: 'moved away' }, { 'idempotency-key': 'ask-1' });
  assert.equal([repeated.status, repeated.json.code], [409, 'retention-duty']);
  const placed = await town.client.command('place-legal-hold', town.token('officer'), { patientId, matter: 'case 7 of 2026' });
  assert.is(placed.status, 201);
  const held = await erase(patientId);
  assert.equal([held.status, held.json.code], [409, 'legal-hold']);

  const told = await erasure(patientId);
  assert.equal([told.state, told.holds[0].matter, told.refusals.length], ['held', 'case 7 of 2026', 2]);
  const [first, second] = told.refusals;
  assert.equal([first.reason, first.exceptions[0].kind, second.exceptions[0].kind], ['moved away', 'retention-duty', 'legal-hold']);
  const unopened = (await town.client.get(`/v1/patients/${patientId}/erasure`, town.token('auditor'))).json;
  assert.equal([unopened.holds[0].matter, unopened.refusals.length], [null, 2]);
  assert.equal(filesWith('case 7 of 2026'), []);

  const [holdId] = placed.json.eventIds;
  const released = await town.client.command('release-legal-hold', town.token('officer'), { patientId, holdId });
  assert.is(released.status, 201);
  assert.is((await erase(patientId)).status, 201);
  await certified(patientId);
});

test('a ledger that is killed at any moment after the order finishes it when it starts again', async () => {
  for (const afterMs of [0, 15, 60]) {
    const patientId = await town.patient(`killed-${afterMs}`);
    const { json } = await erase(patientId);
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    await town.server.stop('SIGKILL');
    town.server = await LedgerServer.start({ dataDir: town.server.dataDir });
    town.client.close();
    town.client = new LedgerClient(town.server.url);
    assert.is((await record(patientId)).status, 410, 'before anything is served');
    assert.is((await certified(patientId)).orderId, json.eventIds[0]);
    assert.equal(wrappedKeysOf(patientId), []);
  }
});

test('keys from a backup that is older than the erasure are destroyed before anything is served', async () => {
  const patientId = await town.patient('restored');
  const position = await fact(patientId, 'r-1', result(1, 'once more with keys'));
  await record(patientId, 'record', { 'minimum-position': position });
  await town.server.stop();
  const [keys, backup] = [layout.keys(town.server.dataDir), `${town.server.dataDir}-backup`];
  cpSync(join(keys, '..'), backup, { recursive: true });
  town.server = await LedgerServer.start({ dataDir: town.server.dataDir });
  town.client = new LedgerClient(town.server.url);
  const { json } = await erase(patientId);
  await certified(patientId);
  await town.server.stop();
  for (const file of ['', '-wal', '-shm']) rmSync(`${keys}${file}`, { force: true });
  cpSync(backup, join(keys, '..'), { recursive: true });
  rmSync(backup, { recursive: true });
  assert.is(wrappedKeysOf(patientId).length, 1, 'the backup has them');
  town.server = await LedgerServer.start({ dataDir: town.server.dataDir });
  town.client = new LedgerClient(town.server.url);
  assert.equal(wrappedKeysOf(patientId), []);
  assert.is((await record(patientId)).status, 410);
  assert.is((await certified(patientId)).orderId, json.eventIds[0]);
  assert.is((await auditLines()).filter(({ type, data }) => type === 'patient-erased' && data.patientId === patientId).length, 1);
});

test.run();
