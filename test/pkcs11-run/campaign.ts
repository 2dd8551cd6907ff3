import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Pkcs11Root } from '../../adapters/pkcs11/pkcs11-root.js';
import { LedgerFault } from '../../domain/rejections.js';
import type { SoftToken } from '../support/softhsm.js';
import { contextOf, secretOf } from './secrets.js';

const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url));
const NUMBERS_A_WORKER = 1_000_000;
const RUNNING_WITHIN_MS = 20_000;
const IN_FLIGHT = 64;

interface Line {
  readonly n?: number;
  readonly rootId?: string;
  readonly wrapped?: string;
  readonly rotated?: string;
}

export interface CampaignResult {
  readonly wrapped: number;
  readonly rotated: number;
  readonly keys: number;
  /** What did not open, or opened wrongly: must be empty. */
  readonly wrong: readonly string[];
  /** Calls that were answered, and those refused, while the token was pulled and put back. */
  readonly answered: number;
  readonly refused: number;
}

/**
 * Rounds of two processes that wrap and rotate on one token until they are killed in the middle of it; then everything that was
 * acknowledged is opened in a new process, and the token is pulled and put back while 64 calls are under way.
 */
export async function campaign(token: SoftToken, rounds: number, say: (line: string) => void): Promise<CampaignResult> {
  const lines: Line[] = [];
  for (let round = 0; round < rounds; round++) {
    const own = await Promise.all([0, 1].map((n) => workAndKill(token, (2 * round + n) * NUMBERS_A_WORKER, say)));
    lines.push(...own.flat());
  }
  token.use();
  say('starting again after the last kill -9');
  const root = await Pkcs11Root.open({ ...token.options, onState: (state) => say(`the HSM is ${state}`) });
  try {
    const wrapped = lines.filter((line) => line.wrapped !== undefined);
    const keys = await root.list();
    const wrong = [...(await openAll(root, wrapped)), ...missing(lines, new Set(keys.map(({ rootId }) => rootId)))];
    say(`${wrapped.length} wrapped secrets, ${keys.length} root keys: ${wrong.length} cannot be opened`);
    const pulled = await pullAndPutBack(token, root, wrapped, say);
    const rotated = lines.filter((line) => line.rotated !== undefined).length;
    return { wrapped: wrapped.length, rotated, keys: keys.length, ...pulled, wrong: [...wrong, ...pulled.wrong] };
  } finally {
    await root.close();
  }
}

async function workAndKill(token: SoftToken, first: number, say: (line: string) => void): Promise<Line[]> {
  const args = ['--enable-source-maps', WORKER, JSON.stringify(token.options), String(first)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, SOFTHSM2_CONF: token.configuration } });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
  });
  const closed = once(child, 'close');
  await running(child, () => output.includes('rotated'));
  await sleep(50 + Math.random() * 250);
  child.kill('SIGKILL');
  const [, signal] = (await closed) as [number | null, NodeJS.Signals | null];
  if (signal !== 'SIGKILL') throw new Error('the process ended before it was killed');
  const lines = output.split('\n').slice(0, -1);
  say(`process ${child.pid} wrapped and rotated ${lines.length} times, then kill -9`);
  return lines.map((line) => JSON.parse(line) as Line);
}

async function running(child: ChildProcess, holds: () => boolean): Promise<void> {
  for (let waitedMs = 0; !holds(); waitedMs += 10) {
    if (child.exitCode !== null || waitedMs > RUNNING_WITHIN_MS) {
      child.kill('SIGKILL');
      throw new Error('the process does not wrap and rotate');
    }
    await sleep(10);
  }
}

/** Rotations that were acknowledged, and whose keys are not there. */
function missing(lines: readonly Line[], keys: ReadonlySet<string>): string[] {
  return lines.flatMap(({ rotated }) => (rotated === undefined || keys.has(rotated) ? [] : [`root key ${rotated}`]));
}

async function openAll(root: Pkcs11Root, lines: readonly Line[]): Promise<string[]> {
  const wrong: string[] = [];
  for (let at = 0; at < lines.length; at += IN_FLIGHT) {
    const answers = await Promise.all(lines.slice(at, at + IN_FLIGHT).map((line) => answerOf(root, line)));
    wrong.push(...answers.filter((answer) => answer !== 'right'));
  }
  return wrong;
}

async function answerOf(root: Pkcs11Root, { n = -1, rootId = '', wrapped = '' }: Line): Promise<string> {
  try {
    const secret = await root.unwrap({ rootId, wrapped }, contextOf(n));
    return Buffer.compare(secret, secretOf(n)) === 0 ? 'right' : `secret ${n}: a wrong one`;
  } catch (fault) {
    return `secret ${n}: ${fault instanceof LedgerFault ? fault.code : String(fault)}`;
  }
}

async function pullAndPutBack(token: SoftToken, root: Pkcs11Root, lines: readonly Line[], say: (line: string) => void) {
  const some = lines.slice(0, IN_FLIGHT);
  say(`${some.length} calls under way, and the token is pulled`);
  const underWay = Promise.all(some.map((line) => answerOf(root, line)));
  await sleep(1);
  token.leave();
  const answers = [...(await underWay), ...(await Promise.all(some.map((line) => answerOf(root, line))))];
  token.comeBack();
  say('the token is put back');
  for (let waitedMs = 0; root.state !== 'ready' && waitedMs < RUNNING_WITHIN_MS; waitedMs += 20) await sleep(20);
  const answered = answers.filter((answer) => answer === 'right').length;
  const refused = answers.filter((answer) => answer.endsWith(': keys-unavailable')).length;
  const after = await openAll(root, lines);
  say(`${answered} calls answered, ${refused} refused as keys-unavailable; afterwards ${after.length} cannot be opened`);
  return { answered, refused, wrong: [...answers.filter((answer) => answer !== 'right' && !answer.endsWith(': keys-unavailable')), ...after] };
}
