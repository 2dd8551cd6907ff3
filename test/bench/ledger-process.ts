import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DevelopmentIssuer } from '../../adapters/auth/development-issuer.js';
import { USUAL_PURPOSE } from '../../adapters/cli/token.js';
import type { ModelState } from '../../adapters/model-progress.js';

const MAIN = fileURLToPath(new URL('../../adapters/cli/main.js', import.meta.url));
const READY_WITHIN_MS = 120_000;
const LOOK_EVERY_MS = 10;

export interface LedgerOptions {
  /** A temporary folder, removed with `discard`, when absent. */
  readonly dataDir?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Where each thread writes its CPU profile when the server ends. */
  readonly profileFolder?: string | undefined;
}

/** The real `serve`, in a process of its own. */
export class LedgerProcess {
  private constructor(
    readonly child: ChildProcess,
    readonly dataDir: string,
    readonly port: number,
    private readonly issuer: DevelopmentIssuer,
  ) {}

  /** Resolves when it listens. */
  static async start(options: LedgerOptions = {}): Promise<LedgerProcess> {
    const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'ledger-'));
    const issuer = await DevelopmentIssuer.open(join(dataDir, 'keys', 'development-issuer.json'));
    const child = serve(dataDir, options);
    return new LedgerProcess(child, dataDir, await portOf(child), issuer);
  }

  /** Kills it a moment after it was spawned, wherever in its start it is then. */
  static async startAndKill(dataDir: string, afterMs: number, env: Readonly<Record<string, string>> = {}): Promise<void> {
    const child = serve(dataDir, { env });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.stdout?.resume();
    setTimeout(() => child.kill('SIGKILL'), afterMs);
    await ended;
  }

  get pid(): number {
    return this.child.pid as number;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  token(tenant: string, subject: string, role: string, purpose = USUAL_PURPOSE[role] ?? 'TREAT'): Promise<string> {
    return this.issuer.sign({ tenant, subject, roles: [role], purpose, organization: null, mfa: false, ttlSeconds: 24 * 3600 });
  }

  async models(): Promise<{ status: string; models: ModelState[] }> {
    return (await (await fetch(`${this.url}/health/ready`)).json()) as { status: string; models: ModelState[] };
  }

  /** Waits until it is ready and every read model has met the end of the log. */
  async ready(withinMs = READY_WITHIN_MS): Promise<void> {
    const untilMs = Date.now() + withinMs;
    for (;;) {
      const { status, models } = await this.models();
      if (status === 'ready' && models.every(({ caughtUp }) => caughtUp)) return;
      if (Date.now() > untilMs) throw new Error(`the ledger was not ready in time: ${JSON.stringify({ status, models })}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  async post(path: string, token: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.url + path, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers }, body });
  }

  /** In order, as an operator stops it. */
  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  /** As a power cut stops it. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  discard(): void {
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill(signal);
    await ended;
  }
}

function serve(dataDir: string, { env, profileFolder }: LedgerOptions): ChildProcess {
  const { EVENTSTORE_URL: _, MONGODB_URL: __, ...inherited } = process.env;
  const all = {
    ...inherited,
    DATA_DIR: dataDir,
    PORT: '0',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'warn',
    NODE_ENV: 'development',
    CHANGE_CONTROL: 'one-person',
    ...env,
  };
  const profile = profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
  const child = spawn(process.execPath, [...profile, MAIN, 'serve'], { env: all, stdio: ['ignore', 'pipe', 'inherit'] });
  endWithThis(child);
  return child;
}

/** A run that fails leaves no server behind. */
function endWithThis(child: ChildProcess): void {
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const port = /(?:listens on|floor on) http:\/\/127\.0\.0\.1:(\d+)/.exec(text)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
    child.once('exit', (code) => reject(new Error(`the server ended before it listened (${code})`)));
    child.once('error', reject);
  });
}

/** A bare server to compare with, in a process of its own as well. */
export async function startFloor(): Promise<{ port: number; pid: number; stop: () => Promise<void> }> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./floor-server.js', import.meta.url))], { stdio: ['ignore', 'pipe', 'inherit'] });
  endWithThis(child);
  const port = await portOf(child);
  const stop = async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  };
  return { port, pid: child.pid as number, stop };
}
