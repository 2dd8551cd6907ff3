import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type VaultTransitOptions, VaultTransitRoot } from '../../../adapters/vault-transit/vault-transit-root.js';
import { VaultServer } from './server.js';

export const KEY_NAME = 'ledger-root';

export interface VaultSetting {
  readonly vault: VaultServer;
  readonly tokenFile: string;
  readonly root: VaultTransitRoot;
  readonly another: (change?: Partial<VaultTransitOptions>) => VaultTransitRoot;
  readonly close: () => Promise<void>;
}

/** A Vault with one fit key, a token file, and root keys that use them. */
export async function vaultSetting(): Promise<VaultSetting> {
  const vault = await VaultServer.start();
  vault.engine.create(KEY_NAME, { derived: true });
  const folder = await mkdtemp(join(tmpdir(), 'vault-'));
  const tokenFile = join(folder, 'token');
  await writeFile(tokenFile, `${vault.token}\n`, { mode: 0o600 });
  const another = (change: Partial<VaultTransitOptions> = {}) => new VaultTransitRoot({ url: vault.url, keyName: KEY_NAME, tokenFile, ...change });
  const close = async () => {
    await vault.stop();
    await rm(folder, { recursive: true });
  };
  return { vault, tokenFile, root: another(), another, close };
}
