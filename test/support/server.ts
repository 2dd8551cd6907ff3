import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DevelopmentIssuer } from '../../adapters/auth/development-issuer.js';
import { USUAL_PURPOSE } from '../../adapters/cli/token.js';

/** The command line as it was built: what `npm run ledger` runs. */
export const CLI = fileURLToPath(new URL('../../adapters/cli/main.js', import.meta.url));

const STARTED_WITHIN_MS = 30_000;
const STOPPED_WITHIN_MS = 30_000;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ServerOptions {
  readonly dataDir?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface TokenWish {
  readonly tenant?: string;
  readonly purpose?: string;
  readonly roles?: readonly string[];
}

/** Variables of the machine's own that a child needs; none of ours leaks into it. */
export function cleanEnvironment(extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { PATH = '', HOME = '', TMPDIR } = process.env;
  return { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }), ...extra };
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'clinical-ledger-'));
}

/** A real ledger in a process of its own, on a free port and a folder of its own, with everything it says kept. */
export class LedgerServer {
  /** All that the process wrote to both outputs. */
  output = '';
  readonly #ended: Promise<Ended>;

  private constructor(
    readonly dataDir: string,
    readonly child: ChildProcess,
  ) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString('utf8');
      });
    }
    this.#ended = once(child, 'close').then(([code, signal]) => ({ code: code as number | null, signal: signal as NodeJS.Signals | null }));
  }

  static async start({ dataDir = temporaryFolder(), env = {} }: ServerOptions = {}): Promise<LedgerServer> {
    const server = LedgerServer.spawn({ dataDir, env });
    await server.#listening();
    return server;
  }

  /** Does not wait for it to listen: it may be meant to refuse. */
  static spawn({ dataDir = temporaryFolder(), env = {} }: ServerOptions): LedgerServer {
    const child = spawn(process.execPath, [CLI, 'serve'], {
      env: cleanEnvironment({ DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'warn', CHANGE_CONTROL: 'one-person', ...env }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new LedgerServer(dataDir, child);
  }

  get url(): string {
    return /listens on (http:\/\/\S+)/.exec(this.output)?.[1] ?? '';
  }

  async #listening(): Promise<void> {
    const began = Date.now();
    while (this.url === '') {
      if (this.child.exitCode !== null || this.child.signalCode !== null || Date.now() - began > STARTED_WITHIN_MS) {
        this.child.kill('SIGKILL');
        throw new Error(`the ledger did not start:\n${this.output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** A token of the embedded development issuer, with the role's usual purpose and in tenant `demo` unless said otherwise. */
  async token(subject: string, role: string, { tenant = 'demo', purpose = USUAL_PURPOSE[role] ?? 'TREAT', roles = [role] }: TokenWish = {}): Promise<string> {
    const issuer = await DevelopmentIssuer.open(join(this.dataDir, 'keys', 'development-issuer.json'));
    return issuer.sign({ tenant, subject, roles, purpose, organization: null, mfa: false, ttlSeconds: 3600 });
  }

  /** Runs a verb of the command line against this ledger. */
  async run(...args: string[]): Promise<Ended & { stdout: string; stderr: string }> {
    return runCli(args, { DATA_DIR: this.dataDir, LEDGER_URL: this.url });
  }

  ended(): Promise<Ended> {
    return this.#ended;
  }

  /** Asks it to stop and waits until it has. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.child.kill(signal);
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOPPED_WITHIN_MS);
    const ended = await this.#ended;
    clearTimeout(timer);
    return ended;
  }

  /** Stops it and starts another on the same folder. */
  async restart(env: Readonly<Record<string, string>> = {}): Promise<LedgerServer> {
    await this.stop();
    return LedgerServer.start({ dataDir: this.dataDir, env });
  }

  async remove(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) await this.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

export async function runCli(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended & { stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [CLI, ...args], { env: cleanEnvironment({ LOG_LEVEL: 'warn', ...env }), stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => {
      said[name] += chunk.toString('utf8');
    });
  }
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, ...said };
}
