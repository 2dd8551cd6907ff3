import { Worker } from 'node:worker_threads';
import { type FaultCode, LedgerFault } from '../../domain/rejections.js';

interface Waiting<Request, Result> {
  readonly request: Request;
  readonly sizeBytes: number;
  readonly resolve: (result: Result) => void;
  readonly reject: (fault: unknown) => void;
}

/** One message there and one back for a whole batch; a batch that failed as a whole names its fault. */
export type BatchReply<Result> = { readonly results: readonly Result[] } | { readonly fault: FaultCode; readonly why: string };

export interface GroupCommitLimits {
  readonly batchAtMost: number;
  readonly batchBytesAtMost: number;
  readonly waitingAtMost: number;
  /** After so long a write's outcome is not known any more. */
  readonly timeoutMs: number;
}

export const GROUP_COMMIT: GroupCommitLimits = { batchAtMost: 2000, batchBytesAtMost: 8 * 1024 * 1024, waitingAtMost: 20_000, timeoutMs: 30_000 };

/**
 * Writers share one `fsync`: whatever queues while a commit is in flight becomes the next batch. The database lives in a
 * worker thread, so that waiting for the disk never stops the event loop.
 */
export class GroupCommit<Request, Result> {
  readonly #worker: Worker;
  readonly #queue: Waiting<Request, Result>[] = [];
  #inFlight: Waiting<Request, Result>[] | null = null;
  #scheduled = false;
  #closed = false;
  #failed = false;
  #timer: NodeJS.Timeout | undefined;
  #idle: (() => void) | undefined;

  constructor(
    entry: URL,
    workerData: unknown,
    private readonly limits: GroupCommitLimits = GROUP_COMMIT,
    private readonly onBatch: (size: number) => void = () => undefined,
  ) {
    this.#worker = new Worker(entry, { workerData });
    this.#worker.on('message', (reply: BatchReply<Result>) => this.#settle(reply));
    this.#worker.on('error', (cause) => this.#fail(cause));
    this.#worker.on('exit', () => {
      if (!this.#closed) this.#fail(new Error('the writer thread ended'));
    });
  }

  get waiting(): number {
    return this.#queue.length + (this.#inFlight?.length ?? 0);
  }

  get failed(): boolean {
    return this.#failed;
  }

  /** Resolves when the request is durable. Faults: `overloaded`, `store-unavailable`, `store-full` (nothing happened); `outcome-unknown`. */
  submit(request: Request, sizeBytes: number): Promise<Result> {
    if (this.#closed || this.#failed) return Promise.reject(new LedgerFault('store-unavailable'));
    if (this.#queue.length >= this.limits.waitingAtMost) return Promise.reject(new LedgerFault('overloaded'));
    return new Promise((resolve, reject) => {
      this.#queue.push({ request, sizeBytes, resolve, reject });
      this.#schedule();
    });
  }

  /** Finishes what was taken, then ends the thread. */
  async close(): Promise<void> {
    if (this.#closed) return;
    if (this.waiting > 0 && !this.#failed) await new Promise<void>((resolve) => (this.#idle = resolve));
    this.#closed = true;
    if (this.#failed) {
      // The thread has ended already, or is stuck: it would never answer.
      await this.#worker.terminate();
      return;
    }
    this.#worker.postMessage(null);
    await new Promise((resolve) => this.#worker.once('exit', resolve));
  }

  #schedule(): void {
    if (this.#scheduled || this.#inFlight !== null) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#send();
    });
  }

  #send(): void {
    if (this.#inFlight !== null || this.#queue.length === 0 || this.#failed) return;
    let bytes = 0;
    let count = 0;
    for (const waiting of this.#queue) {
      if (count === this.limits.batchAtMost || (count > 0 && bytes + waiting.sizeBytes > this.limits.batchBytesAtMost)) break;
      bytes += waiting.sizeBytes;
      count += 1;
    }
    const batch = this.#queue.splice(0, count);
    this.#inFlight = batch;
    this.onBatch(batch.length);
    this.#timer = setTimeout(() => this.#fail(new Error('the writer thread does not answer')), this.limits.timeoutMs);
    this.#worker.postMessage(batch.map(({ request }) => request));
  }

  #settle(reply: BatchReply<Result>): void {
    clearTimeout(this.#timer);
    const batch = this.#inFlight ?? [];
    this.#inFlight = null;
    if ('fault' in reply) for (const { reject } of batch) reject(new LedgerFault(reply.fault, { cause: new Error(reply.why) }));
    else for (const [index, { resolve }] of batch.entries()) resolve(reply.results[index] as Result);
    if (this.#queue.length > 0) this.#send();
    else if (this.#inFlight === null) this.#idle?.();
  }

  /** The thread is gone or stuck: what was on its way may have happened, what was waiting did not. */
  #fail(cause: Error): void {
    if (this.#failed) return;
    this.#failed = true;
    clearTimeout(this.#timer);
    for (const { reject } of this.#inFlight ?? []) reject(new LedgerFault('outcome-unknown', { cause }));
    for (const { reject } of this.#queue.splice(0)) reject(new LedgerFault('store-unavailable', { cause }));
    this.#inFlight = null;
    this.#idle?.();
  }
}
