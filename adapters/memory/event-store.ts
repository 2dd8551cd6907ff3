import type { AppendResult, EventPage, EventStore, ExpectedRevision, ReadOptions } from '../../commands/ports.js';
import type { LedgerEvent, Recorded } from '../../schemas/catalogue.js';
import { decodeEvent, encodeEvent } from '../codec.js';
import { subscribeByPages } from '../subscribe-by-pages.js';

/** The log in memory, for tests. It passes the same contract as the durable ones, bytes included: events go through the codec. */
export class MemoryEventStore implements EventStore {
  readonly #log: { readonly text: string; readonly type: string; readonly revision: number }[] = [];
  readonly #streams = new Map<string, number[]>();
  #listeners: (() => void)[] = [];

  async append(stream: string, expected: ExpectedRevision, events: readonly LedgerEvent[]): Promise<AppendResult> {
    const places = this.#streams.get(stream) ?? [];
    const revision = places.length - 1;
    const wanted = expected === 'none' ? -1 : expected;
    if (wanted !== revision) return this.#repeat(places, wanted, events) ?? { kind: 'conflict', actual: revision === -1 ? 'none' : revision };
    const texts = events.map(encodeEvent);
    const positions = texts.map((text, index) => {
      places.push(this.#log.length);
      this.#log.push({ text, type: (events[index] as LedgerEvent).type, revision: revision + 1 + index });
      return String(this.#log.length);
    });
    this.#streams.set(stream, places);
    for (const listener of this.#listeners.splice(0)) listener();
    return { kind: 'appended', revision: revision + events.length, positions };
  }

  #repeat(places: readonly number[], expected: number, events: readonly LedgerEvent[]): AppendResult | undefined {
    const stored = places.slice(expected + 1, expected + 1 + events.length);
    const same = stored.length === events.length && stored.every((place, index) => this.#recorded(place).event.id === events[index]?.id);
    return same ? { kind: 'appended', revision: expected + events.length, positions: stored.map((place) => String(place + 1)) } : undefined;
  }

  async readStream(stream: string, options: ReadOptions & { from?: number; direction?: 'forwards' | 'backwards' }): Promise<readonly Recorded[]> {
    const places = this.#streams.get(stream) ?? [];
    const forwards = options.direction !== 'backwards';
    const from = options.from ?? (forwards ? 0 : places.length);
    const chosen = forwards ? places.slice(from) : places.slice(0, from + 1).reverse();
    return chosen
      .filter((place) => this.#fits(place, options.types))
      .slice(0, options.limit)
      .map((place) => this.#recorded(place));
  }

  async readAll({ after, limit, types }: ReadOptions & { after: string | null }): Promise<EventPage> {
    const from = after === null ? 0 : Number(after);
    const events: Recorded[] = [];
    let place = from;
    for (; place < this.#log.length && events.length < limit; place++) if (this.#fits(place, types)) events.push(this.#recorded(place));
    return { events, through: place > from ? String(place) : null, end: place >= this.#log.length };
  }

  subscribe(options: ReadOptions & { after: string | null; signal: AbortSignal }): AsyncIterable<EventPage> {
    return subscribeByPages(
      (after) => this.readAll({ ...options, after }),
      async (after) => {
        if (this.#log.length <= Number(after ?? 0)) await new Promise<void>((resolve) => this.#listeners.push(resolve));
      },
      options,
    );
  }

  async head(): Promise<string | null> {
    return this.#log.length === 0 ? null : String(this.#log.length);
  }

  compare(left: string, right: string): number {
    return Number(left) - Number(right);
  }

  logIndex(position: string): number {
    return Number(position) - 1;
  }

  async close(): Promise<void> {
    for (const listener of this.#listeners.splice(0)) listener();
  }

  #fits(place: number, types: ReadOptions['types']): boolean {
    return types === undefined || (types as readonly string[]).includes(this.#log[place]?.type ?? '');
  }

  #recorded(place: number): Recorded {
    const { text, revision } = this.#log[place] as { text: string; revision: number };
    return { event: decodeEvent(text), revision, position: String(place + 1) };
  }
}
