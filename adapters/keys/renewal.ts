import type { AnyJob } from '../../commands/execute.js';
import type { Clock, Ids } from '../../commands/ports.js';
import { type KeysCommand, keysDecider } from '../../domain/keys/decide.js';
import { streams } from '../../domain/streams.js';
import type { KeyStore, WrappedKek } from './key-store.js';
import { LEDGER_ACTOR, type Submit } from './ledger-voice.js';

const DAY_MS = 86_400_000;
const LOOK_EVERY_MS = DAY_MS;
/** So long before a key wraps nothing more, its successor is ordered. */
export const RENEW_BEFORE_DAYS = 30;

export interface RenewalDeps {
  readonly store: KeyStore;
  readonly submit: Submit;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly cryptoperiodDays: number;
  readonly onFault: (fault: unknown) => void;
}

/**
 * Orders the rotation of tenants' keys whose cryptoperiod is nearly over, so that no registration is ever refused because nobody
 * thought of it. The root is people's affair: it is shown as expiring, and rotated by two of them.
 */
export class Renewal {
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly deps: RenewalDeps) {}

  start(): void {
    this.look().catch(this.deps.onFault);
    this.#timer = setInterval(() => this.look().catch(this.deps.onFault), LOOK_EVERY_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Answers how many rotations were ordered. One that is under way already is fine. */
  async look(): Promise<number> {
    const newest = new Map<string, WrappedKek>();
    for (const kek of await this.deps.store.allKeks()) if (kek.state !== 'pre-active') newest.set(kek.tenant, kek);
    let ordered = 0;
    for (const kek of newest.values()) if (this.#isDue(kek) && (await this.#order(kek))) ordered += 1;
    return ordered;
  }

  #isDue({ state, createdAt }: WrappedKek): boolean {
    const dueMs = Date.parse(createdAt) + (this.deps.cryptoperiodDays - RENEW_BEFORE_DAYS) * DAY_MS;
    return state === 'active' && Date.parse(this.deps.clock.now()) >= Math.max(dueMs, Date.parse(createdAt) + DAY_MS);
  }

  async #order({ tenant, kekId }: WrappedKek): Promise<boolean> {
    const rotationId = this.deps.ids.next();
    const data = {
      rotationId,
      kind: 'rotate' as const,
      level: 'tenant' as const,
      patientId: null,
      fromKeyId: kekId,
      because: 'cryptoperiod' as const,
      activatesAt: null,
      approval: null,
    };
    const command: KeysCommand = { name: 'order-rotation', data };
    const envelope = { tenant, actor: LEDGER_ACTOR, purpose: 'SYSADMIN', correlationId: rotationId, causationId: rotationId, idempotency: null };
    const job: AnyJob = { decider: keysDecider, command, envelope, ring: null, expected: null, sizeBytes: 0 };
    return (await this.deps.submit(streams.keys(tenant), job)).kind === 'done';
  }
}
