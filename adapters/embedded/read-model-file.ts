import type { Checkpoint, PageOptions, Row, Save } from '../../projections/ports.js';
import { type Bindable, Sqlite, type SqlRow, type Statement } from './sqlite.js';

const CREATE = `
CREATE TABLE IF NOT EXISTS row (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, position TEXT NOT NULL, value TEXT NOT NULL, found_by TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS found_by (value TEXT NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (value, row)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS checkpoint (only INTEGER PRIMARY KEY CHECK (only = 1), position TEXT NOT NULL, events INTEGER NOT NULL, version INTEGER NOT NULL);
`;

/** The highest code point sorts after every key that begins with the prefix. */
const AFTER_ALL = '\u{10FFFF}';

/** Rows or index entries that one INSERT takes. */
const TUPLES_A_STATEMENT = 25;

interface Known {
  readonly id: number;
  readonly foundBy: string;
}

/** One generation of one read model: a SQLite file of its own, so that dropping it gives its room back at once. */
export class ReadModelFile {
  readonly #db: Sqlite;
  readonly #statements;
  readonly #inserts = new Map<string, Statement>();

  /**
   * A read model can be rebuilt, and WAL keeps rows and checkpoint together: no need to wait for the disk on each save. While a
   * generation is being built nobody reads it, and an interrupted build is begun anew: then it needs no journal either. `overwrites`:
   * what is removed is overwritten, and does not lie about in a free page.
   */
  constructor(path: string, building = false, overwrites = false) {
    this.#db = new Sqlite(path, { synchronous: 'NORMAL', cacheKib: 32_768, expendable: building });
    if (overwrites) this.#db.exec('PRAGMA secure_delete = ON');
    this.#db.exec(CREATE);
    const prepare = (sql: string) => this.#db.prepare(sql);
    this.#statements = {
      get: prepare('SELECT key, position, value, found_by FROM row WHERE key = ?'),
      known: prepare('SELECT key, id, found_by FROM row WHERE key IN (SELECT value FROM json_each(?))'),
      update: prepare('UPDATE row SET position = ?, value = ?, found_by = ? WHERE id = ?'),
      remove: prepare('DELETE FROM row WHERE id = ?'),
      index: prepare('INSERT OR IGNORE INTO found_by (value, row) VALUES (?, ?)'),
      unindex: prepare('DELETE FROM found_by WHERE value = ? AND row = ?'),
      // One lower bound: of two, SQLite takes the first for its search, and reads its way from there.
      byPrefix: prepare('SELECT key, position, value, found_by FROM row WHERE key >= max(?, ?) AND key < ? AND key <> ? ORDER BY key LIMIT ?'),
      byIndex: prepare(
        'SELECT r.key, r.position, r.value, r.found_by FROM found_by f JOIN row r ON r.id = f.row WHERE f.value = ? AND r.key > ? ORDER BY r.key LIMIT ?',
      ),
      keysByIndex: prepare('SELECT wanted.key AS nth, r.key FROM json_each(?) wanted JOIN found_by f ON f.value = wanted.value JOIN row r ON r.id = f.row'),
      checkpoint: prepare('SELECT position, events, version FROM checkpoint'),
      setCheckpoint: prepare('INSERT OR REPLACE INTO checkpoint (only, position, events, version) VALUES (1, ?, ?, ?)'),
      lastId: prepare('SELECT max(id) AS id FROM row'),
    };
  }

  get(keys: readonly string[]): (Row | undefined)[] {
    return keys.map((key) => rowOf(this.#statements.get.get(key)));
  }

  byPrefix(prefix: string, { after, limit }: PageOptions): Row[] {
    return this.#statements.byPrefix.all(after ?? '', prefix, prefix + AFTER_ALL, after ?? '', limit).map((row) => rowOf(row) as Row);
  }

  byIndex(value: string, { after, limit }: PageOptions): Row[] {
    return this.#statements.byIndex.all(value, after ?? '', limit).map((row) => rowOf(row) as Row);
  }

  keysByIndex(values: readonly string[]): string[][] {
    const keys: string[][] = values.map(() => []);
    for (const row of this.#statements.keysByIndex.all(JSON.stringify(values))) keys[Number(row['nth'])]?.push(String(row['key']));
    return keys;
  }

  checkpoint(): Checkpoint | null {
    const row = this.#statements.checkpoint.get();
    return row === undefined ? null : { position: String(row['position']), events: Number(row['events']), version: Number(row['version']) };
  }

  save({ put, remove, checkpoint }: Save): void {
    this.#db.transaction(() => {
      const known = this.#known([...remove, ...put.map((row) => row.key)]);
      for (const key of remove) {
        this.#remove(known.get(key));
        known.delete(key);
      }
      const fresh = put.filter((row) => !known.has(row.key));
      for (const row of put) this.#update(row, known.get(row.key));
      this.#insert(fresh);
      this.#statements.setCheckpoint.run(checkpoint.position, checkpoint.events, checkpoint.version);
    });
  }

  /** Brings what the journal holds into the file and cuts the journal off, with all that it still held of removed rows. */
  purge(): boolean {
    return Number(this.#db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.['busy']) === 0;
  }

  close(): void {
    this.#db.close();
  }

  #known(keys: readonly string[]): Map<string, Known> {
    const rows = keys.length === 0 ? [] : this.#statements.known.all(JSON.stringify(keys));
    return new Map(rows.map((row) => [String(row['key']), { id: Number(row['id']), foundBy: String(row['found_by']) }]));
  }

  /** New rows, many a statement: each call of the driver costs as much as what SQLite then does. */
  #insert(rows: readonly Row[]): void {
    let id = Number(this.#statements.lastId.get()?.['id'] ?? 0);
    const entries: [value: string, row: number][] = [];
    const tuples = rows.map(({ key, position, value, index }) => {
      id += 1;
      for (const name of index) entries.push([name, id]);
      return [id, key, position, JSON.stringify(value), JSON.stringify(index)];
    });
    this.#insertMany('INSERT INTO row (id, key, position, value, found_by) VALUES', tuples);
    this.#insertMany('INSERT OR IGNORE INTO found_by (value, row) VALUES', entries);
  }

  #insertMany(sql: string, tuples: readonly (readonly Bindable[])[]): void {
    for (let from = 0; from < tuples.length; from += TUPLES_A_STATEMENT) {
      const chunk = tuples.slice(from, from + TUPLES_A_STATEMENT);
      const width = chunk[0]?.length ?? 0;
      const text = `${sql} ${chunk.map(() => `(${'?, '.repeat(width - 1)}?)`).join(', ')}`;
      this.#statementOf(text).run(...chunk.flat());
    }
  }

  #statementOf(sql: string): Statement {
    const known = this.#inserts.get(sql);
    if (known !== undefined) return known;
    const fresh = this.#db.prepare(sql);
    this.#inserts.set(sql, fresh);
    return fresh;
  }

  #update({ position, value, index }: Row, known: Known | undefined): void {
    if (known === undefined) return;
    const { id, foundBy } = known;
    const found = JSON.stringify(index);
    this.#statements.update.run(position, JSON.stringify(value), found, id);
    if (foundBy === found) return;
    const before = new Set(JSON.parse(foundBy) as string[]);
    for (const name of index) if (!before.delete(name)) this.#statements.index.run(name, id);
    for (const name of before) this.#statements.unindex.run(name, id);
  }

  #remove(known: Known | undefined): void {
    if (known === undefined) return;
    for (const name of JSON.parse(known.foundBy) as string[]) this.#statements.unindex.run(name, known.id);
    this.#statements.remove.run(known.id);
  }
}

function rowOf(row: SqlRow | undefined): Row | undefined {
  if (row === undefined) return undefined;
  return {
    key: String(row['key']),
    position: String(row['position']),
    value: JSON.parse(String(row['value'])),
    index: JSON.parse(String(row['found_by'])) as string[],
  };
}
