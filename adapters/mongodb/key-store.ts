import type { AnyBulkWriteOperation, ClientSession, Collection, Filter } from 'mongodb';
import { LedgerFault } from '../../domain/rejections.js';
import type { KeyState, KeyStore, Rewrap, SecretCount, WrappedKek, WrappedSecret } from '../keys/key-store.js';
import { databaseOf, MONGO_LIMITS, type MongoLimits } from './connect.js';
import { Database } from './database.js';
import {
  BY_KEK,
  BY_OWNER,
  type ClaimDocument,
  type CountedDocument,
  type CursorDocument,
  countsOf,
  type GoneDocument,
  goneKekId,
  goneOwnerId,
  type KekDocument,
  kekOf,
  type SecretDocument,
  STRIPES,
  type StripeDocument,
  secretId,
  secretOf,
  stripeId,
  stripeOf,
} from './key-documents.js';

/**
 * Wrapped keys in MongoDB, in a database of their own, so that they can be backed up, and guarded, apart from everything
 * else. A secret that is deleted stays readable in the replica set's oplog until that has turned over, and in backups:
 * erasure counts from then.
 *
 * A transaction does not see what another writes meanwhile. So who stores a secret, erases its owner or removes its
 * key-encryption key also writes a document that the others write too (a stripe): of two at once one is done again, and
 * then finds what the other left. Every process has to be of the release that does so before an erasure may be asked for.
 */
export class MongoKeyStore implements KeyStore {
  readonly #secrets: Collection<SecretDocument>;
  readonly #keks: Collection<KekDocument>;
  readonly #claims: Collection<ClaimDocument>;
  readonly #gone: Collection<GoneDocument>;
  readonly #stripes: Collection<StripeDocument>;
  readonly #cursors: Collection<CursorDocument>;

  private constructor(private readonly database: Database) {
    this.#secrets = database.collection('secrets');
    this.#keks = database.collection('keks');
    this.#claims = database.collection('claims');
    this.#gone = database.collection('gone');
    this.#stripes = database.collection('stripes');
    this.#cursors = database.collection('cursors');
  }

  /** Uses a database beside the one that the URL names: `{name}-keys`. */
  static async connect(url: string, limits: MongoLimits = MONGO_LIMITS): Promise<MongoKeyStore> {
    const keys = new MongoKeyStore(await Database.open(url, `${databaseOf(url)}-keys`, 'keys-unavailable', limits));
    try {
      await keys.#declareIndexes();
      return keys;
    } catch (fault) {
      await keys.close();
      throw fault;
    }
  }

  secrets(tenant: string, owner: string): Promise<readonly WrappedSecret[]> {
    return this.database.read(async (session) => {
      const options = { ...this.database.readOptions(session), sort: { generation: 1 }, hint: BY_OWNER } as const;
      return (await this.#secrets.find({ tenant, owner }, options).toArray()).map(secretOf);
    });
  }

  add(secret: WrappedSecret): Promise<WrappedSecret | undefined> {
    return this.database.transact((session) => this.#put(secret, session));
  }

  async setState(tenant: string, owner: string, generation: number, state: KeyState): Promise<void> {
    const _id = secretId({ tenant, owner, generation });
    await this.database.write((session) => this.#secrets.updateOne({ _id }, { $set: { state } }, this.database.writeOptions(session)));
  }

  async claim(tenant: string, claim: string, claimed: string, secret: WrappedSecret | null): Promise<string> {
    const _id = `${tenant}/${claim}`;
    // Most claims are old ones, and a claim never changes: what a majority holds is the answer.
    const known = await this.database.read((session) => this.#claims.findOne({ _id }, this.database.readOptions(session)));
    if (known !== null) return known.patientId;
    return this.database.transact(async (session) => {
      const options = { ...this.database.writeOptions(session), upsert: true } as const;
      const first = await this.#claims.findOneAndUpdate({ _id }, { $setOnInsert: { patientId: claimed } }, options);
      if (first !== null) return first.patientId;
      if (secret !== null) await this.#put(secret, session);
      return claimed;
    });
  }

  secretsUnder(
    tenant: string,
    kekId: string,
    { after, limit }: { after: { owner: string; generation: number } | null; limit: number },
  ): Promise<readonly WrappedSecret[]> {
    if (limit <= 0) return Promise.resolve([]);
    const further: Filter<SecretDocument> =
      after === null ? {} : { $or: [{ owner: { $gt: after.owner } }, { owner: after.owner, generation: { $gt: after.generation } }] };
    return this.database.read(async (session) => {
      const options = { ...this.database.readOptions(session), sort: { owner: 1, generation: 1 }, limit, hint: BY_KEK } as const;
      return (await this.#secrets.find({ tenant, kekId, ...further }, options).toArray()).map(secretOf);
    });
  }

  rewrap(changes: readonly Rewrap[]): Promise<number> {
    if (changes.length === 0) return Promise.resolve(0);
    const operations = changes.map(
      ({ fromKekId, kekId, wrapped, state, ...row }): AnyBulkWriteOperation<SecretDocument> => ({
        updateOne: { filter: { _id: secretId(row), kekId: fromKekId }, update: { $set: { kekId, wrapped, ...(state === null ? {} : { state }) } } },
      }),
    );
    // A removal of a key-encryption key writes all stripes of its tenant: any one of them is enough to meet it.
    const kekOfTenant = new Map(changes.map(({ tenant, kekId, owner }) => [goneKekId(tenant, kekId), stripeId(tenant, stripeOf(owner))]));
    return this.database.transact(async (session) => {
      for (const stripe of new Set(kekOfTenant.values())) await this.#enter(stripe, session);
      if ((await this.#goneOf([...kekOfTenant.keys()], session)).length > 0) throw new LedgerFault('keys-unavailable');
      return (await this.#secrets.bulkWrite(operations, { session, ordered: false })).modifiedCount;
    });
  }

  countSecrets(tenant: string): Promise<readonly SecretCount[]> {
    const group = { _id: { kekId: '$kekId', state: '$state' }, secrets: { $sum: 1 } };
    return this.database.read(async (session) => {
      const counted = this.#secrets.aggregate<CountedDocument>([{ $match: { tenant } }, { $group: group }], this.database.readOptions(session));
      return countsOf(await counted.toArray());
    });
  }

  tenants(): Promise<readonly string[]> {
    return this.database.read(async (session) => {
      const group = { _id: { tenant: '$tenant' }, secrets: { $sum: 1 } };
      const found = this.#secrets.aggregate<{ readonly _id: { readonly tenant: string } }>(
        [{ $match: {} }, { $group: group }],
        this.database.readOptions(session),
      );
      return (await found.toArray()).map(({ _id }) => _id.tenant);
    });
  }

  async erase(tenant: string, owner: string): Promise<void> {
    await this.database.transact(async (session) => {
      const options = this.database.writeOptions(session);
      await this.#enter(stripeId(tenant, stripeOf(owner)), session);
      await this.#markGone(goneOwnerId(tenant, owner), session);
      await this.#secrets.deleteMany({ tenant, owner }, { ...options, hint: BY_OWNER });
    });
  }

  async isErased(tenant: string, owner: string): Promise<boolean> {
    const _id = goneOwnerId(tenant, owner);
    return (await this.database.read((session) => this.#gone.findOne({ _id }, this.database.readOptions(session)))) !== null;
  }

  async keks(tenant: string): Promise<readonly WrappedKek[]> {
    return inOrder(await this.#keksBy({ tenant }));
  }

  async allKeks(): Promise<readonly WrappedKek[]> {
    return inOrder(await this.#keksBy({}));
  }

  addKek(kek: WrappedKek): Promise<WrappedKek> {
    const _id = `${kek.tenant}/${kek.generation}`;
    return this.database.write(async (session) => {
      const options = { ...this.database.writeOptions(session), upsert: true, returnDocument: 'after' } as const;
      return kekOf((await this.#keks.findOneAndUpdate({ _id }, { $setOnInsert: kekOf(kek) }, options)) as KekDocument);
    });
  }

  rewrapKek({ tenant, kekId, rootId, wrapped }: Pick<WrappedKek, 'tenant' | 'kekId' | 'rootId' | 'wrapped'>, fromRootId: string): Promise<boolean> {
    return this.database.write(async (session) => {
      const of = { tenant, kekId, rootId: fromRootId };
      return (await this.#keks.updateOne(of, { $set: { rootId, wrapped } }, this.database.writeOptions(session))).matchedCount > 0;
    });
  }

  async setKekState(tenant: string, kekId: string, state: KeyState): Promise<void> {
    await this.database.write((session) => this.#keks.updateOne({ tenant, kekId }, { $set: { state } }, this.database.writeOptions(session)));
  }

  async removeKek(tenant: string, kekId: string): Promise<void> {
    const removed = await this.database.transact(async (session) => {
      const options = this.database.writeOptions(session);
      const stripes = Array.from({ length: STRIPES }, (_, stripe) => enter(stripeId(tenant, stripe)));
      await this.#stripes.bulkWrite(stripes, { session, ordered: false });
      if ((await this.#secrets.findOne({ tenant, kekId }, { ...options, hint: BY_KEK })) !== null) return false;
      await this.#markGone(goneKekId(tenant, kekId), session);
      await this.#keks.deleteOne({ tenant, kekId }, options);
      return true;
    });
    if (!removed) throw new TypeError('secrets are wrapped under this key');
  }

  async cursor(name: string): Promise<string | null> {
    const found = await this.database.read((session) => this.#cursors.findOne({ _id: name }, this.database.readOptions(session)));
    return found?.position ?? null;
  }

  async keepCursor(name: string, position: string): Promise<void> {
    await this.database.write((session) =>
      this.#cursors.updateOne({ _id: name }, { $set: { position } }, { ...this.database.writeOptions(session), upsert: true }),
    );
  }

  close(): Promise<void> {
    return this.database.close();
  }

  /** Secrets under a key that was removed meanwhile are refused as a fault: nobody could ever unwrap them. */
  async #put(secret: WrappedSecret, session: ClientSession): Promise<WrappedSecret | undefined> {
    const { tenant, owner, kekId } = secret;
    await this.#enter(stripeId(tenant, stripeOf(owner)), session);
    const gone = await this.#goneOf([goneOwnerId(tenant, owner), goneKekId(tenant, kekId)], session);
    if (gone.includes(goneOwnerId(tenant, owner))) return undefined;
    if (gone.length > 0) throw new LedgerFault('keys-unavailable');
    const options = { ...this.database.writeOptions(session), upsert: true, returnDocument: 'after' } as const;
    const stored = await this.#secrets.findOneAndUpdate({ _id: secretId(secret) }, { $setOnInsert: secretOf({ ...secret, _id: '' }) }, options);
    return secretOf(stored as SecretDocument);
  }

  async #enter(stripe: string, session: ClientSession): Promise<void> {
    const { updateOne } = enter(stripe);
    await this.#stripes.updateOne(updateOne.filter, updateOne.update, { ...this.database.writeOptions(session), upsert: true });
  }

  async #goneOf(ids: readonly string[], session: ClientSession): Promise<string[]> {
    const found = await this.#gone.find({ _id: { $in: [...ids] } }, this.database.writeOptions(session)).toArray();
    return found.map(({ _id }) => _id);
  }

  async #markGone(_id: string, session: ClientSession): Promise<void> {
    await this.#gone.updateOne({ _id }, { $setOnInsert: { _id } }, { ...this.database.writeOptions(session), upsert: true });
  }

  #keksBy(filter: Filter<KekDocument>): Promise<WrappedKek[]> {
    return this.database.read(async (session) => (await this.#keks.find(filter, this.database.readOptions(session)).toArray()).map(kekOf));
  }

  async #declareIndexes(): Promise<void> {
    await this.database.write(async (session) => {
      const options = this.database.writeOptions(session);
      for (const index of [BY_OWNER, BY_KEK]) await this.#secrets.createIndex(index, options);
    });
  }
}

function enter(stripe: string) {
  return { updateOne: { filter: { _id: stripe }, update: { $inc: { changes: 1 } }, upsert: true } };
}

function inOrder(keks: readonly WrappedKek[]): WrappedKek[] {
  return [...keks].sort((left, right) => (left.tenant === right.tenant ? left.generation - right.generation : left.tenant < right.tenant ? -1 : 1));
}
