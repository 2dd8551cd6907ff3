import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { addKeys } from '../../../adapters/cli/keys.js';
import { CliProblem } from '../../../adapters/cli/problem.js';
import { type Answer, allergy, House, person } from '../http/house.js';
import { run } from './terminal.js';

interface World {
  house: House;
  patientId: string;
  env: Record<string, string>;
}

const test = suite<World>('keys of a running ledger', {} as World);

const keys = (env: World['env'], ...words: string[]) => run(addKeys, ['keys', ...words, '--tenant', 'acme'], env);
const overview = async (house: House): Promise<Answer['json']> => (await house.get('/v1/keys', await house.token('operator'))).json;

test.before(async (world) => {
  const house = await House.open();
  const ehr = await house.source('ehr');
  const { patientId } = await house.done('register-patient', { resource: person(), sourceRecordId: 'p1' }, ehr);
  await house.done('record-fact', { patientId, resource: allergy(), sourceRecordId: 'a1' }, ehr);
  const url = await house.ledger.app.listen({ host: '127.0.0.1', port: 0 });
  Object.assign(world, { house, patientId, env: { DATA_DIR: house.dataDir, LEDGER_URL: url, PORT: '0' } });
});
test.after(({ house }) => house.close());

test('list says where each key stands, and shows none', async ({ env, house }) => {
  const { out, fault } = await keys(env, 'list');
  assert.is(fault, null);
  const { root, tenantKeys } = await overview(house);
  assert.match(out, new RegExp(`Root keys \\(file\\)\\n {2}key.*\\n {2}${root.keys[0].rootId} +current .* fresh\n`));
  assert.match(out, new RegExp(`${tenantKeys[0].kekId} +1 +active .* fresh +\\d+ active +${root.keys[0].rootId}\n`));
  assert.match(out, 'A key seals for 730 days. Secrets under former tenant keys: 0.');
  for (const kek of await house.ledger.services.keyring.keyStore.keks('acme')) assert.not(out.includes(kek.wrapped));
  const { out: json } = await keys(env, 'list', '--json');
  assert.equal(JSON.parse(json).tenantKeys, tenantKeys);
});

test('rotate and reseal come back when the ledger has carried them out', async ({ env, house, patientId }) => {
  const { out, fault } = await keys(env, 'rotate', 'tenant', '--because', 'staff-change');
  assert.is(fault, null);
  assert.match(out, /^Rotated: [1-9]\d* wrapped anew\.\n$/);
  assert.is((await keys(env, 'rotate', 'patient', '--patient', patientId)).out, 'Rotated: 0 wrapped anew.\n');
  assert.is((await keys(env, 'reseal')).out, 'Resealed: 0 wrapped anew.\n');
  const { rotations } = await overview(house);
  assert.equal(
    rotations.map(({ kind, level, because, completedAt }: Answer['json']) => [kind, level, because, completedAt !== null]),
    [
      ['rotate', 'tenant', 'staff-change', true],
      ['rotate', 'patient', 'scheduled', true],
      ['reseal', 'tenant', 'migration', true],
    ],
  );
  const { out: list } = await keys(env, 'list');
  assert.match(list, /rotate patient +scheduled .*Z, 0 wrapped anew\n/);
});

test('suspend, resume and a rotation at a later time come back when the keys are as was asked', async ({ env, house, patientId }) => {
  const named = ['patient', '--patient', patientId, '--because'];
  const suspended = await keys(env, 'suspend', ...named, 'inquiry');
  assert.is(suspended.fault, null);
  assert.match(suspended.out, /^Key \S+ is suspended\.\n$/);
  assert.match((await keys(env, 'suspend', ...named, 'inquiry')).fault?.message ?? '', '409 key-already-suspended');
  assert.match((await keys(env, 'resume', ...named, 'cleared')).out, /^Key \S+ is active\.\n$/);
  assert.match((await keys(env, 'resume', ...named, 'inquiry')).fault?.message ?? '', '--because is one of cleared,');
  for (const [verb, because, state] of [
    ['suspend', 'inquiry', 'suspended'],
    ['resume', 'cleared', 'active'],
  ] as const)
    assert.match((await keys(env, verb, 'index', '--because', because)).out, new RegExp(`^Key \\S+ is ${state}\\.\\n$`));
  const at = new Date(Date.now() + 86_400_000).toISOString();
  assert.is((await keys(env, 'rotate', 'tenant', '--at', at)).out, `The next key is there, and is put into use at ${at}.\n`);
  assert.is((await overview(house)).tenantKeys.at(-1).state, 'pre-active');
  const { out } = await keys(env, 'list');
  assert.match(out, `waits for ${at.slice(0, 19)}Z\n`);
  assert.match(out, /suspend patient +\S+ +inquiry +\S+Z +suspended\n {2}resume patient +\S+ +cleared +\S+Z +active\n/);
  assert.is((await keys(env, 'rotate', 'tenant')).fault, null);
});

test('the root is rotated when another person sends what was printed, and not before', async ({ env, house }) => {
  const [former] = (await overview(house)).root.keys;
  const { out, fault } = await keys(env, 'rotate', 'root');
  assert.is(fault, null);
  assert.match(out, `${env['LEDGER_URL']}/v1/commands/approve-change`);
  assert.equal((await overview(house)).root.keys, [former]);
  await house.done('approve-change', JSON.parse(/-d '(.*)'/.exec(out)?.[1] ?? ''), await house.token('privacy-officer'));
  for (const endMs = Date.now() + 10_000; (await overview(house)).rotations.at(-1)?.completedAt === null; ) assert.ok(Date.now() < endMs);
  const { root, tenantKeys } = await overview(house);
  assert.equal(
    root.keys.map(({ current }: Answer['json']) => current),
    [false, true],
  );
  assert.ok(tenantKeys.every(({ rootId }: Answer['json']) => rootId === root.keys[1].rootId));
});

test('a reported compromise comes back as an incident, and its exposure has the digest of the incident', async ({ env, house }) => {
  const file = join(house.dataDir, 'description');
  writeFileSync(file, 'A backup disk went missing.\n');
  const said = await keys(env, 'report-compromise', 'tenant', '--since', '2026-01-01T00:00:00Z', '--description-file', file);
  assert.is(said.fault, null);
  const { reportId, incident } = (await overview(house)).compromises.at(-1);
  assert.match(said.out, `Report ${reportId}: key `);
  assert.match(said.out, `individuals told   by ${incident.individualsBy} (45 CFR 164.404)`);
  assert.not(said.out.includes('backup disk'));
  const shown = await keys(env, 'show-compromise', reportId);
  assert.is(createHash('sha256').update(shown.out).digest('hex'), incident.digest);
  assert.match((await keys(env, 'list')).out, /tenant +\S+ +2026-01-01T00:00:00Z +\d+ events, 1 patient; individuals by \d{4}/);
  const again = await keys(env, 'report-compromise', 'tenant', '--key', incidentKey(said.out), '--since', '2026-01-01T00:00:00Z', '--description-file', file);
  assert.match(again.fault?.message ?? '', '409 compromise-reported');
  assert.is((await house.get('/v1/audit/events?limit=2000', await house.token('auditor'))).status, 200);
});

const incidentKey = (words: string) => /: key (\S+) is/.exec(words)?.[1] ?? '';

test("a patient's key that is named in a report is put out of use, and the incident is that key's", async ({ env, house, patientId }) => {
  const file = join(house.dataDir, 'description');
  const { keyId } = (await overview(house)).suspensions.find(({ level }: Answer['json']) => level === 'patient');
  const named = ['--patient', patientId, '--key', keyId, '--since', '2026-01-01T00:00:00Z', '--description-file', file];
  writeFileSync(file, 'A copy of the key was found.\n');
  const { out, fault } = await keys(env, 'report-compromise', 'patient', ...named);
  assert.is(fault, null);
  assert.match(out, `: key ${keyId} is out of use`);
  const { level, patientId: of, keyId: which } = (await overview(house)).compromises.at(-1);
  assert.equal([level, of, which], ['patient', patientId, keyId]);
});

test('what was asked wrongly is said before anything is sent', async ({ env, house, patientId }) => {
  const told = async (...words: string[]) => {
    const { fault } = await keys(env, ...words);
    assert.instance(fault, CliProblem);
    return fault?.message ?? '';
  };
  assert.match(await told('rotate', 'patient'), 'name the patient');
  assert.match(await told('rotate', 'tenant', '--patient', patientId), 'goes with the level patient alone');
  assert.match(await told('rotate', 'tenant', '--because', 'whim'), '--because is one of scheduled,');
  const before = (await overview(house)).compromises.length;
  const described = (file: string) => told('report-compromise', 'index', '--since', '2026-01-01T00:00:00Z', '--description-file', file);
  const file = (name: string, content: string | Buffer) => {
    writeFileSync(join(house.dataDir, name), content);
    return join(house.dataDir, name);
  };
  assert.match(await described(join(house.dataDir, 'none')), 'cannot be read: ENOENT');
  mkdirSync(join(house.dataDir, 'folder'));
  assert.match(await described(join(house.dataDir, 'folder')), 'cannot be read: EISDIR');
  assert.match(await described(file('empty', ' \n')), 'is empty');
  assert.match(await described(file('large', 'x'.repeat(20_000))), 'is too large');
  assert.match(await described(file('bytes', Buffer.of(0x41, 0xff))), 'is not UTF-8');
  assert.is((await overview(house)).compromises.length, before);
  const token = (await house.token('privacy-officer', 'officer-1', { tenant: 'other' })).slice('Bearer '.length);
  assert.match((await keys({ ...env, LEDGER_TOKEN: token }, 'reseal')).fault?.message ?? '', 'LEDGER_TOKEN is not a token of the tenant');
  assert.match((await keys({ ...env, LEDGER_TOKEN: 'x.y.z' }, 'list')).fault?.message ?? '', '401 not-authenticated');
  const unknown = await keys(env, 'rotate', 'everything');
  assert.is((unknown.fault as { code?: string } | null)?.code, 'commander.invalidArgument');
});

test('while a ledger runs its root keys can be verified, and none destroyed', async ({ env }) => {
  const { out, fault } = await run(addKeys, ['keys', 'verify'], env);
  assert.is(fault, null);
  assert.match(out, /^root key \S+ \(former, made .*\): opens\nroot key \S+ \(current, made .*\): opens\ntenants' keys were not tried: a ledger uses /);
  const destroyed = await run(addKeys, ['keys', 'destroy', 'any'], env);
  assert.is(destroyed.fault?.name, 'DataDirInUse');
});

test('without a running ledger the stores are opened for the verb', async () => {
  const house = await House.open();
  await house.source('ehr');
  await house.ledger.stop();
  const { out, fault } = await keys({ DATA_DIR: house.dataDir, PORT: '0' }, 'rotate', 'tenant-secret');
  assert.is(fault, null);
  assert.is(out, 'Rotated: 0 wrapped anew.\n');
  rmSync(house.dataDir, { recursive: true });
});

test.run();
