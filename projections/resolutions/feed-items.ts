import type { Changes } from '../projection.js';
import { type FeedRow, feedKey, type KeptFeed, type Moment, toldIndex } from './rows.js';

/** What a stretch of feed rows is about: before the event's own changes come those of instants reached, after them its sweep. */
export const PHASES = { reached: 0, own: 1, swept: 2 } as const;
export type Phase = keyof typeof PHASES;

/** Items of one phase of one event: more than any tenant has facts. */
const ITEMS_A_PHASE = 1_000_000_000;

/** Numbers the items that one event sets off, so that their order and their ids are the same whenever they are made. */
export class FeedItems {
  readonly rows: Changes['put'][number][] = [];

  constructor(
    private readonly tenant: string,
    private readonly trigger: Moment,
    private readonly phase: Phase,
    private readonly counts: Record<KeptFeed, number> = { 'record-changes': 0, conflicts: 0 },
  ) {}

  /** How many there are of each, for the next stride of a sweep. */
  get counted(): Readonly<Record<KeptFeed, number>> {
    return this.counts;
  }

  add(feed: KeptFeed, { patientId, category }: Pick<FeedRow, 'patientId' | 'category'>, data: unknown): void {
    const { value, key } = this.#numbered(feed, { patientId, category, data });
    this.rows.push({ key, value, index: [toldIndex(this.tenant, patientId)], position: value.position });
  }

  /** All that there is to say of an erased patient from now on. */
  addTombstone(feed: KeptFeed, patientId: string, data: unknown): void {
    const { value, key } = this.#numbered(feed, { patientId, category: '', data });
    this.rows.push({ key, value: { ...value, tombstone: true }, index: [], position: value.position });
  }

  #numbered(feed: KeptFeed, said: Pick<FeedRow, 'patientId' | 'category' | 'data'>): { readonly key: string; readonly value: FeedRow } {
    const nth = PHASES[this.phase] * ITEMS_A_PHASE + this.counts[feed]++;
    const { eventId, position, recordedAt } = this.trigger;
    return { key: feedKey(feed, this.tenant, position, nth), value: { eventId, position, nth, time: recordedAt, ...said } };
  }
}
