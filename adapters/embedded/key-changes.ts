import type { KeyState, Rewrap, WrappedKek, WrappedSecret } from '../keys/key-store.js';
import { KEK_COLUMNS, kekOf, SECRET_COLUMNS, secretOf } from './key-schema.js';
import type { Sqlite, SqlRow } from './sqlite.js';

/** What the key store's thread is asked to change. */
export type KeyChange =
  | { readonly kind: 'add'; readonly secret: WrappedSecret }
  | { readonly kind: 'claim'; readonly tenant: string; readonly claim: string; readonly claimed: string; readonly secret: WrappedSecret | null }
  | { readonly kind: 'state'; readonly tenant: string; readonly owner: string; readonly generation: number; readonly state: KeyState }
  | { readonly kind: 'rewrap'; readonly changes: readonly Rewrap[] }
  | { readonly kind: 'erase'; readonly tenant: string; readonly owner: string }
  | { readonly kind: 'add-kek'; readonly kek: WrappedKek }
  | {
      readonly kind: 'rewrap-kek';
      readonly tenant: string;
      readonly kekId: string;
      readonly fromRootId: string;
      readonly rootId: string;
      readonly wrapped: string;
    }
  | { readonly kind: 'kek-state'; readonly tenant: string; readonly kekId: string; readonly state: KeyState }
  | { readonly kind: 'remove-kek'; readonly tenant: string; readonly kekId: string }
  | { readonly kind: 'cursor'; readonly name: string; readonly position: string };

/** The stored secret or key, what a claim is bound to, a number of rows, or whether anything was changed. */
export type KeyChanged = WrappedSecret | WrappedKek | string | number | boolean | null;

/** How each change is made, inside the transaction of its batch. */
export function keyChanges(db: Sqlite): (change: KeyChange) => KeyChanged {
  const isErased = db.prepare('SELECT 1 FROM erased WHERE tenant = ? AND owner = ?');
  const getSecret = db.prepare(`SELECT ${SECRET_COLUMNS} FROM key_secret WHERE tenant = ? AND owner = ? AND generation = ?`);
  const putSecret = db.prepare(`INSERT OR IGNORE INTO key_secret (${SECRET_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
  const setState = db.prepare('UPDATE key_secret SET state = ? WHERE tenant = ? AND owner = ? AND generation = ?');
  const rewrap = db.prepare(
    'UPDATE key_secret SET kek_id = ?, wrapped = ?, state = COALESCE(?, state) WHERE tenant = ? AND owner = ? AND generation = ? AND kek_id = ?',
  );
  const getClaim = db.prepare('SELECT patient FROM claim WHERE tenant = ? AND claim = ?');
  const putClaim = db.prepare('INSERT INTO claim (tenant, claim, patient) VALUES (?, ?, ?)');
  const dropSecrets = db.prepare('DELETE FROM key_secret WHERE tenant = ? AND owner = ?');
  const putErased = db.prepare('INSERT OR IGNORE INTO erased (tenant, owner) VALUES (?, ?)');
  const getKek = db.prepare(`SELECT ${KEK_COLUMNS} FROM kek WHERE tenant = ? AND generation = ?`);
  const putKek = db.prepare(`INSERT OR IGNORE INTO kek (${KEK_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)`);
  const rewrapKek = db.prepare('UPDATE kek SET root_id = ?, wrapped = ? WHERE tenant = ? AND kek_id = ? AND root_id = ?');
  const setKekState = db.prepare('UPDATE kek SET state = ? WHERE tenant = ? AND kek_id = ?');
  const anyUnder = db.prepare('SELECT 1 FROM key_secret WHERE tenant = ? AND kek_id = ? LIMIT 1');
  const dropKek = db.prepare('DELETE FROM kek WHERE tenant = ? AND kek_id = ?');
  const keepCursor = db.prepare('INSERT INTO cursor (name, position) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET position = excluded.position');
  const changed = db.prepare('SELECT changes() AS changes');
  const changes = () => Number(changed.get()?.['changes']);

  const add = (secret: WrappedSecret): WrappedSecret | null => {
    const { tenant, owner, generation, keyId, kekId, wrapped, state, createdAt } = secret;
    if (isErased.get(tenant, owner) !== undefined) return null;
    putSecret.run(tenant, owner, generation, keyId, kekId, wrapped, state, createdAt);
    return secretOf(getSecret.get(tenant, owner, generation) as SqlRow);
  };

  const rewrapOne = ({ tenant, owner, generation, fromKekId, kekId, wrapped, state }: Rewrap): number => {
    rewrap.run(kekId, wrapped, state, tenant, owner, generation, fromKekId);
    return changes();
  };

  return (change) => {
    switch (change.kind) {
      case 'add':
        return add(change.secret);
      case 'claim': {
        const known = getClaim.get(change.tenant, change.claim);
        if (known !== undefined) return String(known['patient']);
        putClaim.run(change.tenant, change.claim, change.claimed);
        if (change.secret !== null) add(change.secret);
        return change.claimed;
      }
      case 'state':
        setState.run(change.state, change.tenant, change.owner, change.generation);
        return null;
      case 'rewrap':
        return change.changes.reduce((sum, one) => sum + rewrapOne(one), 0);
      case 'erase':
        dropSecrets.run(change.tenant, change.owner);
        putErased.run(change.tenant, change.owner);
        return null;
      case 'add-kek': {
        const { tenant, kekId, generation, rootId, wrapped, state, createdAt } = change.kek;
        putKek.run(tenant, kekId, generation, rootId, wrapped, state, createdAt);
        return kekOf(getKek.get(tenant, generation) as SqlRow);
      }
      case 'rewrap-kek':
        rewrapKek.run(change.rootId, change.wrapped, change.tenant, change.kekId, change.fromRootId);
        return changes() > 0;
      case 'kek-state':
        setKekState.run(change.state, change.tenant, change.kekId);
        return null;
      case 'remove-kek':
        if (anyUnder.get(change.tenant, change.kekId) !== undefined) return false;
        dropKek.run(change.tenant, change.kekId);
        return true;
      case 'cursor':
        keepCursor.run(change.name, change.position);
        return null;
    }
  };
}
