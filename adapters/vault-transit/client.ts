import { readFile, stat } from 'node:fs/promises';
import { LedgerFault } from '../../domain/rejections.js';
import { VaultRefused } from './known-errors.js';

const AT_ONCE = 8;
const WAITING_AT_MOST = 1000;
const ANSWER_AT_MOST_BYTES = 1024 ** 2;
const TOKEN_AT_MOST_BYTES = 4096;
const WITHIN_MS = 5000;

export interface VaultOptions {
  /** `https://vault.example:8200`; `http:` is refused except to this machine. */
  readonly url: string;
  /** A file with the token, as an agent keeps it fresh. Read at the first call, and again when Vault refuses the token. */
  readonly tokenFile: string;
  readonly namespace?: string;
  /** Of each try. A call makes two at most. */
  readonly timeoutMs?: number;
}

export type VaultData = Readonly<Record<string, unknown>>;

interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  /** Whether the call may be made again when its connection broke before the answer. */
  readonly repeatable: boolean;
}

/** What is wrong with an address of Vault, in words; null when nothing is. */
export function vaultUrlProblem(text: string): string | null {
  if (!URL.canParse(text)) return 'is no URL';
  const { protocol, hostname, username, password, search, hash } = new URL(text);
  if (username !== '' || password !== '' || search !== '' || hash !== '') return 'must hold no user, password, query or fragment';
  const isHere = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
  if (protocol !== 'https:' && !(protocol === 'http:' && isHere)) return 'must begin with https://';
  return null;
}

/** Calls Vault's HTTP API, a few calls at a time. Every failure is a `LedgerFault`, or a `VaultRefused` that tells what Vault said. */
export class VaultClient {
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #token: string | undefined;

  constructor(private readonly options: VaultOptions) {
    const problem = vaultUrlProblem(options.url);
    if (problem !== null) throw new TypeError(`the address of Vault ${problem}`);
  }

  /** The `data` of the answer; undefined for an answer without a body. */
  async call(call: Call): Promise<VaultData | undefined> {
    await this.#enter();
    try {
      return await this.#withFreshToken(call);
    } finally {
      this.#leave();
    }
  }

  async #enter(): Promise<void> {
    if (this.#running < AT_ONCE) {
      this.#running += 1;
      return;
    }
    if (this.#waiting.length >= WAITING_AT_MOST) throw new LedgerFault('overloaded');
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Whoever waits longest takes over the place of the call that ended. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#running -= 1;
    else next();
  }

  async #withFreshToken(call: Call): Promise<VaultData | undefined> {
    const token = this.#token ?? (await this.#readToken());
    try {
      return await this.#send(call, token);
    } catch (fault) {
      if (!(fault instanceof VaultRefused) || fault.status !== 403) throw fault;
      const fresh = await this.#readToken();
      if (fresh === token) throw fault;
      return this.#send(call, fresh);
    }
  }

  async #send(call: Call, token: string): Promise<VaultData | undefined> {
    let answer: { readonly status: number; readonly text: string };
    try {
      answer = await this.#exchange(call, token).catch((fault: unknown) => {
        // A connection kept from before may have been closed by the other side meanwhile; waiting once was long enough.
        if (!call.repeatable || isTimeout(fault)) throw fault;
        return this.#exchange(call, token);
      });
    } catch (cause) {
      throw new LedgerFault('keys-unavailable', { cause: new Error(isTimeout(cause) ? 'Vault did not answer in time' : 'Vault cannot be reached', { cause }) });
    }
    const body = answer.text === '' ? {} : parsed(answer.text);
    if (answer.status < 200 || answer.status > 299) throw new VaultRefused(answer.status, Array.isArray(body['errors']) ? body['errors'] : []);
    const { data } = body;
    return typeof data === 'object' && data !== null ? (data as VaultData) : undefined;
  }

  async #exchange({ method, path, body }: Call, token: string): Promise<{ status: number; text: string }> {
    const { url, namespace, timeoutMs } = this.options;
    const response = await fetch(new URL(path, url.endsWith('/') ? url : `${url}/`), {
      method,
      headers: {
        'X-Vault-Token': token,
        'X-Vault-Request': 'true',
        ...(namespace === undefined ? {} : { 'X-Vault-Namespace': namespace }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // A redirect would carry the token to another host.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs ?? WITHIN_MS),
    });
    return { status: response.status, text: await limitedText(response) };
  }

  async #readToken(): Promise<string> {
    try {
      const { mode, size } = await stat(this.options.tokenFile);
      if ((mode & 0o007) !== 0) throw new Error('everybody may read the token file: take that right away');
      if (size > TOKEN_AT_MOST_BYTES) throw new Error('the token file is too large');
      const token = (await readFile(this.options.tokenFile, 'utf8')).trim();
      if (!/^[\x21-\x7e]+$/.test(token)) throw new Error('the token file holds no token');
      this.#token = token;
      return token;
    } catch (cause) {
      throw new LedgerFault('keys-unavailable', { cause });
    }
  }
}

async function limitedText(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of response.body ?? []) {
    sizeBytes += part.length;
    if (sizeBytes > ANSWER_AT_MOST_BYTES) throw new Error('the answer of Vault is too large');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  } catch {
    // A proxy in between answers in HTML; its words are not ours to repeat.
  }
  return {};
}

function isTimeout(fault: unknown): boolean {
  return fault instanceof DOMException && fault.name === 'TimeoutError';
}
