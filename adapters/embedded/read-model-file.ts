import type { Checkpoint, PageOptions, Row, Save } from '../../projections/ports.js';
import { type SqlRow, Sqlite } from './sqlite.js';

const CREATE = `
CREATE TABLE IF NOT EXISTS row (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, position TEXT NOT NULL, value TEXT NOT NULL, found_by TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS found_by (value TEXT NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (value, row)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS checkpoint (only INTEGER PRIMARY KEY CHECK (only = 1), position TEXT NOT NULL, events INTEGER NOT NULL, version INTEGER NOT NULL);
`;

/** The highest code point sorts after every key that begins with the prefix. */
const AFTER_ALL = '\u{10FFFF}';

/** One generation of one read model: a SQLite file of its own, so that dropping it gives its room back at once. */
export class ReadModelFile {
  readonly #db: Sqlite;
  readonly #statements;

  constructor(path: string) {
    // A read model can be rebuilt, and WAL keeps rows and checkpoint together: no need to wait for the disk on each save.
    this.#db = new Sqlite(path, { synchronous: 'NORMAL', cacheKib: 32_768 });
    this.#db.exec(CREATE);
    const prepare = (sql: string) => this.#db.prepare(sql);
    this.#statements = {
      get: prepare('SELECT key, position, value, found_by FROM row WHERE key = ?'),
      known: prepare('SELECT id, found_by FROM row WHERE key = ?'),
      insert: prepare('INSERT INTO row (key, position, value, found_by) VALUES (?, ?, ?, ?)'),
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
      lastId: prepare('SELECT last_insert_rowid() AS id'),
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
      for (const key of remove) this.#remove(key);
      for (const row of put) this.#put(row);
      this.#statements.setCheckpoint.run(checkpoint.position, checkpoint.events, checkpoint.version);
    });
  }

  close(): void {
    this.#db.close();
  }

  #put({ key, position, value, index }: Row): void {
    const found = JSON.stringify(index);
    const known = this.#statements.known.get(key);
    if (known === undefined) {
      this.#statements.insert.run(key, position, JSON.stringify(value), found);
      const id = Number(this.#statements.lastId.get()?.['id']);
      for (const name of index) this.#statements.index.run(name, id);
      return;
    }
    const id = Number(known['id']);
    this.#statements.update.run(position, JSON.stringify(value), found, id);
    if (known['found_by'] === found) return;
    const before = new Set(JSON.parse(String(known['found_by'])) as string[]);
    for (const name of index) if (!before.delete(name)) this.#statements.index.run(name, id);
    for (const name of before) this.#statements.unindex.run(name, id);
  }

  #remove(key: string): void {
    const known = this.#statements.known.get(key);
    if (known === undefined) return;
    const id = Number(known['id']);
    for (const name of JSON.parse(String(known['found_by'])) as string[]) this.#statements.unindex.run(name, id);
    this.#statements.remove.run(id);
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
