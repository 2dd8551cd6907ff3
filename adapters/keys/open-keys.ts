import type { Clock, Digest, EventStore, Ids, KeyDirectory } from '../../commands/ports.js';
import type { Config } from '../config.js';
import { layout, openKeyStore } from '../stores.js';
import { StoredKeyDirectory } from './directory.js';
import { KeyHealth } from './key-health.js';
import type { KeyStore } from './key-store.js';
import { openRootKeys } from './open-root.js';
import type { RootKeys } from './root.js';
import { TenantKeks } from './tenant-keks.js';
import { KeyUseLog } from './use-log.js';
import { UseSpool } from './use-spool.js';
import { KeyVault, VAULT_LIMITS } from './vault.js';

/** Everything that has to do with keys, from the root down to the vault. */
export interface OpenKeys {
  readonly root: RootKeys;
  readonly keyStore: KeyStore;
  readonly keks: TenantKeks;
  readonly keys: KeyVault;
  readonly keyUses: KeyUseLog;
  readonly keyDirectory: KeyDirectory;
  readonly keyHealth: KeyHealth;
}

/** Opens the key store and the root's provider. What is opened is closed through `opened`, in the turn of all else. */
export async function openKeys(
  config: Config,
  deps: {
    readonly store: EventStore;
    readonly clock: Clock;
    readonly ids: Ids;
    readonly digest: Digest;
    readonly onFault: (fault: unknown) => void;
    readonly onProvider: (state: string, reason: string | null) => void;
  },
  opened: (() => Promise<void> | void)[],
): Promise<OpenKeys> {
  const keyStore = await openKeyStore(config);
  opened.push(() => keyStore.close());
  // Where keys are wrapped already, a key file that is not there is lost or misnamed: a fresh one would open none of them.
  const isNew = (await keyStore.allKeks()).length === 0;
  const root = await openRootKeys(config.root, deps.onProvider, isNew);
  opened.push(() => root.close());
  const keyUses = new KeyUseLog({ ...deps, spool: new UseSpool(layout.keyUses(config.dataDir)) });
  opened.push(() => keyUses.stop());
  const keks = new TenantKeks(keyStore, root, Date.now, config.cryptoperiodDays);
  const keys = new KeyVault(keyStore, keks, keyUses, Date.now, { ...VAULT_LIMITS, cryptoperiodDays: config.cryptoperiodDays });
  opened.push(() => keys.close());
  await keyUses.start();
  const keyHealth = new KeyHealth({ root, store: keyStore, clock: deps.clock, cryptoperiodDays: config.cryptoperiodDays });
  await keyHealth.start();
  opened.push(() => keyHealth.stop());
  return { root, keyStore, keks, keys, keyUses, keyDirectory: new StoredKeyDirectory(keyStore, root), keyHealth };
}
