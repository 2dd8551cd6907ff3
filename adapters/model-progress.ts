import { LedgerFault } from '../domain/rejections.js';
import type { Progress } from '../projections/run.js';

interface Waiting {
  readonly position: string;
  readonly resolve: (reached: boolean) => void;
}

interface Known {
  progress: Progress;
  atMs: number;
  fault: { readonly code: string; readonly sinceMs: number } | null;
}

/** One read model, as operators are shown it. */
export interface ModelState {
  readonly model: string;
  readonly generation: number;
  readonly through: string | null;
  readonly events: number;
  readonly caughtUp: boolean;
  readonly fault: string | null;
  readonly building: { readonly generation: number; readonly events: number } | null;
}

/** For who was not found in a model that may not have heard of them yet: not to be found is no answer then, and to ask again is. */
export function tooFarBehind(model: string): LedgerFault {
  return new LedgerFault('read-models-unavailable', { cause: new Error(`${model} did not meet the end of the log in time`) });
}

/** Where each read model of this process stands, and whoever waits for it to get somewhere. */
export class ModelProgress {
  readonly #known = new Map<string, Known>();
  readonly #building = new Map<string, Progress>();
  readonly #waiting = new Map<string, Set<Waiting>>();
  readonly #moves = new Map<string, Set<() => void>>();

  constructor(
    private readonly compare: (left: string, right: string) => number,
    private readonly nowMs: () => number,
  ) {}

  report(progress: Progress): void {
    const known = this.#known.get(progress.model);
    if (progress.building) {
      this.#building.set(progress.model, progress);
      return;
    }
    if (known !== undefined && progress.generation < known.progress.generation) return;
    this.#known.set(progress.model, { progress, atMs: this.nowMs(), fault: null });
    this.#building.delete(progress.model);
    if (known?.progress.through !== progress.through) for (const done of this.#moves.get(progress.model) ?? []) done();
    for (const waiting of this.#waiting.get(progress.model) ?? []) {
      if (this.#reached(progress.model, waiting.position)) waiting.resolve(true);
    }
  }

  fault(model: string, code: string): void {
    const known = this.#known.get(model);
    if (known !== undefined) known.fault ??= { code, sinceMs: this.nowMs() };
  }

  /** True as soon as the model has read up to the position; false when that took too long. */
  reached(model: string, position: string, timeoutMs: number): Promise<boolean> {
    if (this.#reached(model, position)) return Promise.resolve(true);
    return new Promise((resolve) => {
      const waiters = this.#waiting.get(model) ?? new Set();
      this.#waiting.set(model, waiters);
      const timer = setTimeout(() => waiting.resolve(false), timeoutMs);
      const waiting: Waiting = {
        position,
        resolve: (reached) => {
          clearTimeout(timer);
          waiters.delete(waiting);
          resolve(reached);
        },
      };
      waiters.add(waiting);
    });
  }

  /** How far the model is known to have come. */
  through(model: string): string | null {
    return this.#known.get(model)?.progress.through ?? null;
  }

  /** Resolves when the model stands elsewhere than there, or when that took too long. */
  moved(model: string, from: string | null, timeoutMs: number): Promise<void> {
    if (this.through(model) !== from) return Promise.resolve();
    return new Promise((resolve) => {
      const moves = this.#moves.get(model) ?? new Set();
      this.#moves.set(model, moves);
      const done = () => {
        clearTimeout(timer);
        moves.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      moves.add(done);
    });
  }

  all(): ModelState[] {
    return [...this.#known].map(([model, { progress, fault }]) => {
      const building = this.#building.get(model);
      return {
        model,
        generation: progress.generation,
        through: progress.through,
        events: progress.events,
        caughtUp: progress.caughtUp,
        fault: fault?.code ?? null,
        building: building === undefined ? null : { generation: building.generation, events: building.events },
      };
    });
  }

  #reached(model: string, position: string): boolean {
    const through = this.#known.get(model)?.progress.through ?? null;
    return through !== null && this.compare(through, position) >= 0;
  }
}
