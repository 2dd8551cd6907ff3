import { randomBytes } from 'node:crypto';
import type { Clock } from '../../commands/ports.js';
import { LedgerFault } from '../../domain/rejections.js';
import { keyAge } from '../http/key-ages.js';
import { currentKek, type KeyStore, type WrappedKek } from './key-store.js';
import { SECRET_BYTES } from './material.js';
import type { RootKeys } from './root.js';

const LOOK_WHEN_UP_MS = 10_000;
const LOOK_WHEN_DOWN_MS = 2_000;
/** Ages change slowly, and looking at them reads the key of every tenant. */
const AGES_EVERY_MS = 600_000;
const CONTEXT = JSON.stringify(['health']);

export interface KeyReport {
  readonly provider: RootKeys['provider'];
  readonly state: 'up' | 'down';
  /** Since when it is in this state. */
  readonly since: string;
  /** Why it is down, by code. */
  readonly code: string | null;
  /** Keys in use, of all tenants and the root, that wrap nothing more, or will not in 30 days: how many, not which. */
  readonly expired: number;
  readonly expiring: number;
}

export interface KeyHealthDeps {
  readonly root: RootKeys;
  readonly store: Pick<KeyStore, 'allKeks'>;
  readonly clock: Clock;
  readonly cryptoperiodDays: number;
}

/**
 * How the provider of root keys does, and how many keys are due. It is looked at from time to time, and never because somebody asks: who asks
 * needs no token. Something random is wrapped and unwrapped, as a tenant's key would be; the provider comes back by itself.
 */
export class KeyHealth {
  #report: KeyReport;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #agesAtMs = Number.NEGATIVE_INFINITY;
  #stopped = false;

  constructor(private readonly deps: KeyHealthDeps) {
    this.#report = { provider: deps.root.provider, state: 'up', since: deps.clock.now(), code: null, expired: 0, expiring: 0 };
  }

  get report(): KeyReport {
    return this.#report;
  }

  async start(): Promise<void> {
    this.#looking = this.look();
    await this.#looking;
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.start(), this.#report.state === 'up' ? LOOK_WHEN_UP_MS : LOOK_WHEN_DOWN_MS).unref();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  async look(): Promise<void> {
    const now = this.deps.clock.now();
    const code = await this.#faultOf(async () => {
      await this.#tryRoot();
      if (Date.parse(now) - this.#agesAtMs >= AGES_EVERY_MS) await this.#countDue(Date.parse(now));
    });
    const state = code === null ? 'up' : 'down';
    this.#report = { ...this.#report, state, code, since: state === this.#report.state ? this.#report.since : now };
  }

  async #tryRoot(): Promise<void> {
    const secret = new Uint8Array(randomBytes(SECRET_BYTES));
    (await this.deps.root.unwrap(await this.deps.root.wrap(secret, CONTEXT), CONTEXT)).fill(0);
  }

  async #countDue(nowMs: number): Promise<void> {
    const { root, store, cryptoperiodDays } = this.deps;
    const currentRoot = await root.currentId();
    const byTenant = new Map<string, WrappedKek[]>();
    for (const kek of await store.allKeks()) byTenant.set(kek.tenant, [...(byTenant.get(kek.tenant) ?? []), kek]);
    const current = [...(await root.list()).filter(({ rootId }) => rootId === currentRoot), ...[...byTenant.values()].map(currentKek)];
    const standings = current.map((key) => (key === undefined ? undefined : keyAge(key.createdAt, cryptoperiodDays, nowMs)?.standing));
    const counted = (standing: string) => standings.filter((one) => one === standing).length;
    this.#report = { ...this.#report, expired: counted('expired'), expiring: counted('expiring') };
    this.#agesAtMs = nowMs;
  }

  async #faultOf(work: () => Promise<void>): Promise<string | null> {
    try {
      await work();
      return null;
    } catch (fault) {
      return fault instanceof LedgerFault ? fault.code : 'internal';
    }
  }
}
