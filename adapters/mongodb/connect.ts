import { type Document, MongoClient, type MongoClientOptions } from 'mongodb';
import { within } from './faults.js';

export interface MongoLimits {
  /** A whole call of a port, with all that is tried again inside it. */
  readonly callMs: number;
  /** One operation on the server. */
  readonly operationMs: number;
  /** Until a primary is found. */
  readonly selectionMs: number;
  readonly connections: number;
}

export const MONGO_LIMITS: MongoLimits = { callMs: 15_000, operationMs: 10_000, selectionMs: 5000, connections: 20 };

/** The database that the URL names, else this. */
const DATABASE = 'clinical-ledger';

export function databaseOf(url: string): string {
  const named = /^mongodb(?:\+srv)?:\/\/[^/]+\/([^?]+)/.exec(url)?.[1];
  return named === undefined ? DATABASE : decodeURIComponent(named);
}

/**
 * Connects to a replica set: one member is enough, but it has to be a replica set, since only that has transactions,
 * journalled majority writes and snapshot reads. What correctness rests on is set here and wins over what the URL says.
 */
export async function connect(url: string, limits: MongoLimits = MONGO_LIMITS): Promise<MongoClient> {
  const client = new MongoClient(url, optionsOf(limits));
  try {
    await within(limits.callMs, client.connect());
    const hello: Document = await within(limits.callMs, client.db('admin').command({ hello: 1 }));
    if (hello['setName'] === undefined && hello['msg'] !== 'isdbgrid') {
      throw new Error('MongoDB runs alone: start it as a replica set (`--replSet`, then `rs.initiate()`), one member is enough');
    }
    return client;
  } catch (fault) {
    await client.close().catch(() => undefined);
    throw fault;
  }
}

function optionsOf({ operationMs, selectionMs, connections }: MongoLimits): MongoClientOptions {
  return {
    appName: 'clinical-ledger',
    maxPoolSize: connections,
    serverSelectionTimeoutMS: selectionMs,
    connectTimeoutMS: selectionMs,
    waitQueueTimeoutMS: selectionMs,
    // Longer than an operation may take, so that the server's own answer comes first.
    socketTimeoutMS: operationMs + 2000,
    readPreference: 'primary',
    writeConcern: { w: 'majority', journal: true, wtimeoutMS: operationMs },
    retryReads: true,
    retryWrites: true,
  };
}
