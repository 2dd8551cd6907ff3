import { hkdfSync } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { readConfig } from '../../adapters/config.js';
import { KEK_COLUMNS, kekOf, SECRET_COLUMNS, secretOf } from '../../adapters/embedded/key-schema.js';
import { Sqlite } from '../../adapters/embedded/sqlite.js';
import { openRootKeys } from '../../adapters/keys/open-root.js';
import { TenantKeks } from '../../adapters/keys/tenant-keks.js';
import { layout, openKeyStore } from '../../adapters/stores.js';
import { OPEN_SCOPES } from '../../schemas/phi/scopes.js';
import type { Json } from '../support/client.js';
import type { Secret } from '../support/search.js';

const KEY_BYTES = 32;

/** The keys of a ledger, all of them, and the two files that are their homes. */
export interface Keyring {
  readonly secrets: readonly Secret[];
  /** Each secret as it lies wrapped in the key store, by its owner. */
  readonly wrapped: ReadonlyMap<string, readonly string[]>;
}

/** The files in which a key may stand: the root key's own, and that of the development issuer, who signs tokens with it. */
export function homesOfKeys(dataDir: string): ReadonlySet<string> {
  const { root, issuerFile } = readConfig({ DATA_DIR: dataDir });
  return new Set([...(root.provider === 'file' ? [root.path] : []), issuerFile]);
}

/** Opens a copy of the key store as the ledger would, and takes out every key that is in use: the process may be running. */
export async function keyringOf(dataDir: string): Promise<Keyring> {
  const copy = mkdtempSync(join(tmpdir(), 'keyring-'));
  try {
    // What is written down of uses comes and goes, and holds no key: that is searched for.
    const uses = layout.keyUses(dataDir);
    cpSync(join(dataDir, 'keys'), join(copy, 'keys'), { recursive: true, filter: (path) => !path.startsWith(uses) });
    return await readKeyring(copy);
  } finally {
    rmSync(copy, { recursive: true });
  }
}

async function readKeyring(dataDir: string): Promise<Keyring> {
  const config = readConfig({ DATA_DIR: dataDir });
  const secrets: Secret[] = [...homesOfKeys(dataDir)].flatMap((file) => keysIn(file));
  const wrapped = new Map<string, string[]>();
  const db = new Sqlite(layout.keys(dataDir));
  const rows = db.prepare(`SELECT ${SECRET_COLUMNS} FROM key_secret`).all().map(secretOf);
  const keks = db.prepare(`SELECT ${KEK_COLUMNS} FROM kek`).all().map(kekOf);
  db.close();
  const [store, root] = [await openKeyStore(config), await openRootKeys(config.root)];
  const opening = new TenantKeks(store, root, Date.now);
  for (const kek of keks) {
    const context = JSON.stringify(['kek', kek.tenant, kek.kekId, kek.generation]);
    secrets.push({ name: `the key-encryption key of ${kek.tenant}`, bytes: Buffer.from(await root.unwrap(kek, context)) });
  }
  for (const row of rows) {
    const secret = Buffer.from(await opening.unwrap(row));
    secrets.push({ name: `the secret of ${row.owner}`, bytes: secret }, ...derivedFrom(secret, row.owner, row.generation));
    wrapped.set(row.owner, [...(wrapped.get(row.owner) ?? []), row.wrapped]);
  }
  opening.wipe();
  await store.close();
  await root.close();
  return { secrets, wrapped };
}

/** Every text in the file that could be a key of 256 bits. */
function keysIn(path: string): Secret[] {
  const found: Secret[] = [];
  const look = (value: Json) => {
    if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) look(inner);
    else if (typeof value === 'string') {
      const bytes = Buffer.from(value, 'base64url');
      if (bytes.length === KEY_BYTES) found.push({ name: `a key of ${basename(path)}`, bytes });
    }
  };
  look(JSON.parse(readFileSync(path, 'utf8')));
  return found;
}

/** What seals, and what names facts, is derived: it may lie nowhere either. */
function derivedFrom(secret: Buffer, owner: string, generation: number): Secret[] {
  const uses = ['cl/v1/fact/names/1', ...[...OPEN_SCOPES].map((scope) => `cl/v2/seal/${scope}/${generation}`)];
  return uses.map((use) => ({ name: `the key ${use} of ${owner}`, bytes: Buffer.from(hkdfSync('sha256', secret, new Uint8Array(0), use, KEY_BYTES)) }));
}
