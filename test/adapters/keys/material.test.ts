import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Material, SECRET_BYTES } from '../../../adapters/keys/material.js';
import { MemoryKeyStore } from '../../../adapters/memory/key-store.js';
import { LedgerFault } from '../../../domain/rejections.js';
import { TestVault } from '../../support/vault.js';

const codeOf = (fault: unknown) => (fault as LedgerFault).code;

test('a secret of another length is no secret', () => {
  for (const length of [0, SECRET_BYTES - 1, SECRET_BYTES + 1]) {
    try {
      new Material(new Uint8Array(length));
      assert.unreachable(`${length} bytes were taken`);
    } catch (fault) {
      assert.is(codeOf(fault), 'key-unreadable');
    }
  }
});

test('a patient whom the key store did not take is made under the current key when it is asked again', async () => {
  const store = new MemoryKeyStore();
  const keys = new TestVault(store);
  await keys.vault.tenantRing('acme');
  const { claim } = store;
  store.claim = async () => Promise.reject(new LedgerFault('keys-unavailable'));
  const refused = await keys.vault.claimPatient('acme', 'one').catch((fault: unknown) => fault);
  assert.is(codeOf(refused), 'keys-unavailable');
  store.claim = claim;
  const patientId = await keys.vault.claimPatient('acme', 'one');
  assert.ok((await keys.vault.patientRing('acme', patientId)) !== undefined);
});

test.run();
