import { LedgerClient, type Reply } from '../support/client.js';

type Shown = Readonly<Record<string, unknown>> | readonly unknown[] | string | null;

const WIDTH = 190;
const out = (text: string) => process.stdout.write(`${text}\n`);

export interface Asked {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** What of the answer a visitor should see; the rest is left out, and said to be. */
  readonly show?: (reply: Reply) => Shown;
}

/** Shows requests as they are sent and answers as they come. */
export class Stage {
  #step = 0;
  client: LedgerClient;

  constructor(url: string) {
    this.client = new LedgerClient(url);
  }

  step(title: string): void {
    this.#step += 1;
    const heading = `${this.#step}. ${title}`;
    out(`\n${heading}\n${'─'.repeat(heading.length)}`);
  }

  say(text: string): void {
    for (const line of text.split('\n')) out(`   ${line}`);
  }

  async ask(method: 'GET' | 'POST', path: string, { token, body, headers = {}, show = () => null }: Asked = {}): Promise<Reply> {
    const named = Object.entries(headers).map(([name, value]) => `   ${name}: ${value}`);
    out(`   → ${method} ${path}${named.join('')}`);
    if (body !== undefined) out(`     ${short(JSON.stringify(body))}`);
    const sent = { method, headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers }, token: token ?? null };
    const reply = await this.client.send(path, body === undefined ? sent : { ...sent, body: JSON.stringify(body) });
    const shown = show(reply);
    const rows = Array.isArray(shown) ? shown : shown === null ? [] : [shown];
    out(`   ← ${reply.status}${rows.length === 1 ? ` ${textOf(rows[0])}` : ''}`);
    if (rows.length > 1) for (const row of rows) out(`     ${textOf(row)}`);
    return reply;
  }

  /** What must be so for the story to be true. */
  must(holds: boolean, words: string): void {
    if (!holds) throw new Error(`the demo broke: ${words}`);
    out(`   ✓ ${words}`);
  }
}

function textOf(row: unknown): string {
  return short(typeof row === 'string' ? row : JSON.stringify(row));
}

function short(text: string): string {
  return text.length <= WIDTH ? text : `${text.slice(0, WIDTH - 1)}…`;
}
