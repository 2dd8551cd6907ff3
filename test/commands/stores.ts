import { MemoryEventStore } from '../../adapters/memory/event-store.js';
import type { AppendResult, ExpectedRevision, ReadOptions } from '../../commands/ports.js';
import { LedgerFault } from '../../domain/rejections.js';
import type { LedgerEvent, Recorded } from '../../schemas/catalogue.js';

export interface Appended {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly count: number;
}

/** A log in which a test can step between a decision and its append, and make calls fail. */
export class WatchedEventStore extends MemoryEventStore {
  readonly appends: Appended[] = [];
  reads = 0;
  /** Called before each append; the append waits for it. */
  beforeAppend: (appended: Appended) => Promise<void> = async () => undefined;
  /** So many of the next appends fail with this. */
  failing: { times: number; fault: LedgerFault } | null = null;

  override async append(stream: string, expected: ExpectedRevision, events: readonly LedgerEvent[]): Promise<AppendResult> {
    const appended = { stream, expected, count: events.length };
    this.appends.push(appended);
    await this.beforeAppend(appended);
    if (this.failing !== null && this.failing.times > 0) {
      this.failing.times -= 1;
      throw this.failing.fault;
    }
    return super.append(stream, expected, events);
  }

  override async readStream(stream: string, options: ReadOptions & { from?: number; direction?: 'forwards' | 'backwards' }): Promise<readonly Recorded[]> {
    this.reads += 1;
    return super.readStream(stream, options);
  }

  fail(code: ConstructorParameters<typeof LedgerFault>[0], times = 1): void {
    this.failing = { times, fault: new LedgerFault(code) };
  }
}

/** A promise that the test resolves. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** Lets everything that can go on go on. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export async function faultOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'no fault';
  } catch (fault) {
    return fault instanceof LedgerFault ? fault.code : `not a fault of the ledger: ${String(fault)}`;
  }
}
