import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readConfig } from '../../adapters/config.js';
import { openLedger } from '../../adapters/container.js';
import { createLog } from '../../adapters/log.js';
import { House, person } from './http/house.js';

const test = suite('the whole ledger');

const silent = createLog('silent');

test('what was recorded is there after a restart, and a repeat is known', async () => {
  const first = await House.open();
  const body = { resource: person(), sourceRecordId: 'p1', sourceVersion: '1' };
  const { patientId, eventIds } = await first.done('register-patient', body, await first.source('ehr'));
  await first.ledger.stop();
  const second = await House.open(first.dataDir);
  const ehr = await second.token('source', 'ehr');
  const again = await second.command('register-patient', body, ehr);
  assert.equal([again.status, again.json.patientId, again.json.eventIds], [200, patientId, eventIds]);
  const record = await second.get(`/v1/patients/${patientId}/record`, await second.token('clinician'), { 'minimum-position': again.json.position });
  assert.equal([record.status, record.json.facts.length], [200, 2]);
  await second.close();
});

test('a second ledger on the same folder is refused, and leaves the first as it was', async () => {
  const house = await House.open();
  const config = readConfig({ DATA_DIR: house.dataDir, PORT: '0' });
  await openLedger(config, silent).then(
    () => assert.unreachable('two ledgers on one folder'),
    (fault) => assert.is(fault.name, 'DataDirInUse'),
  );
  assert.is((await house.get('/health/live', null)).status, 200);
  await house.close();
});

test('when a part cannot be opened, what was opened before is closed again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'container-'));
  const config = readConfig({ DATA_DIR: folder, PORT: '0' });
  const keyFile = join(folder, 'keys', 'key-encryption-key.json');
  mkdirSync(join(folder, 'keys'), { mode: 0o700 });
  writeFileSync(keyFile, '{}', { mode: 0o600 });
  await openLedger(config, silent).then(
    () => assert.unreachable(),
    (fault) => assert.is(fault.name, 'KeyFileRefused'),
  );
  rmSync(keyFile);
  const ledger = await openLedger(config, silent);
  await ledger.stop();
  rmSync(folder, { recursive: true });
});

test('a key file that is gone is not made anew while keys are wrapped under what it held', async () => {
  const house = await House.open();
  await house.done('register-patient', { resource: person(), sourceRecordId: 'p1' }, await house.source('ehr'));
  await house.ledger.stop();
  const keyFile = join(house.dataDir, 'keys', 'key-encryption-key.json');
  renameSync(keyFile, `${keyFile}.lost`);
  await House.open(house.dataDir).then(
    () => assert.unreachable('it would open nothing, and seal what the lost file cannot open'),
    (fault) => assert.is(fault.name, 'KeyFileRefused'),
  );
  assert.not.ok(existsSync(keyFile));
  renameSync(`${keyFile}.lost`, keyFile);
  await (await House.open(house.dataDir)).close();
});

test('keys and tokens are in files that nobody else may read', async () => {
  const house = await House.open();
  await house.source('ehr');
  for (const name of ['key-encryption-key.json', 'development-issuer.json']) {
    const file = join(house.dataDir, 'keys', name);
    assert.ok(existsSync(file));
    assert.is(statSync(file).mode & 0o777, 0o600, name);
  }
  await house.close();
});

test('stopping twice is once', async () => {
  const house = await House.open();
  await house.ledger.stop();
  await house.ledger.stop();
  await house.close();
});

test.run();
