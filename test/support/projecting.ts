import { MemoryEventStore } from '../../adapters/memory/event-store.js';
import { MemoryReadModels } from '../../adapters/memory/read-models.js';
import type { EventPage, EventStore, ReadOptions } from '../../commands/ports.js';
import type { ReadModels, Row, Save } from '../../projections/ports.js';
import type { Projection } from '../../projections/projection.js';
import type { Progress, RunDeps } from '../../projections/run.js';
import { eventOf } from './events.js';

/** A log whose subscriptions give pages of the size that a test wants. */
export class PagedEventStore extends MemoryEventStore {
  constructor(readonly pageEvents: number) {
    super();
  }

  override subscribe(options: ReadOptions & { after: string | null; signal: AbortSignal }): AsyncIterable<EventPage> {
    return super.subscribe({ ...options, limit: this.pageEvents });
  }
}

/** Read models on which a test can make things happen around each save. */
export class WatchedReadModels extends MemoryReadModels {
  readonly saves: Save[] = [];
  /** Who was given the lease, each time. */
  readonly leased: string[] = [];
  beforeSave: (save: Save) => Promise<void> = async () => undefined;
  afterSave: (save: Save) => Promise<void> = async () => undefined;

  override async lease(model: string, generation: number, owner: string, ttlMs: number): Promise<number | null> {
    const fence = await super.lease(model, generation, owner, ttlMs);
    if (fence !== null) this.leased.push(owner);
    return fence;
  }

  override async save(model: string, generation: number, fence: number, save: Save): Promise<void> {
    await this.beforeSave(save);
    await super.save(model, generation, fence, save);
    this.saves.push(save);
    await this.afterSave(save);
  }
}

/** One source after another is registered, so many a kind; their ids count. */
export async function registerSources(store: EventStore, from: number, count: number): Promise<void> {
  const kinds = ['ehr', 'lis', 'ris'] as const;
  for (let n = from; n < from + count; n++) {
    const data = { sourceId: `s${n}`, displayName: `Source ${n}`, kind: kinds[n % 3] as 'ehr', organization: n % 5 === 0 ? `org${n % 2}` : null };
    await store.append(`test.source-s${n}`, 'none', [eventOf('source-registered', { stream: `test.source-s${n}`, data })]);
  }
}

/**
 * Appends each source to the row of its kind, and joins all rows that an organization has ever touched: an event that is
 * applied twice, left out, or applied to rows in another order shows in the result.
 */
export const trailProjection: Projection = {
  name: 'trail',
  version: 1,
  events: ['source-registered'],
  needs: ({ data }) =>
    'displayName' in data ? { keys: [`kind/${data.kind}`], index: data.organization === null ? [] : [`org/${data.organization}`] } : { keys: [], index: [] },
  apply: ({ event }, rows) => {
    if (event.type !== 'source-registered') return { put: [], remove: [] };
    const { kind, organization, sourceId } = event.data;
    const own = rows.get(`kind/${kind}`);
    const met = organization === null ? [] : rows.byIndex(`org/${organization}`).filter(({ key }) => key !== own?.key);
    const trail = [...trailOf(own), sourceId, ...met.map((row) => `(${row.key}: ${trailOf(row).length})`)];
    const index = new Set([...(own?.index ?? []), ...(organization === null ? [] : [`org/${organization}`])]);
    return { put: [{ key: `kind/${kind}`, value: trail, index: [...index] }], remove: [] };
  },
};

function trailOf(row: Row | undefined): string[] {
  return (row?.value as string[] | undefined) ?? [];
}

export async function trails(models: ReadModels, generation?: number): Promise<unknown> {
  const rows = await models.byPrefix('trail', '', { limit: 100 }, generation);
  return rows.map(({ key, value, index, position }) => ({ key, value, index, position }));
}

export interface TestDeps extends RunDeps {
  readonly reports: Progress[];
}

/** Sleeps are short here, so that back-off and standby take no time. */
export function depsOf(store: EventStore, models: ReadModels, owner = 'me'): TestDeps {
  const reports: Progress[] = [];
  const sleep = (ms: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, Math.min(ms, 5));
      signal.addEventListener('abort', end);
      if (signal.aborted) end();
    });
  return { store, models, owner, reports, onProgress: (progress) => void reports.push(progress), nowMs: Date.now, sleep };
}

/** Waits until something is so; a test that waits in vain fails. */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const end = Date.now() + 3000; Date.now() < end; ) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  throw new Error(`waited in vain: ${what}`);
}
