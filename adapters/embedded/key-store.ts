import { LedgerFault } from '../../domain/rejections.js';
import type { KeyState, KeyStore, Rewrap, SecretCount, WrappedKek, WrappedSecret } from '../keys/key-store.js';
import { GroupCommit } from './group-commit.js';
import type { KeyChange, KeyChanged } from './key-changes.js';
import { createKeySchema, KEK_COLUMNS, kekOf, SECRET_COLUMNS, secretOf } from './key-schema.js';
import { type Bindable, Sqlite, type SqlRow, type Statement } from './sqlite.js';

const CHANGE_BYTES = 512;

/** Wrapped keys in a SQLite file of their own; a thread writes it with group commit, reads are direct. */
export class EmbeddedKeyStore implements KeyStore {
  readonly #writer: GroupCommit<KeyChange, KeyChanged>;
  readonly #reader: Sqlite;
  readonly #statements = new Map<string, Statement>();
  #closed = false;

  constructor(path: string) {
    // The tables must be there before the reader opens; the writer thread finds them made.
    const setUp = new Sqlite(path);
    createKeySchema(setUp);
    setUp.close();
    this.#writer = new GroupCommit<KeyChange, KeyChanged>(new URL('./key-writer.js', import.meta.url), { path });
    this.#reader = new Sqlite(path, { readonly: true });
  }

  async secrets(tenant: string, owner: string): Promise<readonly WrappedSecret[]> {
    return this.#rows(`SELECT ${SECRET_COLUMNS} FROM key_secret WHERE tenant = ? AND owner = ? ORDER BY generation`, tenant, owner).map(secretOf);
  }

  async add(secret: WrappedSecret): Promise<WrappedSecret | undefined> {
    return ((await this.#submit({ kind: 'add', secret })) as WrappedSecret | null) ?? undefined;
  }

  async setState(tenant: string, owner: string, generation: number, state: KeyState): Promise<void> {
    await this.#submit({ kind: 'state', tenant, owner, generation, state });
  }

  async claim(tenant: string, claim: string, claimed: string, secret: WrappedSecret | null): Promise<string> {
    return (await this.#submit({ kind: 'claim', tenant, claim, claimed, secret })) as string;
  }

  async secretsUnder(tenant: string, kekId: string, page: { after: { owner: string; generation: number } | null; limit: number }) {
    const { owner, generation } = page.after ?? { owner: '', generation: 0 };
    const sql = `SELECT ${SECRET_COLUMNS} FROM key_secret WHERE tenant = ? AND kek_id = ? AND (owner, generation) > (?, ?) ORDER BY owner, generation LIMIT ?`;
    return this.#rows(sql, tenant, kekId, owner, generation, page.limit).map(secretOf);
  }

  async rewrap(changes: readonly Rewrap[]): Promise<number> {
    return (await this.#submit({ kind: 'rewrap', changes }, changes.length)) as number;
  }

  async countSecrets(tenant: string): Promise<readonly SecretCount[]> {
    return this.#rows('SELECT kek_id, state, COUNT(*) AS secrets FROM key_secret WHERE tenant = ? GROUP BY kek_id, state', tenant).map((row) => ({
      kekId: String(row['kek_id']),
      state: String(row['state']) as KeyState,
      secrets: Number(row['secrets']),
    }));
  }

  async tenants(): Promise<readonly string[]> {
    return this.#rows('SELECT DISTINCT tenant FROM key_secret').map((row) => String(row['tenant']));
  }

  async erase(tenant: string, owner: string): Promise<void> {
    await this.#submit({ kind: 'erase', tenant, owner });
  }

  async isErased(tenant: string, owner: string): Promise<boolean> {
    return this.#rows('SELECT owner FROM erased WHERE tenant = ? AND owner = ?', tenant, owner).length > 0;
  }

  async keks(tenant: string): Promise<readonly WrappedKek[]> {
    return this.#rows(`SELECT ${KEK_COLUMNS} FROM kek WHERE tenant = ? ORDER BY generation`, tenant).map(kekOf);
  }

  async allKeks(): Promise<readonly WrappedKek[]> {
    return this.#rows(`SELECT ${KEK_COLUMNS} FROM kek ORDER BY tenant, generation`).map(kekOf);
  }

  async addKek(kek: WrappedKek): Promise<WrappedKek> {
    return (await this.#submit({ kind: 'add-kek', kek })) as WrappedKek;
  }

  async rewrapKek({ tenant, kekId, rootId, wrapped }: Pick<WrappedKek, 'tenant' | 'kekId' | 'rootId' | 'wrapped'>, fromRootId: string): Promise<boolean> {
    return (await this.#submit({ kind: 'rewrap-kek', tenant, kekId, rootId, wrapped, fromRootId })) as boolean;
  }

  async setKekState(tenant: string, kekId: string, state: KeyState): Promise<void> {
    await this.#submit({ kind: 'kek-state', tenant, kekId, state });
  }

  async removeKek(tenant: string, kekId: string): Promise<void> {
    if (!(await this.#submit({ kind: 'remove-kek', tenant, kekId }))) throw new TypeError('secrets are still wrapped under this key');
  }

  async cursor(name: string): Promise<string | null> {
    const [row] = this.#rows('SELECT position FROM cursor WHERE name = ?', name);
    return row === undefined ? null : String(row['position']);
  }

  async keepCursor(name: string, position: string): Promise<void> {
    await this.#submit({ kind: 'cursor', name, position });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#writer.close();
    this.#reader.close();
  }

  #rows(sql: string, ...values: Bindable[]): SqlRow[] {
    if (this.#closed) throw new LedgerFault('keys-unavailable');
    try {
      const statement = this.#statements.get(sql) ?? this.#reader.prepare(sql);
      this.#statements.set(sql, statement);
      return statement.all(...values);
    } catch (cause) {
      throw new LedgerFault('keys-unavailable', { cause });
    }
  }

  /** The group commit speaks of a store that is gone; which one it is, is known here. */
  async #submit(change: KeyChange, rows = 1): Promise<KeyChanged> {
    try {
      return await this.#writer.submit(change, CHANGE_BYTES * rows);
    } catch (fault) {
      const gone = fault instanceof LedgerFault && fault.code === 'store-unavailable';
      throw gone ? new LedgerFault('keys-unavailable', { cause: fault }) : fault;
    }
  }
}
