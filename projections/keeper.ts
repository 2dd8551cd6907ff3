import { LedgerFault } from '../domain/rejections.js';
import type { Projection } from './projection.js';
import { type Progress, type RunDeps, runProjection } from './run.js';

const BACK_OFF_MS = [100, 250, 500, 1000, 2500, 5000];

export interface KeeperDeps extends RunDeps {
  /** A run ended with a fault and will be tried again: for the log and for health. */
  readonly onFault: (model: string, fault: unknown) => void;
}

/**
 * Keeps one read model up to date for as long as the process lives: runs its active generation, tries again after faults,
 * builds a new generation beside it when asked (or when the projection's version is new) and switches when that has caught up.
 */
export class Keeper {
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #turn = new AbortController();
  #rebuilding: Promise<void> | null = null;

  constructor(
    private readonly deps: KeeperDeps,
    private readonly projection: Projection,
  ) {}

  /** Makes sure there is an active generation, then runs it in the background. */
  async start(): Promise<void> {
    await this.#active().catch((fault) => {
      if (!(fault instanceof LedgerFault && fault.code === 'lease-lost')) throw fault;
    });
    this.#running = this.#keep();
  }

  /** Builds beside the running model, switches, and resolves. Asked twice at once, it is done once. */
  rebuild(): Promise<void> {
    this.#rebuilding ??= this.#rebuild().finally(() => {
      this.#rebuilding = null;
    });
    return this.#rebuilding;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#turn.abort();
    await this.#rebuilding?.catch(() => undefined);
    await this.#running;
  }

  async #keep(): Promise<void> {
    let faults = 0;
    let reached: string | null = null;
    // Only getting further ends a row of faults: each new attempt reports first where it begins.
    const onProgress = (progress: Progress) => {
      if (progress.through !== reached) faults = 0;
      reached = progress.through;
      this.deps.onProgress(progress);
    };
    while (!this.#stop.signal.aborted) {
      this.#turn = new AbortController();
      const signal = AbortSignal.any([this.#turn.signal, this.#stop.signal]);
      try {
        const active = await this.#active();
        if (await this.#outdated(active)) {
          // Rows of another version stay readable, untouched, until their successor has caught up.
          await this.rebuild();
          continue;
        }
        await runProjection({ ...this.deps, onProgress }, this.projection, active, { signal });
      } catch (fault) {
        // A run that was told to end may well have lost its generation: that is no fault.
        if (signal.aborted) continue;
        this.deps.onFault(this.projection.name, fault);
        await this.deps.sleep(BACK_OFF_MS[Math.min(faults++, BACK_OFF_MS.length - 1)] as number, signal);
      }
    }
  }

  /** The first process to start makes the first generation; one that was overtaken in that finds it made a moment later. */
  async #active(): Promise<number> {
    const { name } = this.projection;
    const { active } = await this.deps.models.generations(name);
    if (active !== null) return active;
    const first = await this.deps.models.begin(name);
    await this.deps.models.activate(name, first);
    return first;
  }

  async #outdated(active: number): Promise<boolean> {
    const checkpoint = await this.deps.models.checkpoint(this.projection.name, active);
    return checkpoint !== null && checkpoint.version !== this.projection.version;
  }

  async #rebuild(): Promise<void> {
    const { name } = this.projection;
    const generation = await this.deps.models.begin(name);
    await runProjection(this.deps, this.projection, generation, { signal: this.#stop.signal, untilCaughtUp: true });
    if (this.#stop.signal.aborted) return;
    await this.deps.models.activate(name, generation);
    // The run of the former generation ends here; the loop goes on with the new one.
    this.#turn.abort();
  }
}
