import { vaultSetting } from '../support/vault-transit/setting.js';
import { rootKeysContract } from './root-keys.js';

rootKeysContract('Vault Transit', async () => {
  const { root, another, close } = await vaultSetting();
  return { root, reopen: async () => another(), close };
});
