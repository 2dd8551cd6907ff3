import { EventStoreDBClient } from '@eventstore/db-client';
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { LedgerFault } from '../../domain/rejections.js';

export type BatchCall = ReturnType<StreamsClient['batchAppend']>;

/** What the client's own append is made of. It is protected there; the exact version is pinned, and the contract suite notices a change. */
interface ClientParts {
  GRPCStreamCreator<T>(service: typeof StreamsClient, name: string, create: (grpc: StreamsClient) => T | Promise<T>): () => Promise<T>;
  getChannel(): Promise<{ close(): void }>;
  callArguments(options: object, callOptions: object): Parameters<StreamsClient['batchAppend']>;
}

/** A client that can be left for a fresh one: the only cure for a connection that is open and says nothing. */
export class Connection {
  #client: EventStoreDBClient;

  constructor(private readonly connectionString: string) {
    this.#client = this.#fresh();
  }

  get client(): EventStoreDBClient {
    return this.#client;
  }

  /** A batch stream on a connection that stands. Rejects when none could be had in time: then nothing was sent. */
  async openBatch(timeoutMs: number): Promise<BatchCall> {
    const parts = this.#client as unknown as ClientParts;
    const opening = parts.GRPCStreamCreator(StreamsClient, 'appendToStream', async (grpc) => {
      await ready(grpc, timeoutMs);
      return grpc.batchAppend(...parts.callArguments({}, { deadline: Number.POSITIVE_INFINITY }));
    })();
    let late = false;
    opening.then(
      (call) => late && call.on('error', () => undefined).cancel(),
      () => undefined,
    );
    try {
      return await within(opening, timeoutMs, 'no connection in time');
    } catch (cause) {
      late = true;
      throw cause;
    }
  }

  /** Leaves the present client; what waits on it fails. */
  renew(): void {
    const former = this.#client;
    this.#client = this.#fresh();
    void retire(former);
  }

  async close(): Promise<void> {
    await retire(this.#client);
  }

  #fresh(): EventStoreDBClient {
    try {
      return EventStoreDBClient.connectionString(unshared(this.connectionString));
    } catch {
      // The client's own message may quote the string, and with it a password.
      throw new LedgerFault('store-unavailable', { cause: new Error('the EventStoreDB connection string cannot be understood') });
    }
  }
}

/** Rejects after a while, whatever becomes of the promise. */
export async function within<T>(promise: Promise<T>, timeoutMs: number, why: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(why)), timeoutMs);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

function ready(grpc: StreamsClient, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => grpc.waitForReady(Date.now() + timeoutMs, (fault) => (fault === undefined ? resolve() : reject(fault))));
}

/** `dispose` ends the client's streams, but leaves its channel open. */
async function retire(client: EventStoreDBClient): Promise<void> {
  const disposed = client.dispose().then(() => (client as unknown as ClientParts).getChannel());
  await within(disposed, 1000, 'the client does not let go').then(
    (channel) => channel.close(),
    () => undefined,
  );
}

const KEEP_ALIVE_TIMEOUT_MS = 10_000;
const KEEP_ALIVE = /([?&]keepAliveTimeout=)(\d+)/i;
let made = 0;

/**
 * gRPC hands one connection to all channels of equal options, so that a fresh client would sit on the same half-open one
 * as the client it replaces. A keep-alive timeout that differs by a millisecond is the only option within reach.
 */
function unshared(connectionString: string): string {
  made = (made + 1) % 1000;
  if (KEEP_ALIVE.test(connectionString)) return connectionString.replace(KEEP_ALIVE, (_, name: string, ms: string) => `${name}${Number(ms) + made}`);
  return `${connectionString}${connectionString.includes('?') ? '&' : '?'}keepAliveTimeout=${KEEP_ALIVE_TIMEOUT_MS + made}`;
}
