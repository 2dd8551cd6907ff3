import type { ClientSession, Collection } from 'mongodb';
import type { KeyStore, WrappedSecret } from '../keys/key-store.js';
import { databaseOf, MONGO_LIMITS, type MongoLimits } from './connect.js';
import { Database } from './database.js';

interface SecretDocument extends WrappedSecret {
  _id: string;
}

interface ClaimDocument {
  _id: string;
  patientId: string;
}

/**
 * Wrapped secrets in MongoDB: `secrets` and `claims`, in a database of their own, so that they can be backed up, and
 * guarded, apart from everything else. A secret that is deleted stays readable in the replica set's oplog until that has
 * turned over, and in backups: erasure counts from then.
 */
export class MongoKeyStore implements KeyStore {
  readonly #secrets: Collection<SecretDocument>;
  readonly #claims: Collection<ClaimDocument>;

  private constructor(private readonly database: Database) {
    this.#secrets = database.collection('secrets');
    this.#claims = database.collection('claims');
  }

  /** Uses a database beside the one that the URL names: `{name}-keys`. */
  static async connect(url: string, limits: MongoLimits = MONGO_LIMITS): Promise<MongoKeyStore> {
    return new MongoKeyStore(await Database.open(url, `${databaseOf(url)}-keys`, 'keys-unavailable', limits));
  }

  get(tenant: string, owner: string): Promise<WrappedSecret | undefined> {
    return this.database.read(async (session) => {
      const found = await this.#secrets.findOne({ _id: `${tenant}/${owner}` }, this.database.readOptions(session));
      return found === null ? undefined : secretOf(found);
    });
  }

  putIfAbsent(secret: WrappedSecret): Promise<WrappedSecret> {
    return this.database.write((session) => this.#put(secret, session));
  }

  async claim(tenant: string, claim: string, patientId: string, secret: WrappedSecret | null): Promise<string> {
    const _id = `${tenant}/${claim}`;
    // Most claims are old ones, and a claim never changes: what a majority holds is the answer.
    const known = await this.database.read((session) => this.#claims.findOne({ _id }, this.database.readOptions(session)));
    if (known !== null) return known.patientId;
    return this.database.transact(async (session) => {
      const options = this.database.writeOptions(session);
      const first = await this.#claims.findOneAndUpdate({ _id }, { $setOnInsert: { patientId } }, { ...options, upsert: true });
      if (first !== null) return first.patientId;
      if (secret !== null) await this.#put(secret, session);
      return patientId;
    });
  }

  close(): Promise<void> {
    return this.database.close();
  }

  async #put(secret: WrappedSecret, session: ClientSession): Promise<WrappedSecret> {
    const { tenant, owner, keyId, generation, kekId, wrapped } = secret;
    const options = { ...this.database.writeOptions(session), upsert: true, returnDocument: 'after' } as const;
    const fresh = { tenant, owner, keyId, generation, kekId, wrapped };
    return secretOf((await this.#secrets.findOneAndUpdate({ _id: `${tenant}/${owner}` }, { $setOnInsert: fresh }, options)) as SecretDocument);
  }
}

function secretOf({ tenant, owner, keyId, generation, kekId, wrapped }: WrappedSecret): WrappedSecret {
  return { tenant, owner, keyId, generation, kekId, wrapped };
}
