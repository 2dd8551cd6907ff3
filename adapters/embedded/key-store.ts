import { LedgerFault } from '../../domain/rejections.js';
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
  #closed = false;

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
    if (this.#closed) throw new LedgerFault('keys-unavailable');
    try {
      return secretOf(this.#get.get(tenant, owner));
    } catch (cause) {
      throw new LedgerFault('keys-unavailable', { cause });
    }
  }

  async putIfAbsent(secret: WrappedSecret): Promise<WrappedSecret> {
    return (await this.#submit({ kind: 'put', secret })) as WrappedSecret;
  }

  async claim(tenant: string, claim: string, patientId: string, secret: WrappedSecret | null): Promise<string> {
    return (await this.#submit({ kind: 'claim', tenant, claim, patientId, secret })) as string;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#writer.close();
    this.#reader.close();
  }

  /** The group commit speaks of a store that is gone; which one it is, is known here. */
  async #submit(request: KeyRequest): Promise<KeyResult> {
    try {
      return await this.#writer.submit(request, REQUEST_BYTES);
    } catch (fault) {
      const gone = fault instanceof LedgerFault && fault.code === 'store-unavailable';
      throw gone ? new LedgerFault('keys-unavailable', { cause: fault }) : fault;
    }
  }
}
