import { TIMELESS } from '../domain/decider.js';
import { LedgerFault } from '../domain/rejections.js';
import { streams } from '../domain/streams.js';
import type { EventOf, LedgerEvent } from '../schemas/catalogue.js';
import { envelop } from './envelope.js';
import type { Clock, Digest, EventStore, ExpectedRevision, Ids } from './ports.js';
import type { Caller } from './request.js';

export interface Access {
  readonly caller: Caller;
  readonly correlationId: string;
  readonly data: EventOf<'access-recorded'>['data'];
}

interface Waiting {
  readonly event: LedgerEvent;
  readonly resolve: () => void;
  readonly reject: (fault: unknown) => void;
}

interface Writer {
  stream: string;
  expected: ExpectedRevision;
  queue: Waiting[];
  writing: boolean;
}

const BATCH_AT_MOST = 500;
const WAITING_AT_MOST = 20_000;
/** After so many events a fresh stream is begun, so that none grows for ever. */
const STREAM_AT_MOST = 1_000_000;

/**
 * Accesses, disclosures and refusals, durable before the answer leaves (45 CFR 164.312(b)). Each tenant has one stream per
 * running ledger, named by a random id and written by this process alone; what arrives while a batch is being written
 * makes up the next, so that an audited read costs a share of an append. A stream whose last append failed is given up
 * for a fresh one: its tail is then unknown, and an audit event may not be lost to find out.
 */
export class AccessLog {
  readonly #writers = new Map<string, Writer>();
  #waiting = 0;

  constructor(private readonly deps: { store: EventStore; ids: Ids; clock: Clock; digest: Digest }) {}

  get waiting(): number {
    return this.#waiting;
  }

  /** Resolves when the access is durable. Throws when it could not be made so: then nothing may be disclosed. */
  record(access: Access): Promise<void> {
    if (this.#waiting >= WAITING_AT_MOST) return Promise.reject(new LedgerFault('overloaded'));
    const { caller, correlationId, data } = access;
    const writer = this.#writerOf(caller.tenant);
    const draft = { type: 'access-recorded' as const, data, source: null, validTime: TIMELESS, content: null };
    const envelope = { ...caller, correlationId, causationId: correlationId, idempotency: null };
    const event = envelop(this.deps, writer.stream, this.deps.ids.next(), draft, [], envelope);
    this.#waiting += 1;
    return new Promise((resolve, reject) => {
      writer.queue.push({ event, resolve, reject });
      if (!writer.writing) void this.#drain(caller.tenant, writer);
    });
  }

  #writerOf(tenant: string): Writer {
    const current = this.#writers.get(tenant);
    if (current !== undefined) return current;
    const fresh: Writer = { stream: streams.accesses(tenant, this.deps.ids.next()), expected: 'none', queue: [], writing: false };
    this.#writers.set(tenant, fresh);
    return fresh;
  }

  async #drain(tenant: string, writer: Writer): Promise<void> {
    writer.writing = true;
    await Promise.resolve();
    while (writer.queue.length > 0) {
      const batch = writer.queue.splice(0, BATCH_AT_MOST);
      try {
        writer.expected = await this.#append(writer, batch);
        if (writer.expected + 1 >= STREAM_AT_MOST) this.#abandon(tenant, writer);
        for (const { resolve } of batch) resolve();
      } catch (fault) {
        this.#abandon(tenant, writer);
        for (const { reject } of [...batch, ...writer.queue.splice(0)]) {
          this.#waiting -= 1;
          reject(fault);
        }
        return;
      }
      this.#waiting -= batch.length;
    }
    writer.writing = false;
  }

  async #append(writer: Writer, batch: readonly Waiting[]): Promise<number> {
    const result = await this.deps.store.append(
      writer.stream,
      writer.expected,
      batch.map(({ event }) => event),
    );
    if (result.kind === 'conflict') throw new LedgerFault('store-unavailable');
    return result.revision;
  }

  #abandon(tenant: string, writer: Writer): void {
    if (this.#writers.get(tenant) === writer) this.#writers.delete(tenant);
  }
}
