import type { AnyJob } from '../../commands/execute.js';
import type { Clock, Ids } from '../../commands/ports.js';
import { type KeysCommand, keysDecider, type Rotation, waits } from '../../domain/keys/decide.js';
import type { EventReader } from '../../domain/log.js';
import { LedgerFault } from '../../domain/rejections.js';
import { streams } from '../../domain/streams.js';
import type { KeyStore } from './key-store.js';
import { keysSaid } from './keys-said.js';
import { LEDGER_ACTOR, type Submit } from './ledger-voice.js';

const LOOK_EVERY_MS = 86_400_000;
const AGAIN_AFTER_MS = 10_000;

export interface ActivationDeps {
  readonly log: Pick<EventReader, 'readStream'>;
  readonly store: Pick<KeyStore, 'allKeks'>;
  readonly submit: Submit;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly onFault: (fault: unknown) => void;
}

/**
 * Orders what was scheduled when its time has come. Nothing is kept but the log: a process that was away at the time orders it when it
 * starts, and of several the first does.
 */
export class Activation {
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(private readonly deps: ActivationDeps) {}

  /** Looks now, and again when the next one is due: also called when a rotation was scheduled. */
  wake(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#lookAndWait());
    return this.#looking;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  async #lookAndWait(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    let waitMs = AGAIN_AFTER_MS;
    try {
      waitMs = await this.look();
    } catch (fault) {
      this.deps.onFault(fault);
    }
    if (!this.#stopped) this.#timer = setTimeout(() => void this.wake(), waitMs).unref();
  }

  /** Orders all that is due; answers how long nothing else is. */
  async look(): Promise<number> {
    const nowMs = Date.parse(this.deps.clock.now());
    let nextMs = nowMs + LOOK_EVERY_MS;
    for (const tenant of new Set((await this.deps.store.allKeks()).map((kek) => kek.tenant))) {
      const { state } = await keysSaid(this.deps.log, tenant);
      for (const rotation of [...state.rotations.values()].filter(({ data, completed }) => waits(data) && completed === null)) {
        const dueMs = Date.parse(rotation.data.activatesAt as string);
        if (dueMs <= nowMs) await this.#order(tenant, rotation);
        else nextMs = Math.min(nextMs, dueMs);
      }
    }
    return nextMs - nowMs;
  }

  async #order(tenant: string, { data, eventId }: Rotation): Promise<void> {
    const command: KeysCommand = { name: 'activate-rotation', rotationId: data.rotationId };
    const correlationId = this.deps.ids.next();
    const envelope = { tenant, actor: LEDGER_ACTOR, purpose: 'SYSADMIN', correlationId, causationId: eventId, idempotency: null };
    const job: AnyJob = { decider: keysDecider, command, envelope, ring: null, expected: null, sizeBytes: 0 };
    if ((await this.deps.submit(streams.keys(tenant), job)).kind === 'rejected') throw new LedgerFault('internal');
  }
}
