import type { KeyUser } from '../../domain/rings.js';
import type { EventOf } from '../../schemas/catalogue.js';

export type KeyOperation = EventOf<'keys-used'>['data']['uses'][number]['operation'];

/** One use of a key. `scope` as the sealed part names it, so that the audit of keys says no more than the log does. */
export interface KeyUse {
  readonly tenant: string;
  readonly owner: string;
  readonly user: KeyUser;
  readonly operation: KeyOperation;
  readonly scope: string;
}

/** Where each use is put down before it takes effect. */
export interface KeyUses {
  note(use: KeyUse): void;
}

/** The same use, so many times. */
export interface CountedUse extends KeyUse {
  readonly count: number;
}

/** Uses counted by who, why, what and whose. */
export class UseCounts {
  readonly #counts = new Map<string, { readonly use: KeyUse; count: number }>();

  get size(): number {
    return this.#counts.size;
  }

  add(use: KeyUse, count = 1): void {
    const { tenant, owner, user, operation, scope } = use;
    const name = `${tenant}\0${user.subject}\0${user.purpose}\0${user.reason}\0${operation}\0${scope}\0${owner}`;
    const known = this.#counts.get(name);
    if (known === undefined) this.#counts.set(name, { use, count });
    else known.count += count;
  }

  /** What was counted, and a fresh start. */
  take(): CountedUse[] {
    const taken = [...this.#counts.values()].map(({ use, count }) => ({ ...use, count }));
    this.#counts.clear();
    return taken;
  }
}
