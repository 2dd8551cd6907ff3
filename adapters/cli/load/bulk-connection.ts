import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

export interface BulkEnds {
  /** A result line. */
  readonly onResult: (text: string) => void;
  /** The ledger refused the whole request. */
  readonly onRefused: (status: number, text: string) => void;
  /** More can be written. */
  readonly onDrain: () => void;
  /** Nothing more comes. */
  readonly onClose: () => void;
}

/** One `POST /v1/commands`: commands go up while results come down. */
export class BulkConnection {
  readonly #request: ClientRequest;
  #closed = false;

  constructor(url: string, token: string, ends: BulkEnds) {
    const send = url.startsWith('https:') ? requestHttps : requestHttp;
    this.#request = send(`${url}/v1/commands`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson', prefer: 'handling=quarantine' },
    });
    const close = () => {
      if (this.#closed) return;
      this.#closed = true;
      this.#request.destroy();
      ends.onClose();
    };
    let answered = false;
    this.#request.on('response', (response) => {
      answered = true;
      response.once('close', close);
      if (response.statusCode === 200) hearLines(response, ends.onResult);
      else void hearRefusal(response, ends.onRefused);
    });
    this.#request.on('drain', ends.onDrain);
    this.#request.on('error', close);
    // Without an answer the request closes alone; with one, the answer's end counts.
    this.#request.on('close', () => {
      if (!answered) close();
    });
    this.#request.flushHeaders();
  }

  /** False when the way up is full: go on at `onDrain`. */
  write(line: string): boolean {
    return this.#request.write(line);
  }

  end(): void {
    this.#request.end();
  }

  destroy(): void {
    this.#request.destroy();
  }
}

function hearLines(response: IncomingMessage, onResult: (text: string) => void): void {
  let rest = '';
  response.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onResult(line);
  });
  response.on('error', () => undefined);
}

const REFUSAL_AT_MOST = 64 * 1024;

async function hearRefusal(response: IncomingMessage, onRefused: (status: number, text: string) => void): Promise<void> {
  let text = '';
  try {
    for await (const chunk of response.setEncoding('utf8')) text = (text + chunk).slice(0, REFUSAL_AT_MOST);
  } catch {
    // Its status says enough.
  }
  onRefused(response.statusCode ?? 0, text);
}
