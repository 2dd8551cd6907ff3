import type { RootConfig } from '../key-config.js';
import { VaultTransitRoot } from '../vault-transit/vault-transit-root.js';
import { readPassphraseFile } from './file/key-file.js';
import { openFileRoot } from './file-root.js';
import type { RootKeys } from './root.js';

/** The provider of root keys that the configuration names. `onState`: told when an HSM goes away or comes back. `create`: whether a key file may be made. */
export async function openRootKeys(
  config: RootConfig,
  onState: ((state: string, reason: string | null) => void) | null = null,
  create = true,
): Promise<RootKeys> {
  switch (config.provider) {
    case 'file':
      return openFileRoot({ path: config.path, passphrases: await Promise.all(config.passphraseFiles.map(readPassphraseFile)), create });
    case 'vault-transit': {
      const { url, tokenFile, keyName, mount, namespace } = config;
      return new VaultTransitRoot({ url, tokenFile, keyName, ...given({ mount, namespace }) });
    }
    case 'pkcs11': {
      // Loaded only here: its package is optional, and compiled where it is installed.
      const { Pkcs11Root } = await import('../pkcs11/pkcs11-root.js');
      const { library, label, serial, pinFile } = config;
      return Pkcs11Root.open({ library, token: given({ label, serial }), pinFile, ...given({ onState }) });
    }
  }
}

/** Without what is not set. */
function given<T extends object>(options: T): { [Name in keyof T]?: NonNullable<T[Name]> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null)) as { [Name in keyof T]?: NonNullable<T[Name]> };
}
