import { writeSync } from 'node:fs';
import { EmbeddedEventStore } from '../../../adapters/embedded/event-store.js';
import type { ExpectedRevision } from '../../../commands/ports.js';
import { LedgerFault } from '../../../domain/rejections.js';
import type { LedgerEvent } from '../../../schemas/catalogue.js';
import { factsFor } from '../../support/events.js';

/** What the process says on standard output, one line each: before an append, and when it was answered. */
export type Said =
  | { readonly kind: 'trying'; readonly append: number; readonly stream: string; readonly expected: ExpectedRevision; readonly events: readonly LedgerEvent[] }
  | { readonly kind: 'appended'; readonly append: number; readonly revision: number }
  | { readonly kind: 'fault'; readonly code: string };

/** Appends to many streams at once until it is killed, or until a fault. Started by tests, with the path of the log. */
async function main(path: string): Promise<void> {
  const store = await EmbeddedEventStore.open(path);
  let appends = 0;
  const writer = async (number: number) => {
    const stream = `test.patient-${process.pid}-${number}`;
    let expected: ExpectedRevision = 'none';
    for (;;) {
      const append = appends++;
      const events = factsFor(stream, 1 + (append % 3));
      say({ kind: 'trying', append, stream, expected, events });
      const result = await store.append(stream, expected, events);
      if (result.kind === 'conflict') throw new Error('nobody else writes here');
      say({ kind: 'appended', append, revision: result.revision });
      expected = result.revision;
    }
  };
  try {
    await Promise.all(Array.from({ length: 20 }, (_, number) => writer(number)));
  } catch (fault) {
    say({ kind: 'fault', code: fault instanceof LedgerFault ? fault.code : 'not a fault' });
    process.exit(0);
  }
}

/** Written at once, so that nothing said is lost when the process is killed. A full pipe is waited for. */
function say(said: Said): void {
  const line = Buffer.from(`${JSON.stringify(said)}\n`);
  for (let from = 0; from < line.length; ) {
    try {
      from += writeSync(1, line, from);
    } catch (fault) {
      if ((fault as { code?: string }).code !== 'EAGAIN') throw fault;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

await main(process.argv[2] as string);
