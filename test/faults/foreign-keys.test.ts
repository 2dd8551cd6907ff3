import { randomUUID } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { WrappedKek, WrappedSecret } from '../../adapters/keys/key-store.js';
import { LedgerFault } from '../../domain/rejections.js';
import { TestVault } from '../support/vault.js';

/** What asking for a patient's keys throws. */
async function codeOf(keys: TestVault, tenant: string, patientId: string): Promise<string> {
  const found = await keys.vault.patientRing(tenant, patientId).catch((fault: unknown) => fault);
  return found instanceof LedgerFault ? found.code : 'opened';
}

test("a key of another tenant's patient opens nothing here, whatever comes with it", async () => {
  const keys = new TestVault();
  const patientId = await keys.vault.claimPatient('other', 'theirs');
  const [theirs] = (await keys.store.secrets('other', patientId)) as [WrappedSecret];
  const [kek] = (await keys.store.keks('other')) as [WrappedKek];

  await keys.store.add({ ...theirs, tenant: 'acme' });
  assert.is(await codeOf(keys.another(), 'acme', patientId), 'key-unreadable', 'the secret alone');
  await keys.store.addKek({ ...kek, tenant: 'acme' });
  assert.is(await codeOf(keys.another(), 'acme', patientId), 'key-unreadable', 'the secret with its key-encryption key');
  assert.is(await codeOf(keys.another(), 'other', patientId), 'opened');
});

test('a key of another patient of the same tenant opens nothing, under any generation or id', async () => {
  const keys = new TestVault();
  const [mine, theirs] = [await keys.vault.claimPatient('acme', 'mine'), await keys.vault.claimPatient('acme', 'theirs')];
  const [row] = (await keys.store.secrets('acme', theirs)) as [WrappedSecret];
  for (const more of [{ generation: 2 }, { generation: 3, keyId: randomUUID() }]) {
    await keys.store.add({ ...row, ...more, owner: mine });
    assert.is(await codeOf(keys.another(), 'acme', mine), 'key-unreadable');
  }
});

test('after a failure nothing is remembered: a key store that is whole again opens', async () => {
  const keys = new TestVault();
  const patientId = await keys.vault.claimPatient('acme', 'one');
  const { store } = keys;
  const reader = keys.another();
  const { secrets } = store;
  store.secrets = async (...asked) => (await secrets.apply(store, asked)).map((row) => ({ ...row, wrapped: row.wrapped.slice(0, 30) }));
  assert.is(await codeOf(reader, 'acme', patientId), 'key-unreadable');
  store.secrets = secrets;
  assert.is(await codeOf(reader, 'acme', patientId), 'opened');
});

test.run();
