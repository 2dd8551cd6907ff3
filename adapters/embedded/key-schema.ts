import type { WrappedSecret } from '../keys/key-store.js';
import type { Sqlite } from './sqlite.js';

export type KeyRequest =
  | { readonly kind: 'put'; readonly secret: WrappedSecret }
  | { readonly kind: 'claim'; readonly tenant: string; readonly claim: string; readonly patientId: string; readonly secret: WrappedSecret | null };

/** The stored secret of a `put`, the patient id of a `claim`. */
export type KeyResult = WrappedSecret | string;

export function createKeySchema(db: Sqlite): void {
  // Deleted rows are overwritten: a destroyed key must not lie about in a free page.
  db.exec('PRAGMA secure_delete = ON');
  db.exec(`CREATE TABLE IF NOT EXISTS secret (
    tenant TEXT NOT NULL, owner TEXT NOT NULL, key_id TEXT NOT NULL, generation INTEGER NOT NULL, kek_id TEXT NOT NULL, wrapped TEXT NOT NULL,
    PRIMARY KEY (tenant, owner)) WITHOUT ROWID`);
  db.exec('CREATE TABLE IF NOT EXISTS claim (tenant TEXT NOT NULL, claim TEXT NOT NULL, patient TEXT NOT NULL, PRIMARY KEY (tenant, claim)) WITHOUT ROWID');
}

export const SELECT_SECRET = 'SELECT tenant, owner, key_id, generation, kek_id, wrapped FROM secret WHERE tenant = ? AND owner = ?';

export function secretOf(row: Record<string, unknown> | undefined): WrappedSecret | undefined {
  if (row === undefined) return undefined;
  return {
    tenant: String(row['tenant']),
    owner: String(row['owner']),
    keyId: String(row['key_id']),
    generation: Number(row['generation']),
    kekId: String(row['kek_id']),
    wrapped: String(row['wrapped']),
  };
}
