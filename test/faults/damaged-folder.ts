import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bindable, Sqlite } from '../../adapters/embedded/sqlite.js';
import { layout } from '../../adapters/stores.js';
import type { LedgerEvent } from '../../schemas/catalogue.js';
import type { SealedPart } from '../../schemas/event.js';
import { type Answer, House } from '../adapters/http/house.js';

/** A copy of a stopped ledger's folder, for a test to damage; what opened it closes and removes it. */
export class DamagedFolder {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'damaged-'));

  constructor(sound: string) {
    cpSync(sound, this.dataDir, { recursive: true });
  }

  /** Changes a sealed event where it lies: in the log, and in the rows of read models that hold the same parts. */
  event(eventId: string, change: (sealed: readonly SealedPart[], event: LedgerEvent) => readonly SealedPart[]): void {
    const [before, event] = this.eventOf(eventId);
    const after = change(event.sealed, event);
    this.sql(layout.events(this.dataDir), 'UPDATE event SET body = ? WHERE body = ?', JSON.stringify({ ...event, sealed: after }), before);
    const written = JSON.stringify(event.sealed);
    for (const name of readdirSync(layout.readModels(this.dataDir)).filter((file) => /\.\d+\.db$/.test(file))) {
      const path = join(layout.readModels(this.dataDir), name);
      this.sql(path, 'UPDATE row SET value = replace(value, ?, ?)', written, JSON.stringify(after));
    }
  }

  eventOf(eventId: string): [text: string, event: LedgerEvent] {
    const db = new Sqlite(layout.events(this.dataDir));
    const row = db.prepare("SELECT body FROM event WHERE body LIKE '%' || ? || '%'").all(`"id":"${eventId}"`)[0];
    db.close();
    const text = String(row?.['body']);
    return [text, JSON.parse(text) as LedgerEvent];
  }

  keys(sql: string, ...values: Bindable[]): void {
    this.sql(layout.keys(this.dataDir), sql, ...values);
  }

  sql(path: string, sql: string, ...values: Bindable[]): void {
    const db = new Sqlite(path);
    db.prepare(sql).run(...values);
    db.close();
  }

  /** Opens a ledger on it and asks. */
  async asked<T>(ask: (house: House) => Promise<T>): Promise<T> {
    const house = await House.open(this.dataDir);
    try {
      return await ask(house);
    } finally {
      await house.close();
    }
  }

  remove(): void {
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

/** Status and code of an answer, in one word. */
export function said({ status, json }: Answer): string {
  return status < 300 ? String(status) : `${status} ${json?.code}`;
}

/** Bytes written as base64url, with one bit flipped. */
export function flipped(text: string, at = 0): string {
  const bytes = Buffer.from(text, 'base64url');
  bytes.writeUInt8(bytes.readUInt8(at % bytes.length) ^ 1, at % bytes.length);
  return bytes.toString('base64url');
}
