import type { Recorded } from '../../schemas/catalogue.js';
import type { PatientGroup } from '../../schemas/events/patients-merged.js';
import type { Assertion, Fact } from '../../schemas/read-models/fact.js';
import { groupIntoFacts } from '../resolution/grouping.js';
import { type RecordRef, recordsOf, restated } from './assertions.js';

/**
 * Facts from events, all at once: what the record read model arrives at one event at a time. For the record as it was
 * known, and for decisions that have to see facts. `events` are those of all the group's patients, in the order of the log.
 */
export function foldFacts(tenant: string, group: PatientGroup, events: readonly Recorded[]): Fact[] {
  const records = new Map<string, Assertion[]>();
  for (const recorded of events) {
    for (const ref of recordsOf(recorded.event)) {
      const name = nameOf(ref);
      records.set(name, restated(records.get(name) ?? [], recorded));
    }
  }
  return groupIntoFacts({ tenant, ...group }, [...records.values()].flat());
}

function nameOf({ patientId, source, recordKey }: RecordRef): string {
  return `${patientId}|${source}|${recordKey}`;
}
