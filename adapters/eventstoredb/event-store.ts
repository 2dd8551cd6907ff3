import type { AppendResult, EventPage, EventStore, ExpectedRevision, ReadOptions } from '../../commands/ports.js';
import { LedgerFault } from '../../domain/rejections.js';
import type { LedgerEvent, Recorded } from '../../schemas/catalogue.js';
import { subscribeByPages } from '../subscribe-by-pages.js';
import { Appender } from './appender.js';
import { Connection } from './connection.js';
import { Doorbell } from './doorbell.js';
import { type EventStoreDbLimits, LIMITS } from './limits.js';
import { comparePositions } from './position.js';
import { type Direction, Reader } from './reader.js';
import { decodeRecord, encodeRecord, isOurs, type StoredRecord, sizeBytesOf, unreadable } from './record.js';

export { type EventStoreDbLimits, MAX_APPEND_BYTES } from './limits.js';

/** A read looks at no more records than this, however few of them fit its types. */
const LOOKED_AT_MOST = 20_000;
const CHUNK_AT_MOST = 1000;
/** How far back `head` looks for an event that is not the server's own. */
const HEAD_RECORDS = 32;

const NOTHING: EventPage = { events: [], through: null, end: true };

/**
 * The log on EventStoreDB. Beyond what the port promises:
 *
 * - The server gives one position for an append, that of its end: each entry of `positions` is that one.
 * - An append over `maxAppendBytes`, or over the server's own limit, is `internal`: it can be neither split (it is atomic)
 *   nor repeated with success. `MAX_APPEND_BYTES` is what every server takes.
 * - History that was taken away (`$maxCount`, `$tb`, soft delete, tombstone) is found by its missing revisions, and is
 *   `event-unreadable`: deciding on what is left would be deciding on a part of the record.
 * - Appends and reads have a connection each, so that a page on its way holds up no write.
 */
export class EventStoreDbEventStore implements EventStore {
  readonly #reading: Connection;
  readonly #reader: Reader;
  readonly #appender: Appender;
  readonly #doorbell: Doorbell;
  #closed = false;

  private constructor(connectionString: string, limits: EventStoreDbLimits) {
    this.#reading = new Connection(connectionString);
    this.#reader = new Reader(this.#reading, limits);
    this.#appender = new Appender(new Connection(connectionString), this.#reader, limits);
    this.#doorbell = new Doorbell(this.#reading, limits.pollMs);
  }

  /** Resolves when the server has answered once. Throws `store-unavailable` when it does not in time. */
  static async connect(connectionString: string, limits: Partial<EventStoreDbLimits> = {}): Promise<EventStoreDbEventStore> {
    const store = new EventStoreDbEventStore(connectionString, { ...LIMITS, ...limits });
    try {
      await store.head();
    } catch (fault) {
      await store.close();
      throw fault;
    }
    return store;
  }

  /** Appends that have not been answered yet. */
  get waiting(): number {
    return this.#appender.inFlight;
  }

  async append(stream: string, expected: ExpectedRevision, events: readonly LedgerEvent[]): Promise<AppendResult> {
    const encoded = events.map((event) => encodeRecord(stream, event));
    const sizeBytes = encoded.reduce((sum, event) => sum + sizeBytesOf(event), 0);
    const result = await this.#appender.append({ stream, expected, events: encoded, sizeBytes });
    const position = result.kind === 'appended' ? result.positions.at(-1) : undefined;
    if (position !== undefined) this.#doorbell.ring(position);
    return result;
  }

  async readStream(stream: string, options: ReadOptions & { from?: number; direction?: Direction }): Promise<readonly Recorded[]> {
    const { limit, types, direction = 'forwards' } = options;
    this.#check();
    const events: Recorded[] = [];
    let next = options.from ?? (direction === 'forwards' ? 0 : null);
    while (events.length < limit) {
      const asked = Math.min(CHUNK_AT_MOST, types === undefined ? limit - events.length : CHUNK_AT_MOST);
      const records = await this.#reader.stream(stream, next, asked, direction);
      checkWhole(records, { next, asked, direction });
      for (const record of records) if (events.length < limit && fits(record, types)) events.push(decodeRecord(record));
      const last = records.at(-1)?.revision ?? 0;
      if (records.length < asked || (direction === 'backwards' && last === 0)) break;
      next = direction === 'forwards' ? last + 1 : last - 1;
    }
    return events;
  }

  readAll(options: ReadOptions & { after: string | null }): Promise<EventPage> {
    return this.#page(options);
  }

  subscribe(options: ReadOptions & { after: string | null; signal: AbortSignal }): AsyncIterable<EventPage> {
    const { signal } = options;
    const read = async (after: string | null) => {
      try {
        return await this.#page({ ...options, after }, signal);
      } catch (fault) {
        if (signal.aborted) return NOTHING;
        throw fault;
      }
    };
    return subscribeByPages(read, (after) => this.#doorbell.wait(after), options);
  }

  /** Of the last event; of the last record when the latest are all the server's own. Whoever has met the end has come this far. */
  async head(): Promise<string | null> {
    this.#check();
    const latest = await this.#reader.all(null, HEAD_RECORDS, 'backwards');
    const event = latest.find(({ type }) => !type.startsWith('$'));
    if (event !== undefined) return event.position;
    return latest.length < HEAD_RECORDS ? null : (latest[0]?.position ?? null);
  }

  compare(left: string, right: string): number {
    return comparePositions(left, right);
  }

  /** The server keeps byte offsets, not numbers. */
  logIndex(): null {
    return null;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#appender.close();
    await this.#doorbell.close();
    await this.#reading.close();
  }

  /** Reads on from `after` in chunks. The server reads inclusively, so what is known comes again and is dropped; one record more than asked for tells whether the log goes on. */
  async #page({ after, limit, types }: ReadOptions & { after: string | null }, signal?: AbortSignal): Promise<EventPage> {
    const events: Recorded[] = [];
    let through = after;
    for (let looked = 0; looked < LOOKED_AT_MOST; ) {
      this.#check();
      const asked = Math.min(CHUNK_AT_MOST, types === undefined ? limit - events.length : CHUNK_AT_MOST) + 2;
      const records = await this.#reader.all(through, asked, 'forwards', signal);
      const known = through !== null && records[0] !== undefined && comparePositions(records[0].position, through) <= 0;
      for (const record of known ? records.slice(1) : records) {
        if (events.length === limit) return { events, through, end: false };
        if (fits(record, types)) events.push(decodeRecord(record));
        through = record.position;
        looked += 1;
      }
      if (records.length < asked) return { events, through: through === after ? null : through, end: true };
    }
    return { events, through, end: false };
  }

  #check(): void {
    if (this.#closed) throw new LedgerFault('store-unavailable', { cause: new Error('the store was closed') });
  }
}

function fits(record: StoredRecord, types: ReadOptions['types']): boolean {
  return types === undefined ? isOurs(record) : (types as readonly string[]).includes(record.type);
}

/** Revisions follow one another, and a stream begins at 0: anything else means that history was taken away. */
function checkWhole(records: readonly StoredRecord[], { next, asked, direction }: { next: number | null; asked: number; direction: Direction }): void {
  const step = direction === 'forwards' ? 1 : -1;
  let wanted = direction === 'forwards' ? next : null;
  for (const record of records) {
    if (wanted !== null && record.revision !== wanted) throw unreadable(record, 'follows on events that were taken away');
    wanted = record.revision + step;
  }
  const last = records.at(-1);
  if (direction === 'backwards' && records.length < asked && last !== undefined && last.revision !== 0)
    throw unreadable(last, 'follows on events that were taken away');
}
