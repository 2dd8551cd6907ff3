import { LedgerFault } from '../../../domain/rejections.js';
import type { Config } from '../../config.js';
import { DataDirInUse } from '../../embedded/data-dir.js';
import type { KeyStore, WrappedKek } from '../../keys/key-store.js';
import type { RootKeys } from '../../keys/root.js';
import { kekContext } from '../../keys/tenant-keks.js';
import { CliProblem } from '../problem.js';
import { withKeyStore, withRoot } from './opening.js';

/**
 * Opens the root keys, and every tenant's key under them. Secrets are not opened one by one, but each has to lie under a key
 * that is there. While a ledger uses the stores only the root keys are opened, and that is said.
 */
export async function verifyKeys(config: Config): Promise<void> {
  await withRoot(config, async (root) => {
    const roots = await root.list();
    const current = await root.currentId();
    for (const { rootId, createdAt } of roots) say(`root key ${rootId} (${rootId === current ? 'current' : 'former'}, made ${createdAt}): opens`);
    let faults: number;
    try {
      faults = await withKeyStore(config, (store) => tenantsVerified(store, root, new Set(roots.map(({ rootId }) => rootId))));
    } catch (fault) {
      if (!(fault instanceof DataDirInUse)) throw fault;
      say(`tenants' keys were not tried: a ledger uses ${config.dataDir}. Stop it to have them tried.`);
      return;
    }
    if (faults > 0) throw new CliProblem(`${faults} of the keys above cannot be used: restore what they lie under from a backup.`);
  });
}

/** How many keys cannot be used; each is said. */
async function tenantsVerified(store: KeyStore, root: RootKeys, roots: ReadonlySet<string>): Promise<number> {
  const keks = await store.allKeks();
  let faults = 0;
  for (const kek of keks) {
    const fault = await faultOf(root, kek);
    if (fault !== null) faults += 1;
    say(`tenant ${kek.tenant}: key ${kek.kekId}, generation ${kek.generation}, ${kek.state}: ${fault ?? 'opens'}`);
  }
  for (const tenant of await store.tenants()) {
    // Rows from before tenants had keys of their own lie under a root key itself.
    const known = new Set([...roots, ...keks.filter((kek) => kek.tenant === tenant).map(({ kekId }) => kekId)]);
    for (const { kekId, state, secrets } of await store.countSecrets(tenant)) {
      if (known.has(kekId)) continue;
      faults += 1;
      say(`tenant ${tenant}: ${secrets} ${state} secrets lie under key ${kekId}, which is not there`);
    }
  }
  return faults;
}

/** Null when the root opens the key; else why not, by its code. A provider that is away is no answer. */
async function faultOf(root: RootKeys, kek: WrappedKek): Promise<string | null> {
  try {
    (await root.unwrap(kek, kekContext(kek))).fill(0);
    return null;
  } catch (fault) {
    if (fault instanceof LedgerFault && fault.code === 'key-unreadable') return `does not open under root key ${kek.rootId}`;
    throw fault;
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
