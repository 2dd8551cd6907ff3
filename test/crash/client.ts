import type { LedgerProcess } from '../bench/ledger-process.js';
import type { Book, Receipt, Sent } from './book.js';

export const TENANT = 'crash';
export const SOURCES = ['ehr', 'lis', 'pharmacy'] as const;

/** Tokens outlive restarts, since the issuer's key is in the data folder. */
export interface Tokens {
  readonly sources: ReadonlyMap<string, string>;
  readonly steward: string;
  readonly privacy: string;
  readonly auditor: string;
  readonly operator: string;
}

export async function tokensOf(ledger: LedgerProcess): Promise<Tokens> {
  const sources = new Map<string, string>();
  for (const source of SOURCES) sources.set(source, await ledger.token(TENANT, source, 'source'));
  return {
    sources,
    steward: await ledger.token(TENANT, 'steward-1', 'steward'),
    privacy: await ledger.token(TENANT, 'officer-1', 'privacy-officer'),
    auditor: await ledger.token(TENANT, 'auditor-1', 'auditor'),
    operator: await ledger.token(TENANT, 'operator-1', 'operator'),
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
  let status: number;
  let text: string;
  try {
    const response = await ledger.post(`/v1/commands/${sent.name}`, token, sent.body, key);
    status = response.status;
    text = await response.text();
  } catch {
    return null;
  }
  if (status !== 200 && status !== 201) throw new WrongAnswer(`${sent.name} was answered ${status}: ${text}`);
  book.acknowledge(sent, JSON.parse(text) as Receipt);
  return status;
}

/** Sends commands of one source as one stream; whatever result lines arrive whole are acknowledgements. False when it broke off. */
export async function sendLines(ledger: LedgerProcess, tokens: Tokens, book: Book, commands: readonly Sent[]): Promise<boolean> {
  const lines = commands.map(
    ({ name, body, idempotencyKey }) => `{"command":"${name}",${idempotencyKey === null ? '' : `"idempotencyKey":"${idempotencyKey}",`}"body":${body}}\n`,
  );
  const token = tokens.sources.get(commands[0]?.source ?? '') as string;
  let rest = '';
  let seen = 0;
  const hear = (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      const { line, status, receipt } = JSON.parse(part) as { line: number; status: number; receipt?: Receipt };
      const sent = commands[line - 1];
      if (line !== ++seen || sent === undefined || receipt === undefined)
        throw new WrongAnswer(`line ${line} was answered ${status} in place ${seen}: ${part}`);
      book.acknowledge(sent, receipt);
    }
  };
  try {
    const response = await ledger.post('/v1/commands', token, lines.join(''), { 'content-type': 'application/x-ndjson' });
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
  let response: Response;
  let text: string;
  try {
    response = await fetch(ledger.url + path, { headers: { authorization: `Bearer ${token}`, ...headers } });
    text = await response.text();
  } catch {
    return null;
  }
  if (response.status !== 200) throw new WrongAnswer(`GET ${path} was answered ${response.status}: ${text}`);
  book?.reads.push(response.headers.get('correlation-id') ?? '');
  return { text, headers: response.headers };
}
