import type { AnyBulkWriteOperation, ClientSession, Collection, Filter } from 'mongodb';
import { LedgerFault } from '../../domain/rejections.js';
import type { Checkpoint, Generations, PageOptions, ReadModels, Row, Save } from '../../projections/ports.js';
import { databaseOf, MONGO_LIMITS, type MongoLimits } from './connect.js';
import { Database } from './database.js';
import { Registry } from './registry.js';
import { BY_INDEX, documentOf, type LeaseDocument, leaseId, prefixFilter, type RowDocument, rowOf } from './rows.js';

const OPERATIONS_A_CALL = 1000;
const SWITCHES_AT_MOST = 5;

type Read<T> = (generation: number, session: ClientSession) => Promise<T>;

/**
 * Read models in MongoDB 5.0 or later (a replica set), for any number of processes. One collection a generation:
 * `rm_{model}_{generation}`; `models` says which one is active, `leases` who runs it and how far it has got.
 */
export class MongoReadModels implements ReadModels {
  readonly #leases: Collection<LeaseDocument>;
  readonly #registry: Registry;
  readonly #active = new Map<string, number>();

  private constructor(private readonly database: Database) {
    this.#leases = database.collection('leases');
    this.#registry = new Registry(database);
  }

  /** Uses the database that the URL names. */
  static async connect(url: string, limits: MongoLimits = MONGO_LIMITS): Promise<MongoReadModels> {
    return new MongoReadModels(await Database.open(url, databaseOf(url), 'read-models-unavailable', limits));
  }

  get(model: string, keys: readonly string[], generation?: number): Promise<readonly (Row | undefined)[]> {
    const read: Read<(Row | undefined)[]> = async (number, session) => {
      const found = await this.#rows(model, number)
        .find({ _id: { $in: [...keys] } }, this.database.readOptions(session))
        .toArray();
      const rows = new Map(found.map((document) => [document._id, rowOf(document)]));
      return keys.map((key) => rows.get(key));
    };
    return this.#read(model, generation, read, () => keys.map(() => undefined));
  }

  byIndex(model: string, value: string, page: PageOptions, generation?: number): Promise<readonly Row[]> {
    const filter = { index: value, ...(page.after === undefined ? {} : { _id: { $gt: page.after } }) };
    return this.#page(model, generation, filter, page.limit);
  }

  byPrefix(model: string, prefix: string, page: PageOptions, generation?: number): Promise<readonly Row[]> {
    return this.#page(model, generation, prefixFilter(prefix, page), page.limit);
  }

  keysByIndex(model: string, values: readonly string[], generation?: number): Promise<readonly (readonly string[])[]> {
    const read: Read<string[][]> = async (number, session) => {
      const keys = new Map<string, string[]>(values.map((value) => [value, []]));
      const options = { ...this.database.readOptions(session), projection: { index: 1 }, hint: BY_INDEX } as const;
      for await (const { _id, index } of this.#rows(model, number).find({ index: { $in: [...keys.keys()] } }, options)) {
        for (const value of new Set(index)) keys.get(value)?.push(_id);
      }
      return values.map((value) => [...(keys.get(value) ?? [])]);
    };
    return this.#read(model, generation, read, () => values.map(() => []));
  }

  checkpoint(model: string, generation?: number): Promise<Checkpoint | null> {
    const read: Read<Checkpoint | null> = async (number, session) => {
      const lease = await this.#leases.findOne({ _id: leaseId(model, number) }, this.database.readOptions(session));
      return lease?.checkpoint ?? null;
    };
    return this.#read(model, generation, read, () => null);
  }

  async save(model: string, generation: number, fence: number, { put, remove, checkpoint }: Save): Promise<void> {
    const rows = this.#rows(model, generation);
    await this.database.transact(async (session) => {
      const options = this.database.writeOptions(session);
      const { position, events, version } = checkpoint;
      const held = await this.#leases.updateOne({ _id: leaseId(model, generation), fence }, { $set: { checkpoint: { position, events, version } } }, options);
      if (held.matchedCount === 0) throw new LedgerFault('lease-lost');
      const operations = operationsOf(put, remove);
      for (let from = 0; from < operations.length; from += OPERATIONS_A_CALL) {
        await rows.bulkWrite(operations.slice(from, from + OPERATIONS_A_CALL), { session, ordered: false });
      }
    });
  }

  generations(model: string): Promise<Generations> {
    return this.#registry.generations(model);
  }

  begin(model: string): Promise<number> {
    return this.#registry.begin(model);
  }

  activate(model: string, generation: number): Promise<void> {
    return this.#registry.activate(model, generation);
  }

  /** What its journal and its oplog still hold is the database's own to let go: docs/erasure.md says what to set. */
  async purge(): Promise<boolean> {
    return true;
  }

  /** Time is the server's (`$$NOW`): processes whose clocks differ agree on when a lease has ended. */
  lease(model: string, generation: number, owner: string, ttlMs: number): Promise<number | null> {
    const _id = leaseId(model, generation);
    const free = { _id, $or: [{ owner }, { $expr: { $lte: ['$until', '$$NOW'] } }] };
    const me = { $literal: owner };
    const fence = { $cond: [{ $eq: ['$owner', me] }, '$fence', { $add: ['$fence', 1] }] };
    return this.database.write(async (session) => {
      const options = this.database.writeOptions(session);
      const update = [{ $set: { owner: me, fence, until: { $add: ['$$NOW', ttlMs] } } }];
      const leased = await this.#leases.findOneAndUpdate(free, update, { ...options, returnDocument: 'after' });
      if (leased !== null) return leased.fence;
      if ((await this.#leases.findOne({ _id }, options)) === null) throw new LedgerFault('lease-lost');
      return null;
    });
  }

  close(): Promise<void> {
    return this.database.close();
  }

  #page(model: string, generation: number | undefined, filter: Filter<RowDocument>, limit: number): Promise<readonly Row[]> {
    if (limit <= 0) return Promise.resolve([]);
    const hint = 'index' in filter ? BY_INDEX : { _id: 1 as const };
    const read: Read<Row[]> = async (number, session) => {
      const options = { ...this.database.readOptions(session), sort: { _id: 1 }, limit, hint } as const;
      return (await this.#rows(model, number).find(filter, options).toArray()).map(rowOf);
    };
    return this.#read(model, generation, read, () => []);
  }

  /**
   * Without a generation: reads the one that was active when last asked, then asks again. Only if it still is, the rows are
   * its rows: a generation that was dropped meanwhile would look empty, not wrong.
   */
  #read<T>(model: string, generation: number | undefined, read: Read<T>, none: () => T): Promise<T> {
    return this.database.read(async (session) => {
      if (generation !== undefined) return read(generation, session);
      for (let switches = 0; switches < SWITCHES_AT_MOST; switches++) {
        const supposed = this.#active.get(model) ?? (await this.#registry.read(model, session)).active;
        if (supposed === null) return none();
        const result = await read(supposed, session);
        const { active } = await this.#registry.read(model, session);
        if (active !== null) this.#active.set(model, active);
        if (active === supposed) return result;
      }
      throw new Error('the model is switched again and again');
    });
  }

  #rows(model: string, generation: number): Collection<RowDocument> {
    return this.#registry.rows(model, generation);
  }
}

/** One operation a key, so that their order does not matter: what is put wins over what is removed, the last put wins. */
function operationsOf(put: readonly Row[], remove: readonly string[]): AnyBulkWriteOperation<RowDocument>[] {
  const operations = new Map<string, AnyBulkWriteOperation<RowDocument>>();
  for (const key of remove) operations.set(key, { deleteOne: { filter: { _id: key } } });
  for (const row of put) operations.set(row.key, { replaceOne: { filter: { _id: row.key }, replacement: documentOf(row), upsert: true } });
  return [...operations.values()];
}
