import type { OwnerKeys } from './owner-keys.js';

/** Whoever was handed keys that are given up for want of room may finish what they began; erased keys have no such grace. */
const GRACE_MS = 30_000;

interface Kept {
  readonly keys: Promise<OwnerKeys | undefined>;
  readonly untilMs: number;
}

export interface CacheCounts {
  readonly kept: number;
  readonly hits: number;
  readonly misses: number;
  readonly evicted: number;
}

/** Owners' keys in memory: bounded by number (the longest unused go first) and by age, overwritten when they go. */
export class OwnerCache {
  readonly #kept = new Map<string, Kept>();
  readonly #leaving: { readonly keys: Promise<OwnerKeys | undefined>; readonly sinceMs: number }[] = [];
  #hits = 0;
  #misses = 0;
  #evicted = 0;

  constructor(
    private readonly nowMs: () => number,
    private readonly limits: { readonly ringsAtMost: number; readonly trustedMs: number },
  ) {}

  get counts(): CacheCounts {
    return { kept: this.#kept.size, hits: this.#hits, misses: this.#misses, evicted: this.#evicted };
  }

  get(tenant: string, owner: string, load: () => Promise<OwnerKeys | undefined>): Promise<OwnerKeys | undefined> {
    const name = `${tenant}/${owner}`;
    const known = this.#kept.get(name);
    this.#kept.delete(name);
    if (known !== undefined && known.untilMs > this.nowMs()) {
      this.#hits += 1;
      this.#kept.set(name, known);
      return known.keys;
    }
    if (known !== undefined) this.#leave(known);
    this.#misses += 1;
    const kept = { keys: load(), untilMs: this.nowMs() + this.limits.trustedMs };
    this.#kept.set(name, kept);
    // Neither an absence nor a fault is remembered: both may be over a moment later.
    const drop = () => this.#kept.get(name) === kept && this.#kept.delete(name);
    kept.keys.then((found) => found === undefined && drop(), drop);
    this.#makeRoom();
    return kept.keys;
  }

  has(tenant: string, owner: string): boolean {
    const known = this.#kept.get(`${tenant}/${owner}`);
    return known !== undefined && known.untilMs > this.nowMs();
  }

  forget(tenant: string, owner: string): void {
    const name = `${tenant}/${owner}`;
    const known = this.#kept.get(name);
    this.#kept.delete(name);
    if (known !== undefined) wipe(known.keys);
  }

  /** Loaded anew when next asked for; whoever has the keys now may finish with them. */
  renew(tenant: string, owner: string): void {
    const name = `${tenant}/${owner}`;
    const known = this.#kept.get(name);
    this.#kept.delete(name);
    if (known !== undefined) this.#leave(known);
  }

  forgetTenant(tenant: string): void {
    for (const name of [...this.#kept.keys()].filter((one) => one.startsWith(`${tenant}/`))) {
      const known = this.#kept.get(name);
      this.#kept.delete(name);
      if (known !== undefined) wipe(known.keys);
    }
  }

  wipe(): void {
    for (const { keys } of [...this.#kept.values(), ...this.#leaving]) wipe(keys);
    this.#kept.clear();
    this.#leaving.length = 0;
  }

  #makeRoom(): void {
    for (const [name, kept] of this.#kept) {
      if (this.#kept.size <= this.limits.ringsAtMost) break;
      this.#kept.delete(name);
      this.#leave(kept);
    }
    for (let first = this.#leaving[0]; first !== undefined && this.nowMs() - first.sinceMs > GRACE_MS; first = this.#leaving[0]) {
      wipe(first.keys);
      this.#leaving.shift();
    }
  }

  #leave({ keys }: Kept): void {
    this.#evicted += 1;
    this.#leaving.push({ keys, sinceMs: this.nowMs() });
  }
}

function wipe(keys: Promise<OwnerKeys | undefined>): void {
  keys.then(
    (found) => found?.wipe(),
    () => undefined,
  );
}
