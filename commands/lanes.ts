import { LedgerFault } from '../domain/rejections.js';

interface Waiting<Job, Result> {
  readonly job: Job;
  readonly resolve: (result: Result) => void;
  readonly reject: (fault: unknown) => void;
}

/** How many jobs go through a lane together, and how many may wait in all lanes. */
const BATCH_AT_MOST = 128;
const WAITING_AT_MOST = 20_000;
/** Content of a batch, unless one job alone has more: sealed and encoded it has to fit into one append of every store (1 MiB). */
const BATCH_BYTES_AT_MOST = 500_000;

/**
 * One lane a stream: jobs of a lane are worked on in order and one batch at a time; what arrives while a batch is being
 * written makes up the next. So a stream's own commands never race each other, and a burst on one patient costs one
 * append instead of many. Lanes of different streams do not wait for each other.
 */
export class Lanes<Job extends { readonly sizeBytes: number }, Result> {
  readonly #lanes = new Map<string, Waiting<Job, Result>[]>();
  #waiting = 0;

  constructor(private readonly work: (lane: string, jobs: readonly Job[]) => Promise<readonly Result[]>) {}

  get waiting(): number {
    return this.#waiting;
  }

  /** Throws `overloaded` at once when too much waits. */
  submit(lane: string, job: Job): Promise<Result> {
    if (this.#waiting >= WAITING_AT_MOST) return Promise.reject(new LedgerFault('overloaded'));
    this.#waiting += 1;
    return new Promise((resolve, reject) => {
      const queue = this.#lanes.get(lane);
      if (queue !== undefined) {
        queue.push({ job, resolve, reject });
        return;
      }
      const fresh = [{ job, resolve, reject }];
      this.#lanes.set(lane, fresh);
      void this.#drain(lane, fresh);
    });
  }

  async #drain(lane: string, queue: Waiting<Job, Result>[]): Promise<void> {
    // Lets commands that arrive in the same turn of the event loop join the first batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (queue.length > 0) {
      const batch = queue.splice(0, batchSize(queue));
      try {
        const results = await this.work(
          lane,
          batch.map(({ job }) => job),
        );
        for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result);
      } catch (fault) {
        for (const { reject } of batch) reject(fault);
      }
      this.#waiting -= batch.length;
    }
    this.#lanes.delete(lane);
  }
}

function batchSize(queue: readonly { readonly job: { readonly sizeBytes: number } }[]): number {
  let bytes = 0;
  let count = 0;
  for (const { job } of queue) {
    bytes += job.sizeBytes;
    if (count === BATCH_AT_MOST || (count > 0 && bytes > BATCH_BYTES_AT_MOST)) break;
    count += 1;
  }
  return count;
}
