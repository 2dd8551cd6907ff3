import { AccessDeniedError, convertToCommandError } from '@eventstore/db-client';
import { type Answer, type AppendRequest, answerOf, batchOf } from './batch-protocol.js';
import type { BatchCall, Connection } from './connection.js';

interface Session {
  readonly call: BatchCall;
  readonly pending: Map<string, (answer: Answer) => void>;
  heardAtMs: number;
  over: boolean;
}

/**
 * Appends over one stream of the server's batch protocol, as the client's own `appendToStream` does, but without what is
 * wrong in that (6.2.1): its table of waiting appends is shared by all clients of the process, so that an error of one
 * rejects the appends of every other, whose answers then throw out of an event handler; writes that wait for a drained
 * socket reject where nobody can catch them when the connection drops; and a stream that ends politely leaves its
 * appends waiting for ever. The first two end the process. Here the table belongs to the stream, and every append is
 * answered: at the latest by the end of the stream or of its time.
 */
export class BatchStream {
  /** The stream in use or being opened; one for all appends. */
  #opening: Promise<Session> | null = null;
  #session: Session | null = null;

  constructor(
    private readonly connection: Connection,
    private readonly connectTimeoutMs: number,
  ) {}

  /** Never rejects: what could not be settled is an answer too. */
  async append(request: AppendRequest, timeoutMs: number): Promise<Answer> {
    let session: Session;
    try {
      session = await this.#open(Math.min(timeoutMs, this.connectTimeoutMs));
    } catch (cause) {
      return isRefusal(cause) ? { kind: 'refused', why: 'AccessDenied' } : { kind: 'unknown', sent: false, cause };
    }
    return this.#exchange(session, request, timeoutMs);
  }

  /** Ends the stream; what still waits on it is unknown. */
  close(): void {
    if (this.#session !== null) this.#leave(this.#session, new Error('the store was closed'));
  }

  #exchange(session: Session, request: AppendRequest, timeoutMs: number): Promise<Answer> {
    if (session.over) return Promise.resolve({ kind: 'unknown', sent: false, cause: new Error('the stream ended before the append') });
    const { correlationId, messages } = batchOf(request);
    const sentAtMs = performance.now();
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        session.pending.delete(correlationId);
        resolve({ kind: 'unknown', sent: true, cause: new Error(`no answer within ${timeoutMs} ms`) });
        // A stream that has said nothing at all since then is half open: waiting on it any longer is in vain.
        if (session.heardAtMs < sentAtMs) this.#abandon(session);
      }, timeoutMs);
      session.pending.set(correlationId, (answer) => {
        clearTimeout(timer);
        session.pending.delete(correlationId);
        resolve(answer);
      });
      // How much may pile up here is bounded by what the appender lets through.
      for (const message of messages) session.call.write(message);
    });
  }

  #open(timeoutMs: number): Promise<Session> {
    if (this.#opening !== null) return this.#opening;
    const opening: Promise<Session> = this.connection.openBatch(timeoutMs).then(
      (call) => this.#listen(call),
      (cause) => {
        if (this.#opening === opening) this.#opening = null;
        // A fresh client tries at once; the old one's channel would wait longer after each failure, up to minutes.
        this.connection.renew();
        throw cause;
      },
    );
    this.#opening = opening;
    return opening;
  }

  #listen(call: BatchCall): Session {
    const session: Session = { call, pending: new Map(), heardAtMs: performance.now(), over: false };
    call.on('data', (response) => {
      session.heardAtMs = performance.now();
      const { correlationId, answer } = answerOf(response);
      session.pending.get(correlationId)?.(answer);
    });
    call.on('error', (cause: Error) => this.#leave(session, cause));
    call.on('end', () => this.#leave(session, new Error('the server ended the stream')));
    this.#session = session;
    return session;
  }

  #abandon(session: Session): void {
    this.#leave(session, new Error('the connection has fallen silent'));
    this.connection.renew();
  }

  /** The next append opens another stream. */
  #leave(session: Session, cause: Error): void {
    if (session.over) return;
    session.over = true;
    if (this.#session === session) {
      this.#session = null;
      this.#opening = null;
    }
    const answer: Answer = isRefusal(cause) ? { kind: 'refused', why: 'AccessDenied' } : { kind: 'unknown', sent: true, cause };
    for (const settle of [...session.pending.values()]) settle(answer);
    session.call.cancel();
  }
}

function isRefusal(cause: unknown): boolean {
  return cause instanceof Error && convertToCommandError(cause as Parameters<typeof convertToCommandError>[0]) instanceof AccessDeniedError;
}
