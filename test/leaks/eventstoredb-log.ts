import { Connection } from '../../adapters/eventstoredb/connection.js';
import { LIMITS } from '../../adapters/eventstoredb/limits.js';
import { Reader } from '../../adapters/eventstoredb/reader.js';
import type { StoredRecord } from '../../adapters/eventstoredb/record.js';

const PAGE = 500;

/** Where the server's log ends now; null when it is empty. */
export async function headOf(url: string): Promise<string | null> {
  const connection = new Connection(url);
  try {
    const [last] = await new Reader(connection, LIMITS).all(null, 1, 'backwards');
    return last?.position ?? null;
  } finally {
    await connection.close();
  }
}

/** Every record since, as the server gives it, its own included: nothing is decoded, nothing left out. */
export async function* recordsAfter(url: string, position: string | null): AsyncGenerator<StoredRecord> {
  const connection = new Connection(url);
  try {
    const reader = new Reader(connection, LIMITS);
    for (let from = position; ; ) {
      const page = await reader.all(from, PAGE, 'forwards');
      const fresh = page[0]?.position === from ? page.slice(1) : page;
      yield* fresh;
      if (page.length < PAGE) return;
      from = page.at(-1)?.position ?? from;
    }
  } finally {
    await connection.close();
  }
}
