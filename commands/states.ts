import type { Decider } from '../domain/decider.js';
import type { Recorded } from '../schemas/catalogue.js';
import type { EventStore } from './ports.js';

/** How an earlier command under the same Idempotency-Key was answered. */
export interface Answered {
  readonly fingerprint: string;
  readonly eventIds: string[];
  revision: number;
}

/** A folded stream: the noun's own state, the revision it stands at (-1 = the stream is empty), and the keys it has answered. */
export interface Folded<State> {
  state: State;
  revision: number;
  readonly answered: Map<string, Answered>;
  /** Where the stream's events stand in the log, by revision: a repeat is answered without reading the event again. */
  readonly positions: string[];
}

const PAGE = 1000;
const EVENTS_CACHED_AT_MOST = 500_000;

/**
 * Folded states by stream, least recently used first. The store stays the truth: a state that was raced is forgotten and
 * folded anew, and one that leads to a refusal is brought up to date first, so nothing here needs to be right for
 * longer than a decision, and any number of processes may write.
 */
export class States {
  readonly #cache = new Map<string, Folded<unknown>>();
  readonly #weights = new WeakMap<object, number>();
  #events = 0;

  constructor(private readonly store: EventStore) {}

  cached<State>(stream: string): Folded<State> | undefined {
    const folded = this.#cache.get(stream) as Folded<State> | undefined;
    if (folded === undefined) return undefined;
    this.#cache.delete(stream);
    this.#cache.set(stream, folded);
    return folded;
  }

  async load<State>(decider: Decider<State, never>, stream: string): Promise<Folded<State>> {
    const folded = this.cached<State>(stream);
    if (folded !== undefined) return folded;
    const fresh: Folded<State> = { state: decider.initial(), revision: -1, answered: new Map(), positions: [] };
    await this.refresh(decider, stream, fresh);
    this.keep(stream, fresh);
    return fresh;
  }

  /**
   * Folds what the stream has gained since; returns whether there was anything. What a command of this process folded in
   * while the page was on its way is skipped.
   */
  async refresh<State>(decider: Decider<State, never>, stream: string, folded: Folded<State>): Promise<boolean> {
    const before = folded.revision;
    for (;;) {
      const page = await this.store.readStream(stream, { from: folded.revision + 1, limit: PAGE });
      for (const recorded of page) {
        if (recorded.revision !== folded.revision + 1) continue;
        fold(decider, folded, recorded);
        folded.positions[recorded.revision] = recorded.position;
      }
      if (page.length < PAGE) return folded.revision > before;
    }
  }

  keep(stream: string, folded: Folded<unknown>): void {
    this.forget(stream);
    this.#cache.set(stream, folded);
    this.#weights.set(folded, folded.revision + 10);
    this.#events += folded.revision + 10;
    for (const [oldest] of this.#cache) {
      if (this.#events <= EVENTS_CACHED_AT_MOST || oldest === stream) break;
      this.forget(oldest);
    }
  }

  forget(stream: string): void {
    const folded = this.#cache.get(stream);
    if (folded === undefined) return;
    this.#cache.delete(stream);
    this.#events -= this.#weights.get(folded) ?? 0;
    this.#weights.delete(folded);
  }
}

export function fold<State>(decider: Decider<State, never>, folded: Folded<State>, recorded: Pick<Recorded, 'event' | 'revision'>): void {
  const { event, revision } = recorded;
  folded.state = decider.evolve(folded.state, event, revision);
  folded.revision = revision;
  if (event.idempotency === null) return;
  const { key, fingerprint } = event.idempotency;
  const answered = folded.answered.get(key);
  if (answered === undefined) folded.answered.set(key, { fingerprint, eventIds: [event.id], revision });
  else {
    answered.eventIds.push(event.id);
    answered.revision = revision;
  }
}
