import type { AppendResult } from '../../commands/ports.js';
import { LedgerFault } from '../../domain/rejections.js';
import type { Answer, AppendRequest } from './batch-protocol.js';
import { BatchStream } from './batch-stream.js';
import type { Connection } from './connection.js';
import { type EventStoreDbLimits, pauseMs, sleep } from './limits.js';
import type { Reader } from './reader.js';
import { unreadable } from './record.js';

type Appended = Extract<Answer, { kind: 'appended' }>;
type Unknown = Extract<Answer, { kind: 'unknown' }>;

/**
 * Appends until it is known what became of them. The server recognises an append by its event ids and expected
 * revision, for ever, so that repeating the identical call is safe, and is how an unknown outcome is settled.
 */
export class Appender {
  readonly #batches: BatchStream;
  #inFlight = 0;
  #inFlightBytes = 0;
  #closed = false;
  #idle: (() => void) | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly reader: Reader,
    private readonly limits: EventStoreDbLimits,
  ) {
    this.#batches = new BatchStream(connection, limits.connectTimeoutMs);
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  async append(request: AppendRequest): Promise<AppendResult> {
    const { inFlightAtMost, inFlightBytesAtMost, maxAppendBytes } = this.limits;
    if (this.#closed) throw new LedgerFault('store-unavailable', { cause: new Error('the store was closed') });
    if (request.sizeBytes > maxAppendBytes)
      throw new LedgerFault('internal', { cause: new Error(`an append of ${request.sizeBytes} bytes is over the limit of ${maxAppendBytes}`) });
    if (this.#inFlight >= inFlightAtMost || this.#inFlightBytes + request.sizeBytes > inFlightBytesAtMost) throw new LedgerFault('overloaded');
    this.#inFlight += 1;
    this.#inFlightBytes += request.sizeBytes;
    try {
      return await this.#settle(request);
    } finally {
      this.#inFlight -= 1;
      this.#inFlightBytes -= request.sizeBytes;
      if (this.#inFlight === 0) this.#idle?.();
    }
  }

  /** Lets what is on its way settle, which is bounded, and takes nothing new. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#inFlight > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    this.#batches.close();
    await this.connection.close();
  }

  async #settle(request: AppendRequest): Promise<AppendResult> {
    const untilMs = performance.now() + this.limits.deadlineMs;
    let unknown: Unknown | undefined;
    for (let attempt = 0; ; attempt++) {
      const answer = await this.#batches.append(request, Math.min(this.limits.attemptTimeoutMs, untilMs - performance.now()));
      const mayBeThere = unknown?.sent === true;
      if (answer.kind === 'appended') return this.#appended(request, answer);
      if (answer.kind === 'wrong-version') return (mayBeThere ? await this.#found(request) : undefined) ?? { kind: 'conflict', actual: answer.actual };
      if (answer.kind === 'refused') throw refusal(answer.why, mayBeThere);
      if (!mayBeThere) unknown = answer;
      const pause = pauseMs(attempt);
      if (performance.now() + pause >= untilMs)
        throw new LedgerFault(unknown?.sent === true ? 'outcome-unknown' : 'store-unavailable', { cause: answer.cause });
      await sleep(pause);
    }
  }

  async #appended(request: AppendRequest, answer: Appended): Promise<AppendResult> {
    const { stream, expected, events } = request;
    const last = (expected === 'none' ? -1 : expected) + events.length;
    // A stream that was deleted softly takes `none` again, but goes on counting: what it held before is out of sight.
    if (answer.revision !== last) throw unreadable({ stream, revision: answer.revision }, 'goes on from a history that was deleted');
    if (answer.position !== null) return appendedAt(request, last, answer.position);
    const found = await this.#found(request);
    if (found === undefined) throw unreadable({ stream, revision: last }, 'is not where the server says it is');
    return found;
  }

  /** After an unknown outcome: does our own append stand where it should? */
  async #found(request: AppendRequest): Promise<AppendResult | undefined> {
    const { stream, expected, events } = request;
    const first = expected === 'none' ? 0 : expected + 1;
    let stored: Awaited<ReturnType<Reader['stream']>>;
    try {
      stored = await this.reader.stream(stream, first, events.length, 'forwards');
    } catch (cause) {
      throw new LedgerFault('outcome-unknown', { cause });
    }
    const ours = stored.length === events.length && stored.every(({ id, revision }, index) => id === events[index]?.id && revision === first + index);
    return ours ? appendedAt(request, first + events.length - 1, stored.at(-1)?.position ?? '') : undefined;
  }
}

/** The server names only where an append ends. It stands for each of its events: who has read that far has read them all. */
function appendedAt({ events }: AppendRequest, revision: number, position: string): AppendResult {
  return { kind: 'appended', revision, positions: events.map(() => position) };
}

function refusal(why: string, mayBeThere: boolean): LedgerFault {
  const cause = new Error(`the server refuses the append: ${why}`);
  if (mayBeThere) return new LedgerFault('outcome-unknown', { cause });
  if (why === 'StreamDeleted') return new LedgerFault('event-unreadable', { cause });
  return new LedgerFault(why === 'AccessDenied' ? 'store-unavailable' : 'internal', { cause });
}
