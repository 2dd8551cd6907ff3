import { setImmediate } from 'node:timers/promises';
import { LedgerFault } from '../../domain/rejections.js';
import type { KeyState, KeyStore, Rewrap, WrappedSecret } from './key-store.js';
import type { TenantKeks } from './tenant-keks.js';

const PAGE = 500;
/** Commands get their turn between so many: each costs some ten microseconds. */
const AT_ONCE = 25;

/**
 * Wraps all secrets under a key-encryption key anew, under the tenant's current one. A page is one change of the store, so that
 * a kill in the middle leaves each row under one key or the other, and going on is beginning again. `state`: what the secrets
 * become at the same time; null leaves them as they are. Answers how many were wrapped anew.
 */
export async function rewrapAll(
  deps: { readonly store: KeyStore; readonly keks: TenantKeks },
  tenant: string,
  fromKekId: string,
  state: KeyState | null,
): Promise<number> {
  let [rewrapped, after]: [number, WrappedSecret | null] = [0, null];
  for (;;) {
    const page = await deps.store.secretsUnder(tenant, fromKekId, { after, limit: PAGE });
    after = page.at(-1) ?? null;
    if (after === null) return rewrapped;
    const changes: Rewrap[] = [];
    for (let from = 0; from < page.length; from += AT_ONCE) {
      changes.push(...(await Promise.all(page.slice(from, from + AT_ONCE).map((secret) => wrappedAnew(deps.keks, secret, state)))));
      await setImmediate();
    }
    rewrapped += await deps.store.rewrap(changes);
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
