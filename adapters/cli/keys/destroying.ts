import type { Config } from '../../config.js';
import type { KeyStore } from '../../keys/key-store.js';
import type { RootKeys } from '../../keys/root.js';
import { CliProblem } from '../problem.js';
import { withKeyStore, withRoot } from './opening.js';
import { sayDestroyed } from './saying.js';

/** Destroys a root key under which nothing lies any more, and says so in the log of every tenant. The stores are ours meanwhile, so nothing can come under it. */
export async function destroyRoot(config: Config, rootId: string): Promise<void> {
  await withKeyStore(config, (store) =>
    withRoot(config, async (root) => {
      if (!(await root.list()).some((one) => one.rootId === rootId)) throw new CliProblem('There is no such root key. `keys verify` lists them.');
      const current = await root.currentId();
      if (current === rootId) throw new CliProblem('This is the current root key. Rotate the root first.');
      await refuseInUse(store, rootId, current);
      await refuseOutOfTurn(root, rootId);
      // Said first: of a key that is gone nobody could be made to say it. Killed in between, the same call again ends it.
      await sayDestroyed(config, rootId, await concerned(store));
      await root.retire(rootId);
    }),
  );
  process.stdout.write(`Root key ${rootId} is destroyed. Destroy the copies of it that are kept elsewhere, too.\n`);
}

async function refuseInUse(store: KeyStore, rootId: string, current: string): Promise<void> {
  const all = await store.allKeks();
  const keks = all.filter((kek) => kek.rootId === rootId);
  if (keks.length > 0)
    throw new CliProblem(`${keks.length} keys of tenants still lie under this root key, the first of tenant ${keks[0]?.tenant}. Rotate the root first.`);
  // A key store that has nothing to do with these root keys would say of each that nothing lies under it.
  if (!all.some((kek) => kek.rootId === current))
    throw new CliProblem('Nothing in the key store lies under the current root key: DATA_DIR or MONGODB_URL names other stores than those of this key.');
  for (const tenant of await store.tenants()) {
    // Rows from before tenants had keys of their own lie under a root key itself.
    if ((await store.countSecrets(tenant)).some(({ kekId }) => kekId === rootId))
      throw new CliProblem(`Secrets of tenant ${tenant} still lie under this root key. Send \`keys reseal --tenant ${tenant}\` first.`);
  }
}

async function refuseOutOfTurn(root: RootKeys, rootId: string): Promise<void> {
  if (root.provider === 'vault-transit' && (await root.list())[0]?.rootId !== rootId)
    throw new CliProblem('The provider destroys root keys from the oldest on: destroy those before it first.');
}

/** Every tenant that has keys: what lay under the root key may have been any of theirs. */
async function concerned(store: KeyStore): Promise<readonly string[]> {
  return [...new Set([...(await store.allKeks()).map(({ tenant }) => tenant), ...(await store.tenants())])].sort();
}
