import { Agent, type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
export type Json = any;

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: Json;
}

export interface Sent {
  readonly method?: string;
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface SseEvent {
  readonly id: string;
  readonly data: Json;
}

const ANSWERED_WITHIN_MS = 30_000;

/** A small HTTP client of the ledger's API. Nothing is retried, nothing is thrown for a status. */
export class LedgerClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 256 });

  constructor(readonly url: string) {}

  async send(path: string, { method = 'GET', token = null, headers = {}, body }: Sent = {}): Promise<Reply> {
    const response = await this.open(path, { method, token, headers, ...(body === undefined ? {} : { body }) });
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    return replyOf(response, Buffer.concat(chunks).toString('utf8'));
  }

  /** The answer as it comes in; whoever asks for it reads it as slowly as they like. */
  open(path: string, { method = 'GET', token = null, headers = {}, body }: Sent = {}): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const authorization: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
      const request = requestHttp(`${this.url}${path}`, { method, agent: this.#agent, headers: { ...authorization, ...headers } }, resolve);
      request.setTimeout(ANSWERED_WITHIN_MS, () => request.destroy(new Error(`no answer to ${method} ${path}`)));
      request.on('error', reject);
      request.end(body);
    });
  }

  get(path: string, token: string | null, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
    return this.send(path, { token, headers });
  }

  /** One command; a body that is not text is written as JSON. */
  command(name: string, token: string | null, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
    const text = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    return this.send(`/v1/commands/${name}`, { method: 'POST', token, headers: { 'content-type': 'application/json', ...headers }, body: text });
  }

  /** Many commands; lines that are not text are written as JSON. */
  async bulk(token: string | null, lines: readonly unknown[], headers: Readonly<Record<string, string>> = {}): Promise<Reply & { results: BulkResult[] }> {
    const body = lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
    const reply = await this.send('/v1/commands', { method: 'POST', token, headers: { 'content-type': 'application/x-ndjson', ...headers }, body });
    return { ...reply, results: linesOf(reply.text) as BulkResult[] };
  }

  /** The first `count` events of a live feed after `lastEventId`. */
  async events(feed: string, token: string, count: number, lastEventId?: string): Promise<SseEvent[]> {
    const headers = { accept: 'text/event-stream', ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) };
    const response = await this.open(`/v1/feeds/${feed}`, { token, headers });
    const events: SseEvent[] = [];
    let rest = '';
    for await (const chunk of response.setEncoding('utf8')) {
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) if (block.startsWith('id: ')) events.push(eventOf(block));
      if (events.length >= count) break;
    }
    response.destroy();
    return events.slice(0, count);
  }

  close(): void {
    this.#agent.destroy();
  }
}

export interface BulkResult {
  readonly line: number;
  readonly status: number;
  readonly receipt?: {
    readonly patientId: string;
    readonly position: string;
    readonly repeated: boolean;
    readonly eventIds: readonly string[];
    readonly revision: number;
  };
  readonly problem?: { readonly code: string };
  readonly quarantined?: { readonly eventIds: readonly string[]; readonly repeated: boolean };
}

export function linesOf(text: string): unknown[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}

function eventOf(block: string): SseEvent {
  const member = (name: string) =>
    block
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2) ?? '';
  return { id: member('id'), data: JSON.parse(member('data')) };
}

function replyOf(response: IncomingMessage, text: string): Reply {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Not every answer is JSON; whoever expects it notices.
  }
  return { status: response.statusCode ?? 0, headers: response.headers, text, json };
}
