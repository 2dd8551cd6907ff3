import type { KeyStore, WrappedSecret } from '../keys/key-store.js';
import { GroupCommit } from './group-commit.js';
import { createKeySchema, type KeyRequest, type KeyResult, SELECT_SECRET, secretOf } from './key-schema.js';
import { Sqlite, type Statement } from './sqlite.js';

const REQUEST_BYTES = 512;

/** Wrapped secrets in a SQLite file of their own; a thread writes it with group commit, reads are direct. */
export class EmbeddedKeyStore implements KeyStore {
  readonly #writer: GroupCommit<KeyRequest, KeyResult>;
  readonly #reader: Sqlite;
  readonly #get: Statement;

  constructor(path: string) {
    // The tables must be there before the reader opens; the writer thread finds them made.
    const setUp = new Sqlite(path);
    createKeySchema(setUp);
    setUp.close();
    this.#writer = new GroupCommit<KeyRequest, KeyResult>(new URL('./key-writer.js', import.meta.url), { path });
    this.#reader = new Sqlite(path, { readonly: true });
    this.#get = this.#reader.prepare(SELECT_SECRET);
  }

  async get(tenant: string, owner: string): Promise<WrappedSecret | undefined> {
    return secretOf(this.#get.get(tenant, owner));
  }

  async putIfAbsent(secret: WrappedSecret): Promise<WrappedSecret> {
    return (await this.#writer.submit({ kind: 'put', secret }, REQUEST_BYTES)) as WrappedSecret;
  }

  async claim(tenant: string, claim: string, patientId: string, secret: WrappedSecret | null): Promise<string> {
    return (await this.#writer.submit({ kind: 'claim', tenant, claim, patientId, secret }, REQUEST_BYTES)) as string;
  }

  async close(): Promise<void> {
    await this.#writer.close();
    this.#reader.close();
  }
}
