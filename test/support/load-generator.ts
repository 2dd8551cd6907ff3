import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

/**
 * A load generator on bare sockets. On a machine that it shares with the server, what the generator costs is missing from
 * the server, so it does as little as can be done: requests are ready text, answers are read into one buffer a
 * connection, and only the status and the length are looked at.
 */
export interface Answer {
  readonly status: number;
  /** Head and body as latin1 text; empty unless the connection keeps answers. */
  readonly head: string;
  readonly body: Buffer | null;
}

const READ_BYTES = 64 * 1024;
const HEAD_END = Buffer.from('\r\n\r\n');
const NOTHING = Buffer.alloc(0);

/** One keep-alive connection, one request under way at a time. Answers must carry `content-length`. */
export class Connection {
  #socket: Socket | undefined;
  #done: ((answer: Answer) => void) | undefined;
  #fail: ((fault: Error) => void) | undefined;
  #head = NOTHING;
  #missing = -1;
  #status = 0;
  #headText = '';
  #parts: Buffer[] = [];

  constructor(private readonly keep = false) {}

  open(port: number): Promise<this> {
    return new Promise((resolve, reject) => {
      const buffer = Buffer.allocUnsafe(READ_BYTES);
      const socket = connect({ port, host: '127.0.0.1', onread: { buffer, callback: (size) => this.#read(buffer.subarray(0, size)) } });
      this.#socket = socket;
      socket.setNoDelay(true);
      socket.once('connect', () => resolve(this));
      socket.on('error', (fault) => {
        reject(fault);
        this.#fail?.(fault);
      });
      socket.on('close', () => this.#fail?.(new Error('the connection was closed')));
    });
  }

  send(text: string, done: (answer: Answer) => void, fail: (fault: Error) => void): void {
    this.#done = done;
    this.#fail = fail;
    this.#socket?.write(text, 'latin1');
  }

  request(text: string): Promise<Answer> {
    return new Promise((resolve, reject) => this.send(text, resolve, reject));
  }

  close(): void {
    this.#fail = undefined;
    this.#socket?.destroy();
  }

  #read(chunk: Buffer): boolean {
    let rest = chunk;
    if (this.#missing === -1) {
      const all = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk]);
      const end = all.indexOf(HEAD_END);
      if (end === -1) {
        this.#head = Buffer.from(all);
        return true;
      }
      this.#begin(all.toString('latin1', 0, end));
      rest = all.subarray(end + 4);
    }
    if (this.keep) this.#parts.push(Buffer.from(rest));
    this.#missing -= rest.length;
    if (this.#missing <= 0) this.#end();
    return true;
  }

  #begin(head: string): void {
    this.#head = NOTHING;
    this.#status = Number(head.slice(9, 12));
    const at = head.search(/content-length: /i);
    this.#missing = at === -1 ? 0 : Number.parseInt(head.slice(at + 16, at + 28), 10);
    if (this.keep) this.#headText = head;
  }

  #end(): void {
    const done = this.#done;
    const answer = { status: this.#status, head: this.#headText, body: this.keep ? Buffer.concat(this.#parts) : null };
    this.#parts = [];
    this.#missing = -1;
    this.#fail = undefined;
    done?.(answer);
  }
}

/** The text of a request. */
export function requestText(method: string, path: string, headers: Readonly<Record<string, string>>, body = ''): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = method === 'GET' ? '' : `content-length: ${Buffer.byteLength(body, 'latin1')}\r\n`;
  return `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${lines.join('')}${length}\r\n${body}`;
}

export interface LoadOptions {
  readonly port: number;
  readonly connections: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
  /** The n-th request, as text. */
  readonly next: (n: number) => string;
  /** Called when the measured time begins and ends. */
  readonly onBegin?: () => void;
  readonly onEnd?: () => void;
}

export interface LoadResult {
  readonly answers: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Answers by status, warm-up included. */
  readonly statuses: ReadonlyMap<number, number>;
}

/** Closed loop: each connection sends its next request when the last one was answered. */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const connections = await Promise.all(Array.from({ length: options.connections }, () => new Connection().open(options.port)));
  const latencies = new Latencies();
  const statuses = new Map<number, number>();
  const beginMs = performance.now() + options.warmUpMs;
  const endMs = beginMs + options.durationMs;
  const timers = [setTimeout(() => options.onBegin?.(), options.warmUpMs), setTimeout(() => options.onEnd?.(), options.warmUpMs + options.durationMs)];
  let sent = 0;
  const drive = (connection: Connection) =>
    new Promise<void>((resolve, reject) => {
      let sentMs = 0;
      const step = () => {
        sentMs = performance.now();
        if (sentMs >= endMs) resolve();
        else connection.send(options.next(sent++), heard, reject);
      };
      const heard = ({ status }: Answer) => {
        const nowMs = performance.now();
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (nowMs >= beginMs && nowMs < endMs) latencies.add(nowMs - sentMs);
        step();
      };
      step();
    });
  try {
    await Promise.all(connections.map(drive));
  } finally {
    for (const timer of timers) clearTimeout(timer);
    for (const connection of connections) connection.close();
  }
  return { answers: latencies.count, perSecond: (latencies.count * 1000) / options.durationMs, ...latencies.summary(), statuses };
}

/** Times in ms, for quantiles. */
export class Latencies {
  #values = new Float64Array(1 << 16);
  count = 0;

  add(ms: number): void {
    if (this.count === this.#values.length) {
      const larger = new Float64Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.count++] = ms;
  }

  summary(): { p50Ms: number; p99Ms: number; maxMs: number } {
    const sorted = this.#values.slice(0, this.count).sort();
    const at = (share: number) => sorted[Math.min(this.count - 1, Math.floor(this.count * share))] ?? Number.NaN;
    return { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
  }
}
