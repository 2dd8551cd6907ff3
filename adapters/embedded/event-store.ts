import type { AppendResult, EventPage, EventStore, ExpectedRevision, ReadOptions } from '../../commands/ports.js';
import { LedgerFault } from '../../domain/rejections.js';
import type { LedgerEvent, Recorded } from '../../schemas/catalogue.js';
import { decodeEvent, encodeEvent } from '../codec.js';
import { subscribeByPages } from '../subscribe-by-pages.js';
import type { WriteRequest, WriteResult } from './event-schema.js';
import { GROUP_COMMIT, GroupCommit, type GroupCommitLimits } from './group-commit.js';
import { Sqlite, type SqlRow, type Statement } from './sqlite.js';

/** A read looks at no more events than this, however few of them fit its types: no read may hold the thread for long. */
const LOOKED_AT_MOST = 20_000;
/** Decoded events kept; as text they take about 4 KB each. */
const DECODED_KEPT = 2048;
const POLL_MS = 1000;

export interface EmbeddedEvents {
  readonly path: string;
  /** Position of the last durable event, shared by all threads. */
  readonly head: SharedArrayBuffer;
}

/**
 * The embedded log: one SQLite file in WAL mode, written by one thread with group commit, read by any thread of the process.
 * Positions are 1, 2, 3 … without gaps. Given no writer (`reader`), it only reads: that is how other threads see it.
 */
export class EmbeddedEventStore implements EventStore {
  readonly #reader: Sqlite;
  readonly #writer: GroupCommit<WriteRequest, WriteResult> | null;
  readonly #head: BigInt64Array;
  readonly #statements = new Map<string, Statement>();
  readonly #decoded = new DecodedEvents();
  #closed = false;

  private constructor(place: EmbeddedEvents, writer: GroupCommit<WriteRequest, WriteResult> | null) {
    this.#head = new BigInt64Array(place.head);
    this.#writer = writer;
    this.#reader = new Sqlite(place.path, { readonly: true });
  }

  /** Opens the log for writing and reading; resolves when the writer thread has it open. */
  static async open(
    path: string,
    onBatch?: (size: number) => void,
    limits: GroupCommitLimits = GROUP_COMMIT,
  ): Promise<EmbeddedEventStore & { readonly shared: EmbeddedEvents }> {
    const shared: EmbeddedEvents = { path, head: new SharedArrayBuffer(8) };
    new BigInt64Array(shared.head)[0] = -1n;
    const writer = new GroupCommit<WriteRequest, WriteResult>(new URL('./event-writer.js', import.meta.url), shared, limits, onBatch);
    for (let waitedMs = 0; Atomics.load(new BigInt64Array(shared.head), 0) === -1n; waitedMs += 5) {
      if (writer.failed || waitedMs > 30_000) throw new LedgerFault('store-unavailable', { cause: new Error('the event log could not be opened') });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return Object.assign(new EmbeddedEventStore(shared, writer), { shared });
  }

  /** Opens a log that another thread of this process writes. */
  static reader(place: EmbeddedEvents): EmbeddedEventStore {
    return new EmbeddedEventStore(place, null);
  }

  async append(stream: string, expected: ExpectedRevision, events: readonly LedgerEvent[]): Promise<AppendResult> {
    if (this.#writer === null) throw new LedgerFault('store-unavailable', { cause: new Error('this thread only reads') });
    let sizeBytes = 0;
    const encoded = events.map((event) => {
      const body = encodeEvent(event);
      sizeBytes += body.length;
      return { type: event.type, body };
    });
    const result = await this.#writer.submit({ stream, expected: expected === 'none' ? -1 : expected, events: encoded }, sizeBytes);
    if (result.kind === 'conflict') return { kind: 'conflict', actual: result.actual === -1 ? 'none' : result.actual };
    return { kind: 'appended', revision: result.revision, positions: events.map((_, index) => String(result.first + index)) };
  }

  async readStream(stream: string, options: ReadOptions & { from?: number; direction?: 'forwards' | 'backwards' }): Promise<readonly Recorded[]> {
    const { limit, types, direction = 'forwards' } = options;
    const forwards = direction === 'forwards';
    const from = options.from ?? (forwards ? 0 : Number.MAX_SAFE_INTEGER);
    const sql = `SELECT position, revision, body FROM event WHERE stream = (SELECT id FROM stream WHERE name = ?)
      AND revision ${forwards ? '>=' : '<='} ? ${typeFilter(types)} ORDER BY revision ${forwards ? 'ASC' : 'DESC'} LIMIT ?`;
    return this.#guard(() =>
      this.#statement(sql)
        .all(stream, from, ...(types ?? []), limit)
        .map((row) => this.#decoded.of(row)),
    );
  }

  async readAll({ after, limit, types }: ReadOptions & { after: string | null }): Promise<EventPage> {
    const from = after === null ? 0 : Number(after);
    const head = this.#position();
    const until = Math.min(head, from + LOOKED_AT_MOST);
    const sql = `SELECT position, revision, body FROM event WHERE position > ? AND position <= ? ${typeFilter(types)} ORDER BY position LIMIT ?`;
    const events = this.#guard(() =>
      this.#statement(sql)
        .all(from, until, ...(types ?? []), limit)
        .map((row) => this.#decoded.of(row)),
    );
    const last = events.length === limit ? Number(events.at(-1)?.position) : until;
    return { events, through: last > from ? String(last) : null, end: last >= head };
  }

  subscribe(options: ReadOptions & { after: string | null; signal: AbortSignal }): AsyncIterable<EventPage> {
    return subscribeByPages(
      (after) => this.readAll({ ...options, after }),
      (after) => this.#changed(after === null ? 0n : BigInt(after)),
      options,
    );
  }

  async head(): Promise<string | null> {
    const head = this.#position();
    return head === 0 ? null : String(head);
  }

  compare(left: string, right: string): number {
    return Number(left) - Number(right);
  }

  logIndex(position: string): number {
    return Number(position) - 1;
  }

  get waiting(): number {
    return this.#writer?.waiting ?? 0;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#writer?.close();
    this.#reader.close();
  }

  #position(): number {
    return Number(Atomics.load(this.#head, 0));
  }

  /** Waits until the log is longer than `known`, at most a while. */
  async #changed(known: bigint): Promise<void> {
    const seen = Atomics.load(this.#head, 0);
    if (seen > known) return;
    const waiting = Atomics.waitAsync(this.#head, 0, seen, POLL_MS);
    await waiting.value;
  }

  #statement(sql: string): Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const fresh = this.#reader.prepare(sql);
    this.#statements.set(sql, fresh);
    return fresh;
  }

  #guard<T>(read: () => T): T {
    if (this.#closed) throw new LedgerFault('store-unavailable');
    try {
      return read();
    } catch (cause) {
      throw cause instanceof LedgerFault ? cause : new LedgerFault('store-unavailable', { cause });
    }
  }
}

function typeFilter(types: readonly string[] | undefined): string {
  return types === undefined ? '' : `AND type IN (${types.map(() => '?').join(', ')})`;
}

/** Events that were decoded a moment ago: several projections read each of them, one after the other. */
class DecodedEvents {
  readonly #events = new Map<number, Recorded>();

  of(row: SqlRow): Recorded {
    const position = Number(row['position']);
    const known = this.#events.get(position);
    if (known !== undefined) return known;
    const fresh = { event: decodeEvent(String(row['body'])), revision: Number(row['revision']), position: String(position) };
    this.#events.set(position, fresh);
    const [oldest] = this.#events.keys();
    if (this.#events.size > DECODED_KEPT && oldest !== undefined) this.#events.delete(oldest);
    return fresh;
  }
}
