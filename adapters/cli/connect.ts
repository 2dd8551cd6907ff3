import { DevelopmentIssuer, type TokenRequest } from '../auth/development-issuer.js';
import { type Config, readConfig } from '../config.js';
import type { Ledger } from '../container.js';
import { READ_MODELS } from '../read-model-names.js';
import { CliProblem } from './problem.js';

/** A ledger to talk to over HTTP: the running one, or one opened for this verb. */
export interface Connection {
  readonly url: string;
  /** Says which it is, for whoever runs the verb. */
  readonly words: string;
  /** False when `LEDGER_TOKEN` gave the one token there is. */
  readonly signsOwnTokens: boolean;
  readonly token: (request: Pick<TokenRequest, 'tenant' | 'subject' | 'roles' | 'purpose'>) => Promise<string>;
  readonly close: () => Promise<void>;
}

const ANSWER_WITHIN_MS = 1500;
const READ_WITHIN_MS = 120_000;
const TOKEN_SECONDS = 12 * 3600;

/**
 * The server at `LEDGER_URL` (default `http://127.0.0.1:$PORT`) when it answers; else the stores of `DATA_DIR`, opened by this
 * process and served to itself on a free port of the loopback, so that a verb takes one way in both cases.
 */
export async function connect(env: Readonly<Record<string, string | undefined>> = process.env): Promise<Connection> {
  const config = readConfig(env);
  const own = { signsOwnTokens: env['LEDGER_TOKEN'] === undefined, token: tokens(config, env) };
  const url = (env['LEDGER_URL'] ?? `http://127.0.0.1:${config.port}`).replace(/\/$/, '');
  if (await answers(url)) {
    return { url, words: `talking to the ledger at ${url}`, ...own, close: async () => undefined };
  }
  if (env['LEDGER_URL'] !== undefined) throw new CliProblem(`No ledger answers at ${url}.`);
  // Imported here: most verbs talk to a running ledger, and need none of what one is made of.
  const { openLedger } = await import('../container.js');
  const ledger = await openLedger({ ...config, logLevel: 'silent' });
  await readUpToNow(ledger.services);
  const address = await ledger.app.listen({ host: '127.0.0.1', port: 0 });
  return { url: address, words: `no ledger answers at ${url}: opened the stores of ${config.dataDir}`, ...own, close: ledger.stop };
}

/** Stores that were just opened may hold events that no read model has seen yet: a verb asks after all of them. */
async function readUpToNow({ store, progress }: Ledger['services']): Promise<void> {
  const head = await store.head();
  if (head === null) return;
  const reached = await Promise.all(READ_MODELS.map((model) => progress.reached(model, head, READ_WITHIN_MS)));
  if (!reached.every(Boolean))
    throw new CliProblem('The read models did not catch up with the log in time. Start the ledger, and see its log and /health/ready.');
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health/live`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) })).ok;
  } catch {
    return false;
  }
}

function tokens(config: Config, env: Readonly<Record<string, string | undefined>>): Connection['token'] {
  const given = env['LEDGER_TOKEN'];
  if (given !== undefined) return async () => given;
  return async (request) => {
    const issuer = await DevelopmentIssuer.open(config.issuerFile);
    return issuer.sign({ ...request, organization: null, mfa: false, ttlSeconds: TOKEN_SECONDS });
  };
}

/** The answer's JSON, or what the ledger said against it. */
export async function asked<T>(response: Response): Promise<T> {
  const text = await response.text();
  if (response.ok) return JSON.parse(text) as T;
  throw new CliProblem(problemWords(response.status, text));
}

export function problemWords(status: number, text: string): string {
  try {
    const { code, detail, remedy, correlationId } = JSON.parse(text) as Record<string, string>;
    return `${status} ${code}: ${detail} ${remedy} (correlation id ${correlationId})`;
  } catch {
    return `The ledger answered ${status}.`;
  }
}
