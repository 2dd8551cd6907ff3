import {
  CancelledError,
  convertToCommandError,
  DeadlineExceededError,
  END,
  type EventStoreDBClient,
  NotLeaderError,
  type RecordedEvent,
  type ResolvedEvent,
  START,
  StreamDeletedError,
  type StreamingRead,
  StreamNotFoundError,
  TimeoutError,
  UnavailableError,
} from '@eventstore/db-client';
import { LedgerFault } from '../../domain/rejections.js';
import type { Connection } from './connection.js';
import { type EventStoreDbLimits, pauseMs, sleep } from './limits.js';
import { parsePosition, positionText } from './position.js';
import { type StoredRecord, unreadable } from './record.js';

export type Direction = 'forwards' | 'backwards';

const EDGE = { forwards: START, backwards: END } as const;

class Silence extends Error {}

/** Bounded reads of raw records, inclusive of where they begin. A read changes nothing, so it is tried again while the server cannot be reached. */
export class Reader {
  constructor(
    private readonly connection: Connection,
    private readonly limits: EventStoreDbLimits,
  ) {}

  /** At most `count` records of a stream; fewer only where it ends. `from` null is the edge: the first or the last. */
  async stream(stream: string, from: number | null, count: number, direction: Direction): Promise<readonly StoredRecord[]> {
    const fromRevision = from === null ? EDGE[direction] : BigInt(from);
    try {
      return await this.#read((client) => client.readStream(stream, { fromRevision, maxCount: count, direction }));
    } catch (cause) {
      if (cause instanceof StreamNotFoundError) return [];
      if (cause instanceof StreamDeletedError) throw unreadable({ stream, revision: 0 }, 'was deleted with its history');
      throw faultOf(cause);
    }
  }

  /** At most `count` records of the whole log, system events included; fewer only at its end. */
  async all(from: string | null, count: number, direction: Direction, signal?: AbortSignal): Promise<readonly StoredRecord[]> {
    const fromPosition = from === null ? EDGE[direction] : parsePosition(from);
    try {
      return await this.#read((client) => client.readAll({ fromPosition, maxCount: count, direction }), signal);
    } catch (cause) {
      throw faultOf(cause);
    }
  }

  async #read(open: (client: EventStoreDBClient) => StreamingRead<ResolvedEvent>, signal?: AbortSignal): Promise<StoredRecord[]> {
    const untilMs = performance.now() + this.limits.deadlineMs;
    for (let attempt = 0; ; attempt++) {
      const { client } = this.connection;
      try {
        return await collect(open(client), this.limits.attemptTimeoutMs);
      } catch (cause) {
        // The connection may be half open. Whoever noticed first has renewed it for all.
        if (cause instanceof Silence && this.connection.client === client) this.connection.renew();
        const pause = pauseMs(attempt);
        if (!isPassing(cause) || signal?.aborted === true || performance.now() + pause >= untilMs) throw cause;
        await sleep(pause);
      }
    }
  }
}

/** The whole read, or an error when nothing came for a while: the client sets reads no deadline of its own. */
function collect(read: StreamingRead<ResolvedEvent>, silenceMs: number): Promise<StoredRecord[]> {
  return new Promise((resolve, reject) => {
    const records: StoredRecord[] = [];
    const timer = setTimeout(() => {
      read.cancel().catch(() => undefined);
      reject(new Silence(`no answer within ${silenceMs} ms`));
    }, silenceMs);
    read.on('data', ({ event }: ResolvedEvent) => {
      timer.refresh();
      if (event !== undefined) records.push(recordOf(event));
    });
    read.on('end', () => {
      clearTimeout(timer);
      resolve(records);
    });
    read.on('error', (cause) => {
      clearTimeout(timer);
      reject(cause);
    });
  });
}

function recordOf({ id, type, streamId, revision, position, data, metadata }: RecordedEvent): StoredRecord {
  if (position === undefined)
    throw new LedgerFault('store-unavailable', { cause: new Error('this server is too old: 22.6 is the first that gives positions') });
  return { id, type, stream: streamId, revision: Number(revision), position: positionText(position), data, metadata };
}

/** Might the same read succeed a little later? */
function isPassing(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false;
  const error = convertToCommandError(cause as Parameters<typeof convertToCommandError>[0]);
  const passing = [UnavailableError, CancelledError, DeadlineExceededError, TimeoutError, NotLeaderError, Silence];
  return passing.some((kind) => error instanceof kind) || /^Failed to discover/.test(error.message);
}

function faultOf(cause: unknown): LedgerFault {
  return cause instanceof LedgerFault ? cause : new LedgerFault('store-unavailable', { cause });
}
