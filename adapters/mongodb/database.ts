import type { ClientSession, Collection, Db, Document, MongoClient, Timestamp, TransactionOptions } from 'mongodb';
import type { FaultCode } from '../../domain/rejections.js';
import { connect, MONGO_LIMITS, type MongoLimits } from './connect.js';
import { faultOf, isWorthReadingAgain, within } from './faults.js';

const READS_AT_MOST = 5;
const READ_AGAIN_AFTER_MS = 20;

/**
 * A database and the three ways to use it, each bounded in time, each throwing nothing but `LedgerFault`.
 *
 * Reads are snapshot reads on the primary, of what a majority holds: one `find` sees one point in time, so a save is in
 * it whole or not at all. Each read is told the time of this process's last write (`afterClusterTime`), so that it sees
 * that write even when another member has become primary since.
 */
export class Database {
  #lastWrite: Timestamp | undefined;

  private constructor(
    private readonly client: MongoClient,
    private readonly db: Db,
    private readonly fault: FaultCode,
    private readonly limits: MongoLimits,
  ) {}

  static async open(url: string, name: string, fault: FaultCode, limits: MongoLimits = MONGO_LIMITS): Promise<Database> {
    try {
      const client = await connect(url, limits);
      return new Database(client, client.db(name), fault, limits);
    } catch (cause) {
      throw faultOf(cause, fault);
    }
  }

  collection<T extends Document>(name: string): Collection<T> {
    return this.db.collection<T>(name);
  }

  async collectionNames(): Promise<string[]> {
    const found = await this.db.listCollections({}, { nameOnly: true, maxTimeMS: this.limits.operationMs }).toArray();
    return found.map(({ name }) => name);
  }

  /** Options for each read inside `read`. */
  readOptions(session: ClientSession) {
    return { session, maxTimeMS: this.limits.operationMs, readConcern: { level: 'snapshot' } } as const;
  }

  /** Options for each operation inside `write` and `transact`. */
  writeOptions(session: ClientSession) {
    return { session, maxTimeMS: this.limits.operationMs } as const;
  }

  read<T>(work: (session: ClientSession) => Promise<T>): Promise<T> {
    return this.#withSession(async (session) => {
      if (this.#lastWrite !== undefined) session.advanceOperationTime(this.#lastWrite);
      for (let reads = 1; ; reads++) {
        try {
          return await work(session);
        } catch (fault) {
          if (reads === READS_AT_MOST || !isWorthReadingAgain(fault)) throw fault;
          await new Promise((resolve) => setTimeout(resolve, READ_AGAIN_AFTER_MS * reads));
        }
      }
    });
  }

  /** For a single operation, which is atomic by itself, or for steps that need no transaction. */
  write<T>(work: (session: ClientSession) => Promise<T>): Promise<T> {
    return this.#withSession(async (session) => {
      const result = await work(session);
      this.#wrote(session);
      return result;
    });
  }

  /** All or nothing. `work` is run again from the start when another transaction was in the way. */
  transact<T>(work: (session: ClientSession) => Promise<T>): Promise<T> {
    const options: TransactionOptions = {
      readConcern: { level: 'snapshot' },
      writeConcern: { w: 'majority', journal: true, wtimeoutMS: this.limits.operationMs },
      readPreference: 'primary',
      maxCommitTimeMS: this.limits.operationMs,
    };
    return this.#withSession(async (session) => {
      const result = await session.withTransaction(() => work(session), options);
      this.#wrote(session);
      return result;
    });
  }

  async close(): Promise<void> {
    await within(this.limits.callMs, this.client.close()).catch(() => undefined);
  }

  /** A session that has ended refuses every further step: so what tries again inside it ends at the limit too. */
  async #withSession<T>(work: (session: ClientSession) => Promise<T>): Promise<T> {
    const session = this.client.startSession();
    try {
      return await within(this.limits.callMs, work(session));
    } catch (cause) {
      throw faultOf(cause, this.fault);
    } finally {
      session.endSession().catch(() => undefined);
    }
  }

  #wrote({ operationTime }: ClientSession): void {
    if (operationTime !== undefined && (this.#lastWrite === undefined || operationTime.greaterThan(this.#lastWrite))) this.#lastWrite = operationTime;
  }
}
