import { suite } from 'uvu';
import type { EventStore } from '../../commands/ports.js';
import { appendingContract } from './event-store/appending.js';
import { lastingContract } from './event-store/lasting.js';
import { readingContract } from './event-store/reading.js';
import { subscribingContract } from './event-store/subscribing.js';

export interface OpenedEventStore {
  readonly store: EventStore;
  /** Closes the store and opens the same log again, where the log outlives its store. */
  readonly reopen?: () => Promise<EventStore>;
  readonly close: () => Promise<void>;
}

/** Runs in each part of the contract; `store` is the one that is open now. */
export interface ContractContext {
  opened: OpenedEventStore;
  store: EventStore;
}

/**
 * Every promise of `EventStore` (commands/ports.ts), for any adapter of it. The log may be shared and hold anything
 * already: each test has a tenant of its own, and begins at the head it finds.
 */
export function eventStoreContract(name: string, open: () => Promise<OpenedEventStore>): void {
  const test = suite<ContractContext>(`event store contract on ${name}`);
  test.before(async (context) => {
    context.opened = await open();
    context.store = context.opened.store;
  });
  test.after(async (context) => {
    await context.opened.close();
  });
  appendingContract(test);
  readingContract(test);
  subscribingContract(test);
  lastingContract(test);
  test.run();
}
