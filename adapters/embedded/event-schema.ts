import type { Sqlite } from './sqlite.js';

/** What the writer thread is asked: revisions count from 0, -1 = the stream is new. */
export interface WriteRequest {
  readonly stream: string;
  readonly expected: number;
  readonly events: readonly { readonly type: string; readonly body: string }[];
}

/** Positions of the events are `first`, `first + 1`, …: the embedded log has no gaps. */
export type WriteResult =
  | { readonly kind: 'appended'; readonly revision: number; readonly first: number }
  | { readonly kind: 'conflict'; readonly actual: number };

export const EVENT_SCHEMA_VERSION = 1;

export function createEventSchema(db: Sqlite): void {
  const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
  if (version > EVENT_SCHEMA_VERSION) throw new Error('the event log was written by a newer version of this program');
  if (version === EVENT_SCHEMA_VERSION) return;
  db.transaction(() => {
    db.exec('CREATE TABLE stream (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)');
    db.exec('CREATE TABLE event (position INTEGER PRIMARY KEY, stream INTEGER NOT NULL, revision INTEGER NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL)');
    db.exec('CREATE UNIQUE INDEX event_place ON event (stream, revision)');
    db.exec(`PRAGMA user_version = ${EVENT_SCHEMA_VERSION}`);
  });
}
