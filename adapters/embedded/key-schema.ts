import type { KeyState, WrappedKek, WrappedSecret } from '../keys/key-store.js';
import type { Sqlite, SqlRow } from './sqlite.js';

/** Tables of the key store. A file from before tenants had keys of their own is brought over, its rows under the root key as they are. */
export function createKeySchema(db: Sqlite): void {
  // Deleted rows are overwritten: a destroyed key must not lie about in a free page.
  db.exec('PRAGMA secure_delete = ON');
  db.transaction(() => {
    db.exec(`CREATE TABLE IF NOT EXISTS key_secret (
      tenant TEXT NOT NULL, owner TEXT NOT NULL, generation INTEGER NOT NULL, key_id TEXT NOT NULL, kek_id TEXT NOT NULL, wrapped TEXT NOT NULL,
      state TEXT NOT NULL, created_at TEXT NOT NULL, PRIMARY KEY (tenant, owner, generation)) WITHOUT ROWID`);
    db.exec('CREATE INDEX IF NOT EXISTS key_secret_kek ON key_secret (tenant, kek_id, owner, generation)');
    db.exec(`CREATE TABLE IF NOT EXISTS kek (
      tenant TEXT NOT NULL, kek_id TEXT NOT NULL, generation INTEGER NOT NULL, root_id TEXT NOT NULL, wrapped TEXT NOT NULL,
      state TEXT NOT NULL, created_at TEXT NOT NULL, PRIMARY KEY (tenant, kek_id), UNIQUE (tenant, generation)) WITHOUT ROWID`);
    db.exec('CREATE TABLE IF NOT EXISTS claim (tenant TEXT NOT NULL, claim TEXT NOT NULL, patient TEXT NOT NULL, PRIMARY KEY (tenant, claim)) WITHOUT ROWID');
    db.exec('CREATE TABLE IF NOT EXISTS erased (tenant TEXT NOT NULL, owner TEXT NOT NULL, PRIMARY KEY (tenant, owner)) WITHOUT ROWID');
    db.exec('CREATE TABLE IF NOT EXISTS cursor (name TEXT PRIMARY KEY, position TEXT NOT NULL) WITHOUT ROWID');
    const old = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'secret'").get();
    if (old === undefined) return;
    db.exec(`INSERT OR IGNORE INTO key_secret SELECT tenant, owner, generation, key_id, kek_id, wrapped, 'active', '' FROM secret`);
    db.exec('DROP TABLE secret');
  });
}

export const SECRET_COLUMNS = 'tenant, owner, generation, key_id, kek_id, wrapped, state, created_at';
export const KEK_COLUMNS = 'tenant, kek_id, generation, root_id, wrapped, state, created_at';

export function secretOf(row: SqlRow): WrappedSecret {
  return {
    tenant: String(row['tenant']),
    owner: String(row['owner']),
    generation: Number(row['generation']),
    keyId: String(row['key_id']),
    kekId: String(row['kek_id']),
    wrapped: String(row['wrapped']),
    state: String(row['state']) as KeyState,
    createdAt: String(row['created_at']),
  };
}

export function kekOf(row: SqlRow): WrappedKek {
  return {
    tenant: String(row['tenant']),
    kekId: String(row['kek_id']),
    generation: Number(row['generation']),
    rootId: String(row['root_id']),
    wrapped: String(row['wrapped']),
    state: String(row['state']) as KeyState,
    createdAt: String(row['created_at']),
  };
}
