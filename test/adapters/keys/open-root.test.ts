import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openRootKeys } from '../../../adapters/keys/open-root.js';
import { KEY_NAME, type VaultSetting, vaultSetting } from '../../support/vault-transit/setting.js';

const test = suite<VaultSetting>('root keys as the configuration names them');

test.before.each(async (context) => {
  Object.assign(context, await vaultSetting());
});
test.after.each(({ close }) => close());

test('a Vault is asked at the mount and in the namespace that are set, and at its own where none is', async ({ vault, tokenFile, root }) => {
  const config = { provider: 'vault-transit', url: vault.url, tokenFile, keyName: KEY_NAME } as const;
  const plain = await openRootKeys({ ...config, mount: null, namespace: null });
  assert.is(await plain.currentId(), await root.currentId());
  assert.equal([vault.seen.at(-1)?.path, vault.seen.at(-1)?.namespace], [`/v1/transit/keys/${KEY_NAME}`, undefined]);
  const placed = await openRootKeys({ ...config, mount: 'clinic', namespace: 'north' });
  await placed.currentId().catch((fault: Error) => assert.is(fault.name, 'LedgerFault'));
  assert.equal([vault.seen.at(-1)?.path, vault.seen.at(-1)?.namespace], [`/v1/clinic/keys/${KEY_NAME}`, 'north']);
  for (const opened of [plain, placed, root]) await opened.close();
});

test.run();
