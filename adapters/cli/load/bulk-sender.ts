import { problemWords } from '../connect.js';
import { CliProblem } from '../problem.js';
import { BulkConnection } from './bulk-connection.js';

/** What became of one command. */
export interface LineResult {
  /** `quarantined`: refused, and kept by the ledger with its reason. */
  readonly kind: 'recorded' | 'repeated' | 'quarantined' | 'failed';
  readonly code: string | null;
  readonly patientId: string | null;
}

interface Waiting {
  readonly line: string;
  readonly resolve: (result: LineResult) => void;
  readonly reject: (fault: Error) => void;
  attempts: number;
}

interface ResultLine {
  readonly line: number;
  readonly status: number;
  readonly receipt?: { readonly patientId?: string; readonly repeated: boolean };
  readonly problem?: { readonly code: string };
  readonly quarantined?: unknown;
}

/** What is under way at most: enough to keep the ledger busy, little enough to hold. */
const LINES_AT_MOST = 2000;
const LETTERS_AT_MOST = 8 * 1024 * 1024;
/** The ledger takes no longer line; it would pass over it without keeping it. */
const LINE_AT_MOST_BYTES = 1024 * 1024;
const ATTEMPTS_AT_MOST = 12;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;
const END_WITHIN_MS = 10_000;

const GONE = 'The ledger went away and did not come back. What it acknowledged is kept: run the same command again to complete the load.';

/** Nothing that follows would fare better: the source may not speak. */
const HOPELESS: ReadonlySet<string> = new Set(['not-authenticated', 'not-permitted', 'unknown-source', 'source-suspended']);

const pauseMs = (attempts: number) => Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempts);

/**
 * Sends commands through the bulk route and hears their results, which come in order. What is unacknowledged when the
 * connection breaks is sent again, which is safe: the ledger knows a repeat. Results that say "later" are tried later.
 */
export class BulkSender {
  readonly #waiting: Waiting[] = [];
  #sent: Waiting[] = [];
  #underWay = 0;
  #letters = 0;
  #connection: BulkConnection | null = null;
  #heard = 0;
  #breaks = 0;
  /** The way up is full, or there is none for the moment. */
  #blocked = false;
  #fault: Error | null = null;
  #ending = false;
  #wake: (() => void)[] = [];

  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  /** Resolves when the command's result is known. Rejects when the load cannot go on. */
  ask(line: string): Promise<LineResult> {
    if (this.#fault !== null) return Promise.reject(this.#fault);
    if (Buffer.byteLength(line) > LINE_AT_MOST_BYTES) return Promise.resolve({ kind: 'failed', code: 'too-large', patientId: null });
    this.#underWay += 1;
    this.#letters += line.length;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ line, resolve, reject, attempts: 0 });
      this.#pump();
    });
  }

  /** Resolves when there is room for another command. Throws when the load cannot go on. */
  async room(): Promise<void> {
    while (this.#fault === null && (this.#underWay >= LINES_AT_MOST || this.#letters >= LETTERS_AT_MOST)) await this.#change();
    if (this.#fault !== null) throw this.#fault;
  }

  /** Waits for all results, then takes leave. */
  async finish(): Promise<void> {
    while (this.#fault === null && this.#underWay > 0) await this.#change();
    if (this.#fault !== null) throw this.#fault;
    this.#ending = true;
    const connection = this.#connection;
    if (connection === null) return;
    connection.end();
    const timer = setTimeout(() => connection.destroy(), END_WITHIN_MS);
    while (this.#connection !== null) await this.#change();
    clearTimeout(timer);
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }

  #changed(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  #pump(): void {
    if (this.#fault !== null || this.#ending || this.#blocked) return;
    this.#connection ??= this.#open();
    const batch = this.#waiting.splice(0);
    for (const [index, entry] of batch.entries()) {
      this.#sent.push(entry);
      if (this.#connection.write(entry.line)) continue;
      this.#blocked = true;
      this.#waiting.push(...batch.slice(index + 1));
      return;
    }
  }

  #open(): BulkConnection {
    this.#heard = 0;
    const opened: BulkConnection = new BulkConnection(this.url, this.token, {
      onResult: (text) => this.#hear(JSON.parse(text) as ResultLine),
      onRefused: (status, text) => {
        if (status !== 503 && status !== 0) this.#giveUp(new CliProblem(problemWords(status, text)));
      },
      onDrain: () => {
        if (this.#connection !== opened) return;
        this.#blocked = false;
        this.#pump();
      },
      onClose: () => this.#closed(opened),
    });
    return opened;
  }

  #closed(connection: BulkConnection): void {
    if (this.#connection !== connection) return;
    if (this.#ending || this.#fault !== null) {
      this.#connection = null;
      this.#changed();
      return;
    }
    this.#waiting.unshift(...this.#sent.splice(0));
    this.#blocked = true;
    this.#connection = null;
    if (this.#breaks >= ATTEMPTS_AT_MOST) this.#giveUp(new CliProblem(GONE));
    else setTimeout(() => this.#again(), pauseMs(this.#breaks++));
  }

  #again(): void {
    this.#blocked = false;
    this.#changed();
    if (this.#waiting.length > 0) this.#pump();
  }

  #hear(result: ResultLine): void {
    this.#heard += 1;
    const entry = this.#sent.shift();
    if (entry === undefined || result.line !== this.#heard) {
      this.#giveUp(new CliProblem('The ledger answered out of order.'), entry);
      return;
    }
    this.#breaks = 0;
    const code = result.problem?.code ?? null;
    if (code !== null && HOPELESS.has(code)) {
      this.#giveUp(new CliProblem(problemWords(result.status, JSON.stringify(result.problem))), entry);
    } else if (result.status === 503 && entry.attempts < ATTEMPTS_AT_MOST) setTimeout(() => this.#retry(entry), pauseMs(entry.attempts++));
    else this.#settle(entry, resultOf(result));
  }

  #retry(entry: Waiting): void {
    if (this.#fault !== null) {
      entry.reject(this.#fault);
      return;
    }
    this.#waiting.push(entry);
    this.#pump();
  }

  #settle(entry: Waiting, result: LineResult): void {
    this.#underWay -= 1;
    this.#letters -= entry.line.length;
    entry.resolve(result);
    this.#changed();
  }

  #giveUp(fault: Error, last?: Waiting): void {
    last?.reject(fault);
    if (this.#fault !== null) return;
    this.#fault = fault;
    for (const { reject } of [...this.#sent.splice(0), ...this.#waiting.splice(0)]) reject(fault);
    this.#connection?.destroy();
    this.#changed();
  }
}

function resultOf({ status, receipt, problem, quarantined }: ResultLine): LineResult {
  if (receipt !== undefined) return { kind: status === 200 ? 'repeated' : 'recorded', code: null, patientId: receipt.patientId ?? null };
  return { kind: quarantined === undefined ? 'failed' : 'quarantined', code: problem?.code ?? 'internal', patientId: null };
}
