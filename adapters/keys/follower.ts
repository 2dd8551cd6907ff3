import type { EventReader } from '../../domain/log.js';
import type { EventType, Recorded } from '../../schemas/catalogue.js';
import type { KeyStore } from './key-store.js';

const PAGE = 500;
const QUIET_MS = 50;
const AGAIN_AT_FIRST_MS = 200;
const AGAIN_AT_MOST_MS = 30_000;

/** What is carried out on keys because the log says so. `handle` may be called for an event more than once. */
export interface Duty {
  /** Under which the key store keeps how far the log has been carried out. */
  readonly name: string;
  readonly types: readonly EventType[];
  handle(recorded: Recorded): Promise<void>;
}

export interface FollowerDeps {
  readonly log: EventReader;
  readonly store: Pick<KeyStore, 'cursor' | 'keepCursor'>;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly onFault: (duty: string, fault: unknown) => void;
}

/**
 * Carries the log out on the keys: orders to rotate and to erase are facts in the log, and every process does what they say.
 * How far is kept in the key store itself, so that a key store which was restored from a backup is behind the log, and does
 * again what was done since the backup was made: before anything is served.
 */
export class Follower {
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  constructor(
    private readonly duty: Duty,
    private readonly deps: FollowerDeps,
  ) {}

  /** Everything that the log held when this was called has been carried out when it resolves. */
  async catchUp(): Promise<void> {
    const head = await this.deps.log.head();
    if (head === null) return;
    for (let after = await this.deps.store.cursor(this.duty.name); after === null || this.deps.log.compare(after, head) < 0; ) {
      const page = await this.deps.log.readAll({ after, limit: PAGE, types: this.duty.types });
      for (const recorded of page.events) await this.duty.handle(recorded);
      if (page.through === null) return;
      after = page.through;
      await this.deps.store.keepCursor(this.duty.name, after);
      if (page.end) return;
    }
  }

  start(): void {
    this.#running = this.#follow();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stopping;
    for (let wait = AGAIN_AT_FIRST_MS; !signal.aborted; wait = Math.min(wait * 2, AGAIN_AT_MOST_MS)) {
      try {
        const after = await this.deps.store.cursor(this.duty.name);
        for await (const page of this.deps.log.subscribe({ after, limit: PAGE, types: this.duty.types, signal })) {
          for (const recorded of page.events) await this.duty.handle(recorded);
          // Only what had something to do moves the cursor: a quiet log is not written about.
          if (page.events.length > 0 && page.through !== null) await this.deps.store.keepCursor(this.duty.name, page.through);
          wait = AGAIN_AT_FIRST_MS;
          // A busy log grows many times in this while, and almost never by what this duty is about.
          if (page.events.length === 0) await this.deps.sleep(QUIET_MS, signal);
        }
      } catch (fault) {
        if (!signal.aborted) this.deps.onFault(this.duty.name, fault);
      }
      await this.deps.sleep(wait, signal);
    }
  }
}
