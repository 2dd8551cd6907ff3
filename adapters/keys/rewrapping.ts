import { LedgerFault } from '../../domain/rejections.js';
import { inTurns } from './in-turns.js';
import type { KeyState, KeyStore, Rewrap, WrappedSecret } from './key-store.js';
import type { TenantKeks } from './tenant-keks.js';

/** One change of the store: a command that is written meanwhile waits for no more than these. */
const PAGE = 48;
/** Commands get their turn between so many: each costs some fifty microseconds. */
const AT_ONCE = 12;

/**
 * Wraps all secrets under a key-encryption key anew, under the tenant's current one. A page is one change of the store, so that
 * a kill in the middle leaves each row under one key or the other, and going on is beginning again. `state`: what the secrets
 * become at the same time; null leaves them as they are. Answers how many were wrapped anew.
 */
export function rewrapAll(
  { store, keks }: { readonly store: KeyStore; readonly keks: TenantKeks },
  tenant: string,
  fromKekId: string,
  state: KeyState | null,
): Promise<number> {
  return changedByPages(store, tenant, fromKekId, (secret) => wrappedAnew(keks, secret, state));
}

/** The secrets under a key that `isHit` names become `state`, and stay wrapped as they are. */
export function setStates(store: KeyStore, tenant: string, kekId: string, state: KeyState, isHit: (secret: WrappedSecret) => boolean): Promise<number> {
  return changedByPages(store, tenant, kekId, async (secret) => (isHit(secret) ? { ...secret, fromKekId: kekId, state } : null));
}

/** Everything under a key, a page at a time: while one is written, the next is made. */
async function changedByPages(store: KeyStore, tenant: string, kekId: string, changeOf: (secret: WrappedSecret) => Promise<Rewrap | null>): Promise<number> {
  let [changed, after]: [number, WrappedSecret | null] = [0, null];
  let writing = Promise.resolve(0);
  for (;;) {
    const page: readonly WrappedSecret[] = await store.secretsUnder(tenant, kekId, { after, limit: PAGE });
    after = page.at(-1) ?? null;
    const changes = (await inTurns(page, AT_ONCE, changeOf)).filter((change) => change !== null);
    changed += await writing;
    if (after === null) return changed;
    writing = changes.length > 0 ? store.rewrap(changes) : Promise.resolve(0);
    // It is waited for after the next page is made: a fault of that one must not leave this one's unheard.
    writing.catch(() => undefined);
  }
}

async function wrappedAnew(keks: TenantKeks, secret: WrappedSecret, state: KeyState | null): Promise<Rewrap> {
  const { tenant, owner, generation, kekId: fromKekId } = secret;
  const bytes = await keks.unwrap(secret);
  try {
    const under = await keks.wrap(secret, bytes);
    if (under.kekId === fromKekId) throw new LedgerFault('internal');
    return { tenant, owner, generation, fromKekId, ...under, state };
  } finally {
    bytes.fill(0);
  }
}
