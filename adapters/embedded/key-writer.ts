import { parentPort, workerData } from 'node:worker_threads';
import type { WrappedSecret } from '../keys/key-store.js';
import type { BatchReply } from './group-commit.js';
import { createKeySchema, type KeyRequest, type KeyResult, SELECT_SECRET, secretOf } from './key-schema.js';
import { isDiskFull, Sqlite } from './sqlite.js';

/** Entry of the thread that owns the key store. */
const db = new Sqlite((workerData as { path: string }).path, { synchronous: 'FULL', cacheKib: 8192 });
createKeySchema(db);

const getSecret = db.prepare(SELECT_SECRET);
const putSecret = db.prepare('INSERT OR IGNORE INTO secret (tenant, owner, key_id, generation, kek_id, wrapped) VALUES (?, ?, ?, ?, ?, ?)');
const getClaim = db.prepare('SELECT patient FROM claim WHERE tenant = ? AND claim = ?');
const putClaim = db.prepare('INSERT INTO claim (tenant, claim, patient) VALUES (?, ?, ?)');

function put(secret: WrappedSecret): WrappedSecret {
  putSecret.run(secret.tenant, secret.owner, secret.keyId, secret.generation, secret.kekId, secret.wrapped);
  return secretOf(getSecret.get(secret.tenant, secret.owner)) as WrappedSecret;
}

function answer(request: KeyRequest): KeyResult {
  if (request.kind === 'put') return put(request.secret);
  const known = getClaim.get(request.tenant, request.claim);
  if (known !== undefined) return String(known['patient']);
  putClaim.run(request.tenant, request.claim, request.patientId);
  if (request.secret !== null) put(request.secret);
  return request.patientId;
}

function commit(requests: readonly KeyRequest[]): BatchReply<KeyResult> {
  try {
    return { results: db.transaction(() => requests.map(answer)) };
  } catch (fault) {
    return { fault: isDiskFull(fault) ? 'store-full' : 'keys-unavailable', why: fault instanceof Error ? fault.message : 'unknown' };
  }
}

parentPort?.on('message', (requests: readonly KeyRequest[] | null) => {
  if (requests !== null) {
    parentPort?.postMessage(commit(requests));
    return;
  }
  db.close();
  parentPort?.close();
});
