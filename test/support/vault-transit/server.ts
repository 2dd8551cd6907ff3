import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, type Body, Refusal, TransitEngine } from './engine.js';

const BODY_AT_MOST_BYTES = 32 * 1024 ** 2;

/** A request as it came in, for tests that ask what was sent. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly namespace: string | undefined;
  readonly body: Body;
}

/** Vault's HTTP API as far as Transit goes, over a real socket, with the troubles that a real one has. */
export class VaultServer {
  readonly engine = new TransitEngine();
  readonly seen: Seen[] = [];
  token = 'hvs.first';
  isSealed = false;
  isRateLimited = false;
  /** How long each answer is held back. */
  delayMs = 0;
  /** How many of the next requests end with their connection, before or after they were carried out. */
  dropsBefore = 0;
  dropsAfter = 0;
  /** How the path ends at which this server fails, while set. */
  failsAt: string | undefined;
  /** Answers as older servers do: a rotation with 204 and nothing. */
  isOld = false;
  /** Takes the place of each answer's body while set. */
  garbled: string | undefined;
  running = 0;
  mostAtOnce = 0;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch((fault: unknown) => response.destroy(fault as Error));
    });
  }

  static async start(): Promise<VaultServer> {
    const vault = new VaultServer();
    await new Promise<void>((resolve) => vault.#server.listen(0, '127.0.0.1', resolve));
    return vault;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Ends every connection that is open, as a restart does. */
  dropConnections(): void {
    this.#server.closeAllConnections();
  }

  async stop(): Promise<void> {
    this.dropConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.running += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.running);
    try {
      const text = await bodyOf(request);
      if (this.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.delayMs));
      if (this.dropsBefore > 0) {
        this.dropsBefore -= 1;
        request.socket.destroy();
        return;
      }
      const { status, body } = this.#answer(request, text);
      if (this.dropsAfter > 0) {
        this.dropsAfter -= 1;
        request.socket.destroy();
        return;
      }
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(this.garbled ?? body);
    } finally {
      this.running -= 1;
    }
  }

  #answer(request: IncomingMessage, text: string | undefined): { status: number; body: string } {
    try {
      if (this.isSealed) throw new Refusal(503, 'Vault is sealed');
      if (this.isRateLimited) throw new Refusal(429, 'request path "transit": rate limit quota exceeded');
      if (this.failsAt !== undefined && request.url?.endsWith(this.failsAt)) throw new Refusal(500, 'internal error');
      if (text === undefined) throw new Refusal(413, 'request body too large');
      if (request.headers['x-vault-token'] !== this.token) throw new Refusal(403, 'permission denied');
      const data = this.#carryOut(request, text);
      if (data === undefined || (this.isOld && request.url?.endsWith('/rotate'))) return { status: 204, body: '' };
      return { status: 200, body: JSON.stringify({ request_id: 'x', lease_id: '', renewable: false, lease_duration: 0, data, warnings: null }) };
    } catch (fault) {
      if (!(fault instanceof Refusal)) throw fault;
      return { status: fault.status, body: JSON.stringify({ errors: fault.message === '' ? [] : [fault.message] }) };
    }
  }

  #carryOut(request: IncomingMessage, text: string): Answer {
    const { method = '', url = '' } = request;
    const body = (text === '' ? {} : JSON.parse(text)) as Body;
    const namespace = request.headers['x-vault-namespace'];
    this.seen.push({ method, path: url, namespace: typeof namespace === 'string' ? namespace : undefined, body });
    const [, what, name, action] = /^\/v1\/transit\/([a-z]+)(?:\/([\w.-]+))?(?:\/([a-z]+))?$/.exec(url) ?? [];
    // Vault also knows the method LIST, which Node's HTTP server does not.
    if (method === 'GET' && url === '/v1/transit/keys?list=true') return this.engine.names();
    if (name === undefined) throw new Refusal(404, '');
    const route = `${method} ${[what, action].filter(Boolean).join(' ')}`;
    switch (route) {
      case 'GET keys':
        return this.engine.read(name);
      case 'POST keys':
        return this.engine.create(name, body);
      case 'DELETE keys':
        return this.engine.delete(name);
      case 'POST keys rotate':
        return this.engine.rotate(name);
      case 'POST keys config':
        return this.engine.config(name, body);
      case 'POST keys trim':
        return this.engine.trim(name, body);
      case 'POST encrypt':
        return this.engine.encrypt(name, body);
      case 'POST decrypt':
        return this.engine.decrypt(name, body);
      default:
        throw new Refusal(404, '');
    }
  }
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let sizeBytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    sizeBytes += part.length;
    if (sizeBytes <= BODY_AT_MOST_BYTES) parts.push(part);
  }
  return sizeBytes > BODY_AT_MOST_BYTES ? undefined : Buffer.concat(parts).toString('utf8');
}
