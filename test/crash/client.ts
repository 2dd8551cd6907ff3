import type { LedgerProcess } from '../bench/ledger-process.js';
import type { Book, Receipt, Sent } from './book.js';

export const SOURCES = ['ehr', 'lis', 'pharmacy'] as const;
const ASK_AGAIN_AFTER_MS = 100;

/** Tokens outlive restarts, since the issuer's key is in the data folder. */
export interface Tokens {
  readonly sources: ReadonlyMap<string, string>;
  readonly steward: string;
  readonly privacy: string;
  readonly auditor: string;
  readonly operator: string;
}

export async function tokensOf(ledger: LedgerProcess, tenant: string): Promise<Tokens> {
  const sources = new Map<string, string>();
  for (const source of SOURCES) sources.set(source, await ledger.token(tenant, source, 'source'));
  return {
    sources,
    steward: await ledger.token(tenant, 'steward-1', 'steward'),
    privacy: await ledger.token(tenant, 'officer-1', 'privacy-officer'),
    auditor: await ledger.token(tenant, 'auditor-1', 'auditor'),
    operator: await ledger.token(tenant, 'operator-1', 'operator'),
  };
}

/** The server answered what it must not: not a crash but a fault. */
export class WrongAnswer extends Error {
  override readonly name = 'WrongAnswer';
}

/** Sends one command; resolves to its status, or to null when the connection went before the whole answer was here. */
export async function sendCommand(ledger: LedgerProcess, tokens: Tokens, book: Book, sent: Sent): Promise<number | null> {
  const key = sent.idempotencyKey === null ? {} : { 'idempotency-key': sent.idempotencyKey };
  const token = sent.source === 'steward' ? tokens.steward : (tokens.sources.get(sent.source) as string);
  const answer = await insisting(book, () => ledger.post(`/v1/commands/${sent.name}`, token, sent.body, key));
  if (answer === null) return null;
  const { status, text } = answer;
  if (status !== 200 && status !== 201) throw new WrongAnswer(`${sent.name} was answered ${status}: ${text}`);
  book.acknowledge(sent, JSON.parse(text) as Receipt);
  return status;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

/** Asks until there is an answer; null when the connection went. While the log's server is taken away, `503` is none, and the same is asked again, as a source does. */
async function insisting(book: Book | null, ask: () => Promise<Response>): Promise<Answer | null> {
  for (;;) {
    try {
      const response = await ask();
      const { status, headers } = response;
      const text = await response.text();
      if (status !== 503 || book?.outage !== true) return { status, text, headers };
    } catch {
      return null;
    }
    await aWhile();
  }
}

const aWhile = () => new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_AFTER_MS));

/** Sends commands of one source as one stream; whatever result lines arrive whole are acknowledgements. False when it broke off. */
export async function sendLines(ledger: LedgerProcess, tokens: Tokens, book: Book, commands: readonly Sent[]): Promise<boolean> {
  const token = tokens.sources.get(commands[0]?.source ?? '') as string;
  for (let left = commands; left.length > 0; left = left.filter(({ receipt }) => receipt === null)) {
    if (left !== commands) await aWhile();
    if (!(await sendOnce(ledger, token, book, left))) return false;
  }
  return true;
}

/** One stream. Every line is answered; one that could not be served for want of the log's server is still without a receipt. */
async function sendOnce(ledger: LedgerProcess, token: string, book: Book, commands: readonly Sent[]): Promise<boolean> {
  const lines = commands.map(
    ({ name, body, idempotencyKey }) => `{"command":"${name}",${idempotencyKey === null ? '' : `"idempotencyKey":"${idempotencyKey}",`}"body":${body}}\n`,
  );
  let rest = '';
  let seen = 0;
  const hear = (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      const { line, status, receipt } = JSON.parse(part) as { line: number; status: number; receipt?: Receipt };
      const sent = commands[line - 1];
      const served = receipt !== undefined || (status === 503 && book.outage);
      if (line !== ++seen || sent === undefined || !served) throw new WrongAnswer(`line ${line} was answered ${status} in place ${seen}: ${part}`);
      if (receipt !== undefined) book.acknowledge(sent, receipt);
    }
  };
  try {
    const response = await ledger.post('/v1/commands', token, lines.join(''), { 'content-type': 'application/x-ndjson' });
    if (response.status === 503 && book.outage) return true;
    const decoder = new TextDecoder();
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) hear(decoder.decode(chunk, { stream: true }));
  } catch (fault) {
    if (fault instanceof WrongAnswer) throw fault;
    return false;
  }
  if (seen !== commands.length) throw new WrongAnswer(`${seen} results for ${commands.length} lines`);
  return true;
}

/** A read that was answered whole is in the book, by its correlation id. Null when the connection went. */
export async function readText(
  ledger: LedgerProcess,
  token: string,
  path: string,
  book: Book | null,
  headers: Record<string, string> = {},
): Promise<{ text: string; headers: Headers } | null> {
  const answer = await insisting(book, () => fetch(ledger.url + path, { headers: { authorization: `Bearer ${token}`, ...headers } }));
  if (answer === null) return null;
  if (answer.status !== 200) throw new WrongAnswer(`GET ${path} was answered ${answer.status}: ${answer.text}`);
  book?.reads.push(answer.headers.get('correlation-id') ?? '');
  return answer;
}
