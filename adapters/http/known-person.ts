import type { JsonObject } from '../../domain/json/json-value.js';
import { parseLossless } from '../../domain/json/lossless.js';
import type { Resolution } from '../../domain/resolution/resolve.js';
import { knownOf, knownTogether } from '../../domain/scanning/known-person.js';
import { type ScanText, scanner } from '../../domain/scanning/scan.js';
import type { Opener } from '../../projections/reading/opener.js';
import type { RecordQuery } from '../../projections/reading/record-reader.js';
import { phoneFinder } from '../scanning/phones.js';
import { personOf } from './routes/fhir-record.js';
import type { Services } from './services.js';

/** The facts that say who the patient is, of whatever page or category the query is. */
export async function personSaid(services: Services, query: RecordQuery): Promise<readonly Resolution[]> {
  const told = await personOf(services, { ...query, category: null, after: null });
  // Null is for queries of another category.
  return (told as NonNullable<typeof told>).resolutions;
}

/** All that sources say of the person, also what did not win: none of it may slip through elsewhere. */
export async function everythingSaid(people: readonly Resolution[], opener: Opener): Promise<JsonObject[]> {
  const candidates = people.flatMap(({ winner, alternatives }) => [winner, ...alternatives]);
  const shown = await Promise.all(candidates.map((candidate) => opener.open(candidate)));
  return shown.flatMap((one) => (one === null || one.resource === null ? [] : [parseLossless(one.resource) as JsonObject]));
}

/** A scanner that knows the person, prepared with the first text: most answers have none. */
export function scannerKnowing(said: readonly JsonObject[]): ScanText {
  let prepared: ScanText | undefined;
  return (text) => {
    prepared ??= scanner(knownTogether(said.map((patient) => knownOf({ ...patient, resourceType: 'Patient' }))), phoneFinder());
    return prepared(text);
  };
}
