import { damageBehind, type UnreadableCode } from '../domain/record/unreadable.js';
import type { Vault } from '../domain/rings.js';
import type { LedgerEvent } from '../schemas/catalogue.js';

/** Told of an event that an index is made without, because nobody can open it. */
export type OnUnreadable = (eventId: string, code: UnreadableCode) => void;

/**
 * What was opened for an index; undefined where there is nothing, or it is damaged. An index that waited for one damaged event would
 * find nobody who came after it. Made anew once the damage is mended, it has that event too.
 */
export async function openedOrTold<T>(
  vault: Vault,
  { id, tenant }: Pick<LedgerEvent, 'id' | 'tenant'>,
  onUnreadable: OnUnreadable,
  open: () => Promise<T | undefined>,
): Promise<T | undefined> {
  try {
    return await open();
  } catch (fault) {
    onUnreadable(id, await damageBehind(fault, () => vault.tenantRing(tenant, 'anew')));
    return undefined;
  }
}
