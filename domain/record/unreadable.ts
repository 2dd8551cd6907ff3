import { LedgerFault } from '../rejections.js';
import type { KeyRing, Vault } from '../rings.js';

/** Damage that concerns one event or one patient. What concerns all (a key store that is away) is no damage of theirs. */
const CODES = ['content-unreadable', 'key-unreadable'] as const;
export type UnreadableCode = (typeof CODES)[number];

/** Sealed content that nobody can open: why, and where it lies. */
export interface Unreadable {
  readonly code: UnreadableCode;
  readonly eventId: string;
  readonly stream: string;
}

/** Undefined for every other fault: those are thrown on. */
export function unreadableCode(fault: unknown): UnreadableCode | undefined {
  return fault instanceof LedgerFault ? CODES.find((code) => code === fault.code) : undefined;
}

/** The keys of one owner; undefined once they were erased. `anew`: from the key store, and not from memory. */
export type RingSource = (read?: 'anew') => Promise<KeyRing | undefined>;

/** For who may not have content opened: to them it stays as closed as if there were no keys. */
export const NO_KEYS = async (): Promise<undefined> => undefined;

/** The keys of the patients of a tenant. */
export type RingOf = (patientId: string, read?: 'anew') => Promise<KeyRing | undefined>;

/** Keys that are not there, of a patient who was not erased, are damage: a reader must not take it for an erasure. */
export function ringsOf(vault: Pick<Vault, 'patientRing' | 'standing'>, tenant: string): RingOf {
  return async (patientId, read) => {
    const ring = await vault.patientRing(tenant, patientId, read);
    if (ring === undefined && (await vault.standing(tenant, patientId)) === 'unknown') throw new LedgerFault('key-unreadable');
    return ring;
  };
}

/**
 * Opens with the keys at hand and, where they fail, once more with keys read anew: another process may have made a generation
 * that is not known here yet, and that is no damage. Undefined once the keys were erased.
 */
export async function openWith<T>(ringOf: RingSource, open: (ring: KeyRing) => Promise<T>): Promise<T | undefined> {
  const ring = await ringOf();
  if (ring === undefined) return undefined;
  try {
    return await open(ring);
  } catch (fault) {
    if (unreadableCode(fault) === undefined) throw fault;
  }
  const fresh = await ringOf('anew');
  return fresh === undefined ? undefined : open(fresh);
}

/**
 * Why one owner's content cannot be opened. Where the keys of the tenant itself do not open either, it is no damage of one owner, and
 * is thrown: nobody is handed a list of holes, and goes on past it, because a key is away that all of them need.
 */
export async function damageBehind(fault: unknown, tenantRing: () => Promise<unknown>): Promise<UnreadableCode> {
  const code = unreadableCode(fault);
  if (code === undefined) throw fault;
  if (code === 'key-unreadable') await tenantRing();
  return code;
}
