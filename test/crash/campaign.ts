import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LedgerProcess } from '../bench/ledger-process.js';
import { Book } from './book.js';
import { type Tokens, tokensOf } from './client.js';
import { Actor, setUp } from './load.js';
import { LogIndex, NUMBERED, OFFSETS, type ProblemKind, Problems } from './log-index.js';
import { compareModels, MODELS } from './models.js';
import { takeAway } from './outage.js';
import { Random } from './random.js';
import { repeatUnacknowledged, verifyAcknowledged, verifyKeyUses, verifyNothingElse } from './verify.js';

export interface CampaignOptions {
  readonly rounds: number;
  readonly seed: number;
  /** Where the log is; the embedded one when null or absent. */
  readonly eventStoreUrl?: string | null;
  /** What a shell has to do to kill the log's server and start it again; in some rounds it is done under load. */
  readonly outage?: string | null;
  readonly onRound?: (words: string) => void;
}

export interface Summary {
  rounds: number;
  acknowledged: number;
  reads: number;
  unanswered: number;
  unansweredLanded: number;
  readonly problems: Record<ProblemKind, number>;
  /** In how many rounds each kind of work was under way at the kill. */
  readonly killDuring: Map<string, number>;
}

/** What was found wrong, with the folder in which it still stands. */
export class CampaignFailed extends Error {
  override readonly name = 'CampaignFailed';
}

const ACTORS = 8;
const KILL_AFTER_MS = [50, 800] as const;
/** A server answers more slowly, at first most of all. */
const KILL_AFTER_MS_ON_SERVER = [50, 3000] as const;
/** A log that grows for ever would make the verifying the campaign: after so many rounds a fresh folder is begun. */
const ROUNDS_A_FOLDER = 20;
const PATIENTS_COMPARED = 4;
const PROBLEMS_SHOWN = 20;

/** Rounds of load, SIGKILL, restart and verifying. Throws `CampaignFailed` at the first round that shows a problem. */
export async function runCampaign(options: CampaignOptions): Promise<Summary> {
  const random = new Random(options.seed);
  const summary: Summary = {
    rounds: 0,
    acknowledged: 0,
    reads: 0,
    unanswered: 0,
    unansweredLanded: 0,
    problems: { lost: 0, duplicated: 0, gap: 0, unaudited: 0, model: 0 },
    killDuring: new Map(),
  };
  while (summary.rounds < options.rounds) {
    const dataDir = mkdtempSync(join(tmpdir(), 'ledger-crash-'));
    const folder = new Folder(dataDir, random, summary, options);
    try {
      await folder.run(Math.min(ROUNDS_A_FOLDER, options.rounds - summary.rounds));
    } catch (fault) {
      await folder.ledger?.kill();
      const { stack } = fault as Error;
      throw new CampaignFailed(
        `round ${summary.rounds + 1}, seed ${options.seed}: ${fault instanceof CampaignFailed ? fault.message : stack}\nThe data folder is kept: ${dataDir}`,
      );
    }
    rmSync(dataDir, { recursive: true, force: true });
  }
  return summary;
}

/** The rounds on one data folder. */
class Folder {
  ledger: LedgerProcess | null = null;
  readonly #book = new Book();
  readonly #onServer: boolean;
  readonly #log: LogIndex;
  readonly #env: Readonly<Record<string, string>>;

  constructor(
    private readonly dataDir: string,
    private readonly random: Random,
    private readonly summary: Summary,
    private readonly options: CampaignOptions,
  ) {
    const { eventStoreUrl } = options;
    this.#onServer = typeof eventStoreUrl === 'string';
    this.#env = typeof eventStoreUrl === 'string' ? { EVENTSTORE_URL: eventStoreUrl } : {};
    this.#log = this.#emptyIndex();
  }

  #emptyIndex(): LogIndex {
    return new LogIndex(this.#onServer ? OFFSETS : NUMBERED);
  }

  async run(rounds: number): Promise<void> {
    let ledger = await this.#start();
    // A server's log outlives the folder, so each folder is a tenant of its own.
    const tokens = await tokensOf(ledger, `crash-${randomUUID().slice(0, 8)}`);
    await ledger.ready();
    await setUp(ledger, tokens, this.#book);
    for (let round = 0; round < rounds; round++) {
      const during = await this.#loadAndKill(ledger, tokens);
      if (this.random.chance(0.15)) await this.#killWhileStarting(during);
      ledger = await this.#start();
      await ledger.ready();
      await this.#verify(ledger, tokens, during);
    }
    await this.#readAgain(ledger, tokens);
    await ledger.stop();
  }

  async #start(): Promise<LedgerProcess> {
    this.ledger = await LedgerProcess.start({ dataDir: this.dataDir, env: this.#env });
    return this.ledger;
  }

  async #loadAndKill(ledger: LedgerProcess, tokens: Tokens): Promise<Set<string>> {
    const windowMs: readonly [number, number] = this.#onServer ? KILL_AFTER_MS_ON_SERVER : KILL_AFTER_MS;
    const killAfterMs = this.random.between(...windowMs);
    const rebuilds = this.random.chance(0.3) ? this.random.pick(MODELS) : null;
    const rebuildAfterMs = this.random.between(0, killAfterMs);
    const actors = Array.from({ length: ACTORS }, (_, n) => new Actor(`r${this.summary.rounds}a${n}`, this.random.fork(), ledger, tokens, this.#book));
    const during = new Set<string>();
    const running = Promise.all(actors.map((actor) => actor.run()));
    const killing = (async () => {
      if (rebuilds !== null) {
        await new Promise((resolve) => setTimeout(resolve, rebuildAfterMs));
        await ledger.post(`/v1/projections/${rebuilds}/rebuild`, tokens.operator, '{}').catch(() => undefined);
        during.add(`rebuild of ${rebuilds}`);
      }
      await this.#takeServerAway(ledger, during);
      await new Promise((resolve) => setTimeout(resolve, killAfterMs - (rebuilds === null ? 0 : rebuildAfterMs)));
      for (const { doing } of actors) if (doing !== null) during.add(doing);
      await ledger.kill();
    })();
    await Promise.all([running, killing]);
    this.#book.outage = false;
    return during;
  }

  /** In half of the rounds, where there is a server: the ledger has to come back to it by itself, and the load goes on meanwhile. */
  async #takeServerAway(ledger: LedgerProcess, during: Set<string>): Promise<void> {
    const { outage = null } = this.options;
    if (outage === null || this.random.chance(0.5)) return;
    during.add('outage of the log');
    this.#book.outage = true;
    await takeAway(outage);
    await ledger.ready();
  }

  async #killWhileStarting(during: Set<string>): Promise<void> {
    during.add('start');
    await LedgerProcess.startAndKill(this.dataDir, this.random.between(50, 600), this.#env);
  }

  async #verify(ledger: LedgerProcess, tokens: Tokens, during: Set<string>): Promise<void> {
    const problems = new Problems();
    const book = this.#book;
    const acknowledged = book.sent.length - book.unacknowledged().length;
    await this.#log.readOn(ledger, tokens.auditor, problems);
    verifyAcknowledged(book, this.#log, problems);
    verifyKeyUses(this.#log, problems);
    const repeats = await repeatUnacknowledged(ledger, tokens, book, this.#log, problems);
    await this.#log.readOn(ledger, tokens.auditor, problems);
    verifyAcknowledged(book, this.#log, problems);
    verifyNothingElse(book, this.#log, problems);
    await compareModels(ledger, tokens, book, this.#log, this.random.sample(book.touched(), PATIENTS_COMPARED), problems);
    this.#count(acknowledged, repeats, during, problems);
    this.options.onRound?.(
      `round ${this.summary.rounds}: ${acknowledged} acknowledged, ${repeats.all} without an answer (${repeats.landed} had happened), ${book.reads.length} reads, killed during ${[...during].join(', ')}`,
    );
    fail(problems);
    book.nextRound();
  }

  /** The whole log once more from the beginning: what was verified round by round still stands where it stood. */
  async #readAgain(ledger: LedgerProcess, tokens: Tokens): Promise<void> {
    const problems = new Problems();
    const again = this.#emptyIndex();
    await again.readOn(ledger, tokens.auditor, problems);
    for (const [id, place] of this.#log.events) {
      const now = again.events.get(id);
      if (now === undefined) problems.add('lost', `event ${id} of ${place.stream} was in the log and is not any more`);
      else if (now.position !== place.position || now.revision !== place.revision || now.stream !== place.stream) problems.add('lost', `event ${id} has moved`);
    }
    fail(problems);
  }

  #count(acknowledged: number, repeats: { landed: number; all: number }, during: Set<string>, problems: Problems): void {
    const { summary } = this;
    summary.rounds += 1;
    summary.acknowledged += acknowledged;
    summary.reads += this.#book.reads.length;
    summary.unanswered += repeats.all;
    summary.unansweredLanded += repeats.landed;
    for (const kind of Object.keys(summary.problems) as ProblemKind[]) summary.problems[kind] += problems.count(kind);
    for (const what of during) summary.killDuring.set(what, (summary.killDuring.get(what) ?? 0) + 1);
  }
}

function fail(problems: Problems): void {
  if (problems.list.length === 0) return;
  const shown = problems.list.slice(0, PROBLEMS_SHOWN).map(({ kind, words }) => `${kind}: ${words}`);
  throw new CampaignFailed(`${problems.list.length} problems\n${shown.join('\n')}`);
}

/** The campaign's figure, in one line. */
export function summaryLine({ rounds, acknowledged, reads, unanswered, unansweredLanded, problems, killDuring }: Summary): string {
  const during = [...killDuring].sort((left, right) => right[1] - left[1]).map(([what, count]) => `${what} ${count}`);
  return (
    `rounds ${rounds}, acknowledged ${acknowledged}, lost ${problems.lost}, duplicated ${problems.duplicated}, half batches ${problems.gap}, ` +
    `models differing ${problems.model}, reads ${reads}, unaudited ${problems.unaudited}, without an answer ${unanswered} (${unansweredLanded} had happened; each once after its repeat), ` +
    `kill during: ${during.join(', ')}`
  );
}
