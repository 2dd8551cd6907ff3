import { type AllStreamSubscription, END, type EventStoreDBClient, eventTypeFilter } from '@eventstore/db-client';
import type { Connection } from './connection.js';
import { comparePositions, positionText } from './position.js';

/** A type that no event has: the server then sends how far it has looked, and never an event. */
const NO_TYPE = '~doorbell';
/** Longer than the server takes to show an event that it has announced. */
const SOON_MS = 5;
const RETRY_AT_MOST_MS = 5000;

/**
 * Tells waiting readers that the log has grown. It carries no events: readers look for themselves, so a bell that is
 * lost, late or rung twice costs at most one poll. Appends of this process ring it, and so does a live subscription for
 * those of others.
 */
export class Doorbell {
  #highest: string | null = null;
  #waiting = new Set<() => void>();
  #subscription: AllStreamSubscription | null = null;
  #client: EventStoreDBClient | null = null;
  #retryAtMs = 0;
  #retryMs = 100;
  #closed = false;

  constructor(
    private readonly connection: Connection,
    private readonly pollMs: number,
  ) {}

  /** Resolves when the log may hold something after `after`; at the latest after one poll. */
  wait(after: string | null): Promise<void> {
    this.#listen();
    const news = this.#highest !== null && (after === null || comparePositions(this.#highest, after) > 0);
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, news ? SOON_MS : this.pollMs);
      this.#waiting.add(done);
    });
  }

  ring(position: string): void {
    if (this.#highest === null || comparePositions(position, this.#highest) > 0) this.#highest = position;
    this.#ringAll();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#ringAll();
    await this.#subscription?.unsubscribe().catch(() => undefined);
  }

  #ringAll(): void {
    for (const done of [...this.#waiting]) done();
  }

  /** A renewed connection leaves its subscriptions behind without a word, so the client is compared too. */
  #listen(): void {
    const { client } = this.connection;
    const alive = this.#subscription !== null && this.#client === client;
    if (this.#closed || alive || performance.now() < this.#retryAtMs) return;
    const filter = eventTypeFilter({
      prefixes: [NO_TYPE],
      maxSearchWindow: 1,
      checkpointInterval: 1,
      checkpointReached: (_, position) => this.ring(positionText(position)),
    });
    const subscription = client.subscribeToAll({ fromPosition: END, filter });
    this.#client = client;
    this.#subscription = subscription;
    subscription.on('confirmation', () => {
      this.#retryMs = 100;
      // What came between a reader's last look and this moment was not announced.
      this.#ringAll();
    });
    const lost = () => this.#lost(subscription);
    subscription.on('error', lost).on('end', lost).on('close', lost).resume();
  }

  #lost(subscription: AllStreamSubscription): void {
    if (this.#subscription !== subscription) return;
    this.#subscription = null;
    this.#retryAtMs = performance.now() + this.#retryMs;
    this.#retryMs = Math.min(RETRY_AT_MOST_MS, this.#retryMs * 2);
  }
}
