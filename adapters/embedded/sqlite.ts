import Database from 'libsql';

export type Bindable = string | number | bigint | Buffer | null;
export type SqlRow = Record<string, unknown>;

export interface Statement {
  run(...values: Bindable[]): void;
  all(...values: Bindable[]): SqlRow[];
  get(...values: Bindable[]): SqlRow | undefined;
}

export interface SqliteOptions {
  readonly readonly?: boolean;
  readonly synchronous?: 'FULL' | 'NORMAL' | 'OFF';
  readonly cacheKib?: number;
  /** No journal and no waiting for the disk: for a file that is made anew when making it is interrupted. */
  readonly expendable?: boolean;
  /** The file is only a lock: no WAL, whose readers an exclusive transaction would let in, and no waiting for it. */
  readonly locks?: boolean;
}

/**
 * The only place that touches the driver. It lets through only what the driver takes safely: a boolean or an object as a
 * bind would abort the whole process. The SQL is plain SQLite, so that another driver can take this one's place.
 */
export class Sqlite {
  readonly #db: Database.Database;

  constructor(path: string, options: SqliteOptions = {}) {
    this.#db = new Database(path, options.readonly === true ? { readonly: true } : {});
    if (options.locks === true) return;
    // First of all: choosing the journal may already have to wait for another connection.
    this.#db.exec('PRAGMA busy_timeout = 5000');
    if (options.readonly !== true) {
      this.#db.exec(`PRAGMA journal_mode = ${options.expendable === true ? 'OFF' : 'WAL'}`);
      this.#db.exec(`PRAGMA synchronous = ${options.expendable === true ? 'OFF' : (options.synchronous ?? 'FULL')}`);
      this.#db.exec('PRAGMA wal_autocheckpoint = 10000');
    }
    this.#db.exec(`PRAGMA cache_size = -${options.cacheKib ?? 16_384}`);
  }

  exec(sql: string): void {
    this.#db.exec(sql);
  }

  prepare(sql: string): Statement {
    const statement = this.#db.prepare(sql);
    return {
      run: (...values) => {
        statement.run(checked(values));
      },
      all: (...values) => statement.all(checked(values)) as SqlRow[],
      get: (...values) => statement.get(checked(values)) as SqlRow | undefined,
    };
  }

  /** All or nothing. Whatever `work` throws is thrown on after the roll-back. */
  transaction<T>(work: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE');
    let result: T;
    try {
      result = work();
      this.#db.exec('COMMIT');
    } catch (fault) {
      if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
      throw fault;
    }
    return result;
  }

  close(): void {
    this.#db.close();
  }
}

function checked(values: readonly Bindable[]): Bindable[] {
  for (const value of values) {
    const kind = typeof value;
    const fine = value === null || kind === 'string' || kind === 'number' || kind === 'bigint' || Buffer.isBuffer(value);
    if (!fine) throw new TypeError(`cannot bind a ${kind} to a statement`);
  }
  return values as Bindable[];
}

/** Did the disk run full? SQLite says so in words. */
export function isDiskFull(fault: unknown): boolean {
  return fault instanceof Error && /database or disk is full|SQLITE_FULL|ENOSPC|disk I\/O error/i.test(fault.message);
}
