import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WriteRequest, WriteResult } from '../../adapters/embedded/event-schema.js';
import { createEventSchema } from '../../adapters/embedded/event-schema.js';
import { GroupCommit } from '../../adapters/embedded/group-commit.js';
import { Sqlite } from '../../adapters/embedded/sqlite.js';
import { layout } from '../../adapters/stores.js';

/** What the log holds after a run: how large its events are, read once the server has stopped. */
export function factBytes(dataDir: string): number {
  const path = layout.events(dataDir);
  if (!existsSync(path)) return 2048;
  const db = new Sqlite(path, { readonly: true });
  const row = db
    .prepare("SELECT avg(length(body)) AS bytes FROM (SELECT body FROM event WHERE type = 'fact-recorded' ORDER BY position DESC LIMIT 1000)")
    .get();
  db.close();
  return Math.round(Number(row?.['bytes'] ?? 2048));
}

function temporary(): { folder: string; path: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'bench-raw-'));
  return { folder, path: join(folder, 'events.db'), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** JSON text of so many bytes, as a store would get it. */
function bodyOf(bytes: number): string {
  return JSON.stringify({
    id: 'x',
    box: randomBytes(bytes)
      .toString('base64url')
      .slice(0, Math.max(0, bytes - 20)),
  });
}

/** The embedded log without anything around it: its writer thread and group commit, so many single appends in flight. */
export async function rawAppendsPerSecond(inFlight: number, bytes: number, durationMs: number): Promise<number> {
  const { path, remove } = temporary();
  const head = new SharedArrayBuffer(8);
  const writer = new GroupCommit<WriteRequest, WriteResult>(new URL('../../adapters/embedded/event-writer.js', import.meta.url), { path, head });
  const body = bodyOf(bytes);
  let done = 0;
  const begin = performance.now() + durationMs / 5;
  const end = begin + durationMs;
  const write = async (n: number) => {
    for (let revision = -1; performance.now() < end; revision++) {
      await writer.submit({ stream: `raw.patient-${n}`, expected: revision, events: [{ type: 'fact-recorded', body }] }, body.length);
      const now = performance.now();
      if (now >= begin && now < end) done += 1;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, (_, n) => write(n)));
  await writer.close();
  remove();
  return (done * 1000) / durationMs;
}

/** The embedded log's own tables, one durable transaction after the other, so many events in each: no threads, no messages. */
export function rawBatchesPerSecond(batch: number, bytes: number, durationMs: number): number {
  const { path, remove } = temporary();
  const db = new Sqlite(path, { synchronous: 'FULL', cacheKib: 65_536 });
  createEventSchema(db);
  const insert = db.prepare('INSERT INTO event (position, stream, revision, type, body) VALUES (?, ?, ?, ?, ?)');
  const body = bodyOf(bytes);
  let position = 0;
  const commit = () =>
    db.transaction(() => {
      for (let n = 0; n < batch; n++) {
        position += 1;
        insert.run(position, position % 500, Math.floor(position / 500), 'fact-recorded', body);
      }
    });
  const warm = performance.now() + durationMs / 5;
  while (performance.now() < warm) commit();
  const from = position;
  const began = performance.now();
  while (performance.now() < began + durationMs) commit();
  const rate = ((position - from) * 1000) / (performance.now() - began);
  db.close();
  remove();
  return rate;
}
