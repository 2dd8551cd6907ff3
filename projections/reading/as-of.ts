import type { EventReader } from '../../domain/log.js';
import { foldFacts } from '../../domain/record/fold.js';
import { wholeRecordStream } from '../../domain/record/whole-stream.js';
import { streams } from '../../domain/streams.js';
import type { ValidTime } from '../../schemas/event.js';
import type { PatientGroup } from '../../schemas/events/patients-merged.js';
import { isCategory, isStateCategory } from '../../schemas/phi/categories.js';
import type { Fact } from '../../schemas/read-models/fact.js';

/** Up to where something was known: a position of the log, or a recorded time. */
export type KnownAt = { readonly position: string } | { readonly time: string };

export function wasKnown(knownAt: KnownAt, at: { readonly position: string; readonly recordedAt: string }, compare: EventReader['compare']): boolean {
  return 'position' in knownAt ? compare(at.position, knownAt.position) <= 0 : at.recordedAt <= knownAt.time;
}

/**
 * What is true at an instant. A time that is not known counts as always. A state (a condition, a cover) stops being true when
 * it ends; what happened (an observation, an encounter) has happened for ever after.
 */
export function isTrueAt(category: string, { from, to }: ValidTime, validAt: string): boolean {
  const ends = isCategory(category) && isStateCategory(category);
  return (from === null || from <= validAt) && (!ends || to === null || to > validAt);
}

/**
 * The facts of patients as they were known: the rules of the read model, folded over the patients' own streams up to then. So
 * what an auditor replays and what a reader saw at the time cannot differ. In the order of the rows' keys.
 */
export async function factsKnownAt(store: EventReader, tenant: string, group: PatientGroup, knownAt: KnownAt): Promise<Fact[]> {
  const compare = (left: string, right: string) => store.compare(left, right);
  const all = await Promise.all(group.members.map((patientId) => wholeRecordStream(store, streams.patient(tenant, patientId))));
  const events = all.flat().filter(({ event, position }) => wasKnown(knownAt, { position, recordedAt: event.recordedAt }, compare));
  if (all.length > 1) events.sort((left, right) => compare(left.position, right.position));
  return foldFacts(tenant, group, events);
}
