import type { EventReader } from '../../domain/log.js';
import type { Recorded } from '../../schemas/catalogue.js';
import { ASSERTION_EVENTS } from '../../schemas/catalogue.js';
import type { Fact } from '../../schemas/read-models/fact.js';
import { PageRows } from '../page-rows.js';
import type { ReadModels } from '../ports.js';
import { recordProjection } from '../record.js';

const PAGE = 1000;

/** Up to where something was known: a position of the log, or a recorded time. */
export type KnownAt = { readonly position: string } | { readonly time: string };

export function wasKnown(knownAt: KnownAt, at: { readonly position: string; readonly recordedAt: string }, compare: EventReader['compare']): boolean {
  return 'position' in knownAt ? compare(at.position, knownAt.position) <= 0 : at.recordedAt <= knownAt.time;
}

/**
 * A patient's facts as they were known: the same projection, folded over the patient's own stream up to then. So what an
 * auditor replays and what a reader saw at the time cannot differ.
 */
export async function factsKnownAt(store: EventReader, stream: string, knownAt: KnownAt): Promise<Fact[]> {
  const events = (await wholeStream(store, stream)).filter(({ event, position }) =>
    wasKnown(knownAt, { position, recordedAt: event.recordedAt }, (left, right) => store.compare(left, right)),
  );
  return factsOf(events, (left, right) => store.compare(left, right));
}

/** Folds events into facts in memory. */
export async function factsOf(events: readonly Recorded[], compare: EventReader['compare']): Promise<Fact[]> {
  const rows = await PageRows.fetch(NOTHING_STORED, recordProjection, 0, events, compare);
  for (const recorded of events) rows.change(recordProjection.apply(recorded, rows), recorded.position);
  return rows
    .changes()
    .put.sort((left, right) => (left.key < right.key ? -1 : 1))
    .map((row) => row.value as Fact);
}

async function wholeStream(store: EventReader, stream: string): Promise<Recorded[]> {
  const all: Recorded[] = [];
  for (;;) {
    const page = await store.readStream(stream, { from: (all.at(-1)?.revision ?? -1) + 1, limit: PAGE, types: ASSERTION_EVENTS });
    all.push(...page);
    if (page.length < PAGE) return all;
  }
}

const NOTHING_STORED = {
  get: async (_model: string, keys: readonly string[]) => keys.map(() => undefined),
  keysByIndex: async (_model: string, values: readonly string[]) => values.map(() => []),
} as unknown as ReadModels;
