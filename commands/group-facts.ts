import type { EventReader } from '../domain/log.js';
import { foldFacts } from '../domain/record/fold.js';
import { wholeRecordStream } from '../domain/record/whole-stream.js';
import { streams } from '../domain/streams.js';
import type { Recorded } from '../schemas/catalogue.js';
import type { PatientGroup } from '../schemas/events/patients-merged.js';
import type { Fact } from '../schemas/read-models/fact.js';

/**
 * The facts of a patient, or of all whom they were merged with, as the log has them at this moment: what a decision about
 * facts is held against. Cost grows with the patient's streams; such decisions are a steward's, and rare.
 */
export async function factsOfGroup(store: EventReader, tenant: string, group: PatientGroup): Promise<Fact[]> {
  const events: Recorded[] = [];
  for (const patientId of group.members) events.push(...(await wholeRecordStream(store, streams.patient(tenant, patientId))));
  events.sort((left, right) => store.compare(left.position, right.position));
  return foldFacts(tenant, group, events);
}
