import { concatMap, lastValueFrom, takeWhile, tap } from 'rxjs';
import type { EventPage, EventReader } from '../domain/log.js';
import { LedgerFault } from '../domain/rejections.js';
import type { Recorded } from '../schemas/catalogue.js';
import { feedOf } from './feed.js';
import { PageRows } from './page-rows.js';
import type { Checkpoint, ReadModels } from './ports.js';
import type { Projection } from './projection.js';
import { resealedThrough, withResealedParts } from './resealed.js';
import { nextStride, STRIDE_ROWS } from './stride.js';

/** Where a projection stands. `through` counts events of other types too: what has been looked at. */
export interface Progress {
  readonly model: string;
  readonly generation: number;
  readonly through: string | null;
  readonly events: number;
  readonly caughtUp: boolean;
  /** True while a generation is built beside the one that is read. */
  readonly building: boolean;
}

export interface RunDeps {
  readonly store: EventReader;
  readonly models: ReadModels;
  /** Names this process to the leases. */
  readonly owner: string;
  readonly onProgress: (progress: Progress) => void;
  /** Looks at a page before it is projected: where an event's sealed content has to be read for an index. */
  readonly prepare?: (page: readonly Recorded[]) => Promise<void>;
  /** At most so many events in one go, where each takes long: what runs beside requests must not hold them up. */
  readonly pageEvents?: number;
  /** Rows that a sweep looks at between two saves; as many as `stride.ts` says when absent. */
  readonly strideRows?: number;
  readonly nowMs: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

export const PAGE_EVENTS = 500;
/**
 * At the end of the log the next page is fetched a moment later: a save costs as much for one event as for thirty, and it
 * would otherwise be made for every commit. It is the most that a read model may lag behind on a calm ledger.
 */
const LINGER_MS = 10;
/** While building, nobody waits for a single event: larger pages cost less an event. */
export const BUILDING_PAGE_EVENTS = 2000;
const LEASE_MS = 15_000;
/** How often the checkpoint is saved while only events of other types go by. */
const IDLE_SAVE_MS = 1000;
/** How often a process that waits for the lease tries again, and looks how far the one that has it has got. */
const STANDBY_MS = 500;

/**
 * page → project → save rows with checkpoint → acknowledge, until aborted, or until it has met the end of the log once
 * (`untilCaughtUp`). One process at a time runs a generation: it holds a lease, and the store refuses a save under an old one.
 * Throws faults of the stores; the caller decides when to try again.
 */
export async function runProjection(
  deps: RunDeps,
  projection: Projection,
  generation: number,
  options: { signal: AbortSignal; untilCaughtUp?: boolean },
): Promise<void> {
  const run = new Run(deps, projection, generation, options.signal, options.untilCaughtUp === true);
  const atEnd = await run.begin();
  // Where there is nothing to read, no page comes that could say so.
  if (options.signal.aborted || (atEnd && options.untilCaughtUp === true)) return;
  const pages = feedOf((signal) => {
    const after = run.checkpoint.position === '' ? null : run.checkpoint.position;
    const either = AbortSignal.any([signal, options.signal]);
    return deps.store.subscribe({
      after,
      limit: Math.min(deps.pageEvents ?? BUILDING_PAGE_EVENTS, options.untilCaughtUp === true ? BUILDING_PAGE_EVENTS : PAGE_EVENTS),
      types: projection.events,
      signal: either,
    });
  });
  await lastValueFrom(
    pages.pipe(
      concatMap(async ({ page, ack }) => {
        await run.apply(page);
        return { page, ack };
      }),
      takeWhile(({ page }) => !(options.untilCaughtUp === true && page.end)),
      tap(({ page, ack }) => {
        if (page.end) void deps.sleep(projection.lingerMs ?? LINGER_MS, options.signal).then(ack);
        else ack();
      }),
    ),
    { defaultValue: undefined },
  );
}

class Run {
  checkpoint: Checkpoint;
  #fence = 0;
  #leasedUntilMs = 0;
  /** True once a sweep was broken off because the run is to end. */
  #broken = false;
  #savedAtMs = 0;
  /** Parts of events up to here may have been sealed anew since. Whoever seals more of them has the model built anew. */
  #resealedThrough: string | null = null;

  constructor(
    private readonly deps: RunDeps,
    private readonly projection: Projection,
    private readonly generation: number,
    private readonly signal: AbortSignal,
    private readonly building: boolean,
  ) {
    this.checkpoint = { position: '', events: 0, version: projection.version };
  }

  /** Waits for the lease, then takes up where the rows stand. True when that is the end of the log. */
  async begin(): Promise<boolean> {
    while (!this.signal.aborted && !(await this.#lease())) {
      await this.#takeStock();
      await this.deps.sleep(STANDBY_MS, this.signal);
    }
    if (this.signal.aborted) return false;
    const atEnd = await this.#takeStock();
    this.#resealedThrough = await resealedThrough(this.deps.models);
    await this.#sweep();
    return atEnd;
  }

  async apply(page: EventPage): Promise<void> {
    if (page.through === null) return;
    await this.#keepLease();
    const events = page.events.filter(({ position }) => this.checkpoint.position === '' || this.deps.store.compare(position, this.checkpoint.position) > 0);
    if (events.length > 0) await this.#project(events, page.through);
    else if (this.deps.nowMs() - this.#savedAtMs > IDLE_SAVE_MS) await this.#save([], [], page.through, 0);
    // Told to end in the middle of a sweep, the page is not done: the next run begins with the rest of it.
    if (!this.#broken) this.#progress(page.through, page.end);
  }

  /** In one go, or in several where rows have to be swept between two events. */
  async #project(page: readonly Recorded[], through: string): Promise<void> {
    const events = this.#mayBeResealed(page) ? await withResealedParts(this.deps.models, page) : page;
    await this.deps.prepare?.(events);
    for (let rest = events; rest.length > 0 && !this.#broken; ) {
      const rows = await this.#rowsFor(rest);
      const done = this.#applyUntilSweep(rest, rows);
      const { put, remove } = rows.changes();
      await this.#save(put, remove, done === rest.length ? through : (rest[done - 1]?.position ?? this.checkpoint.position), done);
      rest = rest.slice(done);
      if (this.#mustSweep(rows)) await this.#sweep();
    }
  }

  #mayBeResealed([first]: readonly Recorded[]): boolean {
    return this.#resealedThrough !== null && first !== undefined && this.deps.store.compare(first.position, this.#resealedThrough) <= 0;
  }

  #rowsFor(events: readonly Recorded[]): Promise<PageRows> {
    const { models, store } = this.deps;
    return PageRows.fetch(models, this.projection, this.generation, events, (left, right) => store.compare(left, right));
  }

  /** How many events were applied: all, or as many as come before a sweep. */
  #applyUntilSweep(events: readonly Recorded[], rows: PageRows): number {
    for (const [done, recorded] of events.entries()) {
      const { position, event } = recorded;
      const before = this.projection.sweep?.before(recorded, rows) ?? null;
      if (before !== null) {
        rows.change(before, position);
        return done;
      }
      if (!rows.applied(this.projection.needs(event), position)) rows.change(this.projection.apply(recorded, rows), position);
      if (this.#mustSweep(rows)) return done + 1;
    }
    return events.length;
  }

  #mustSweep(rows: PageRows): boolean {
    return this.projection.sweep !== undefined && rows.get(this.projection.sweep.key) !== undefined;
  }

  /** Ends the sweep that the rows tell of, if any. */
  async #sweep(): Promise<void> {
    const { sweep, name } = this.projection;
    if (sweep === undefined) return;
    const { models, store } = this.deps;
    for (;;) {
      const [under] = await models.get(name, [sweep.key], this.generation);
      if (under === undefined) return;
      this.#broken = this.signal.aborted;
      if (this.#broken) return;
      await this.#keepLease();
      const source = { models, model: name, generation: this.generation };
      const stride = await nextStride(source, sweep.walk(under), this.deps.strideRows ?? STRIDE_ROWS);
      const rows = PageRows.none((left, right) => store.compare(left, right));
      await rows.add(source, [sweep.needs(under, stride)]);
      rows.change(sweep.apply(under, stride, rows), under.position);
      const { put, remove } = rows.changes();
      await this.#save(put, remove, this.checkpoint.position, 0);
      // Other models of this thread get their turn.
      await this.deps.sleep(0, this.signal);
    }
  }

  async #save(put: Parameters<ReadModels['save']>[3]['put'], remove: readonly string[], position: string, events: number): Promise<void> {
    const checkpoint = { position, events: this.checkpoint.events + events, version: this.projection.version };
    await this.deps.models.save(this.projection.name, this.generation, this.#fence, { put, remove, checkpoint });
    this.checkpoint = checkpoint;
    this.#savedAtMs = this.deps.nowMs();
  }

  /** Reports what the rows hold, whoever wrote them: a process that only reads them wants to know too. */
  async #takeStock(): Promise<boolean> {
    const { store, models } = this.deps;
    this.checkpoint = (await models.checkpoint(this.projection.name, this.generation)) ?? this.checkpoint;
    const { position } = this.checkpoint;
    const head = await store.head();
    const atEnd = head === null || (position !== '' && store.compare(position, head) >= 0);
    this.#progress(position, atEnd);
    return atEnd;
  }

  async #keepLease(): Promise<void> {
    if (this.deps.nowMs() > this.#leasedUntilMs - LEASE_MS / 2 && !(await this.#lease())) throw new LedgerFault('lease-lost');
  }

  async #lease(): Promise<boolean> {
    const asked = this.deps.nowMs();
    const fence = await this.deps.models.lease(this.projection.name, this.generation, this.deps.owner, LEASE_MS);
    if (fence === null) return false;
    this.#fence = fence;
    this.#leasedUntilMs = asked + LEASE_MS;
    return true;
  }

  #progress(through: string, caughtUp: boolean): void {
    this.deps.onProgress({
      model: this.projection.name,
      generation: this.generation,
      through: through === '' ? null : through,
      events: this.checkpoint.events,
      caughtUp,
      building: this.building,
    });
  }
}
