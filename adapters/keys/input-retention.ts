import type { Clock } from '../../commands/ports.js';
import type { EventReader } from '../../domain/log.js';
import type { EventOf, Recorded } from '../../schemas/catalogue.js';
import { inTurns } from './in-turns.js';
import { inputOwner, type KeyStore } from './key-store.js';

export interface InputRetentionDeps {
  readonly log: EventReader;
  readonly keyStore: KeyStore;
  readonly clock: Clock;
  readonly quarantineDays: number;
  readonly onFault: (duty: string, fault: unknown) => void;
}

const CURSOR = 'input-retention';
const PAGE = 500;
const AT_ONCE = 50;
const DAY_MS = 86_400_000;
const LOOK_EVERY_MS = 3_600_000;

/**
 * Destroys the keys of refused lines whose time is over: a line about nobody who could be told stays no longer than one about
 * somebody. How far is kept in the key store, so that one restored from a backup destroys again what had ended since.
 */
export class InputRetention {
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  constructor(private readonly deps: InputRetentionDeps) {}

  /** All that has ended by now is destroyed when it resolves; what ends later is found within the hour. */
  async start(lookEveryMs = LOOK_EVERY_MS): Promise<void> {
    await this.look();
    const again = () => {
      this.#looking = this.look().then(
        () => undefined,
        (fault) => this.deps.onFault(CURSOR, fault),
      );
    };
    this.#timer = setInterval(again, lookEveryMs);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  /** Answers how many were destroyed. */
  async look(): Promise<number> {
    const { log, keyStore, clock, quarantineDays } = this.deps;
    const before = new Date(Date.parse(clock.now()) - quarantineDays * DAY_MS).toISOString();
    let destroyed = 0;
    for (let after = await keyStore.cursor(CURSOR); ; ) {
      const page = await log.readAll({ after, limit: PAGE, types: ['input-quarantined'] });
      const events = page.events as readonly Recorded<EventOf<'input-quarantined'>>[];
      const young = events.findIndex(({ event }) => event.recordedAt > before);
      const ended = young === -1 ? events : events.slice(0, young);
      const own = ended.filter(({ event }) => event.data.sealedUnder === 'input');
      await inTurns(own, AT_ONCE, ({ event }) => keyStore.erase(event.tenant, inputOwner(event.data.inputToken)));
      destroyed += own.length;
      const last = ended.at(-1);
      if (last !== undefined) await keyStore.keepCursor(CURSOR, last.position);
      if (young !== -1 || page.end) return destroyed;
      after = page.through;
    }
  }
}
