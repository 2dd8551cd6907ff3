import { parentPort, workerData } from 'node:worker_threads';
import { createEventSchema, type WriteRequest, type WriteResult } from './event-schema.js';
import type { BatchReply } from './group-commit.js';
import { isDiskFull, Sqlite } from './sqlite.js';

/** Entry of the thread that owns the event log: one transaction, one `fsync`, for each batch it is handed. */
interface Head {
  readonly streamId: number;
  revision: number;
}

const STREAMS_REMEMBERED = 200_000;

const { path, head } = workerData as { path: string; head: SharedArrayBuffer };
const db = new Sqlite(path, { synchronous: 'FULL', cacheKib: 65_536 });
createEventSchema(db);

const insert = db.prepare('INSERT INTO event (position, stream, revision, type, body) VALUES (?, ?, ?, ?, ?)');
const addStream = db.prepare('INSERT INTO stream (name) VALUES (?)');
const findStream = db.prepare('SELECT id FROM stream WHERE name = ?');
const lastRevision = db.prepare('SELECT max(revision) AS revision FROM event WHERE stream = ?');
const bodiesFrom = db.prepare('SELECT position, body FROM event WHERE stream = ? AND revision > ? ORDER BY revision LIMIT ?');
const lastPosition = db.prepare('SELECT max(position) AS position FROM event');

const heads = new Map<string, Head>();
const published = new BigInt64Array(head);
let position = Number(lastPosition.get()?.['position'] ?? 0);
publish();

function publish(): void {
  Atomics.store(published, 0, BigInt(position));
  Atomics.notify(published, 0);
}

function headOf(stream: string): Head | undefined {
  const known = heads.get(stream);
  if (known !== undefined) return known;
  const row = findStream.get(stream);
  if (row === undefined) return undefined;
  const streamId = Number(row['id']);
  const found = { streamId, revision: Number(lastRevision.get(streamId)?.['revision'] ?? -1) };
  remember(stream, found);
  return found;
}

function remember(stream: string, found: Head): void {
  if (heads.size >= STREAMS_REMEMBERED) heads.clear();
  heads.set(stream, found);
}

function write(request: WriteRequest): WriteResult {
  const { stream, expected, events } = request;
  const known = headOf(stream);
  const revision = known?.revision ?? -1;
  if (expected !== revision) return known === undefined ? { kind: 'conflict', actual: -1 } : repeatOrConflict(request, known);
  const own = known ?? created(stream);
  const first = position + 1;
  for (const { type, body } of events) {
    position += 1;
    own.revision += 1;
    insert.run(position, own.streamId, own.revision, type, body);
  }
  return { kind: 'appended', revision: own.revision, first };
}

function created(stream: string): Head {
  addStream.run(stream);
  const own = { streamId: Number(findStream.get(stream)?.['id']), revision: -1 };
  remember(stream, own);
  return own;
}

/** The same ids at the same place are the same append; anything else is a lost race. */
function repeatOrConflict({ expected, events }: WriteRequest, known: Head): WriteResult {
  const stored = bodiesFrom.all(known.streamId, expected, events.length);
  const same = stored.length === events.length && stored.every((row, index) => idOf(String(row['body'])) === idOf(events[index]?.body ?? '{}'));
  if (!same) return { kind: 'conflict', actual: known.revision };
  return { kind: 'appended', revision: expected + events.length, first: Number(stored[0]?.['position']) };
}

function idOf(body: string): unknown {
  return (JSON.parse(body) as { id?: unknown }).id;
}

function commit(requests: readonly WriteRequest[]): BatchReply<WriteResult> {
  const before = position;
  try {
    const results = db.transaction(() => requests.map(write));
    if (position !== before) publish();
    return { results };
  } catch (fault) {
    position = before;
    heads.clear();
    return { fault: isDiskFull(fault) ? 'store-full' : 'store-unavailable', why: fault instanceof Error ? fault.message : 'unknown' };
  }
}

parentPort?.on('message', (requests: readonly WriteRequest[] | null) => {
  if (requests !== null) {
    parentPort?.postMessage(commit(requests));
    return;
  }
  db.close();
  parentPort?.close();
});
