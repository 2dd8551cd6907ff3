import { addVersion, type Lineage, removeVersions, type VersionRef } from '../domain/record/versions.js';
import { entryOf, type SearchToken } from '../domain/search/fields.js';
import { NORMALISATION } from '../domain/search/normalise.js';
import type { EventOf, LedgerEvent, Recorded } from '../schemas/catalogue.js';
import { type Forgetting, isForgetting } from './erased.js';
import { type Changes, NO_CHANGES, type Projection, type RowView } from './projection.js';

/** Rows of another form, or of texts in another form, are made anew. */
export const PATIENTS_VERSION = 10 * NORMALISATION + 2;

/** Of a patient's source records none beyond these is searched by: no person is known to so many systems. */
const RECORDS_AT_MOST = 256;
/** Of one source record, versions that do not compare with each other. */
const VERSIONS_AT_MOST = 16;

/** A live version of what a source says of a patient: where it stands in the log, and the entries that lead to it. */
export interface IndexedVersion extends VersionRef {
  readonly stream: string;
  readonly revision: number;
  readonly entries: readonly string[];
}

/** What a patient is found by, by source record: versions take each other's place as they do in the record itself. */
export interface PatientRow {
  readonly patientId: string;
  readonly registeredAt: string;
  readonly records: Readonly<Record<string, Lineage<IndexedVersion>>>;
  /** Of an erased patient nothing is kept but this, so that nothing comes back. */
  readonly erased?: true;
}

/** How many patients the tenant has had, which says how long an entry may be; and the oldest and the newest key that entries were made with. */
export interface PopulationRow {
  readonly patients: number;
  readonly oldest: number;
  readonly generation: number;
}

/** What an event's demographics are found by: keyed hashes, and the generation of the key. */
export interface Tokens {
  readonly generation: number;
  readonly tokens: readonly SearchToken[];
}

/**
 * Reads an event's demographics as tokens; undefined where they cannot be opened any more. Whoever runs the projection prepares them,
 * and throws where they are of an older key than `atLeast`: entries of a key that is to go must not be made any more.
 */
export type TokensOf = (event: LedgerEvent, atLeast: number) => Tokens | undefined;

type Demographic = EventOf<'patient-registered' | 'demographics-updated' | 'fact-retracted'>;

/**
 * The search index of patients. Its tokens are under a key of the tenant's that rotates, and stand in rows that can be deleted, never in
 * events; so somebody who holds the keys has to read them out of the sealed demographics first, and this model runs where
 * the keys are.
 */
export function patientsProjection(tokensOf: TokensOf): Projection {
  return {
    name: 'patients',
    version: PATIENTS_VERSION,
    events: ['patient-registered', 'demographics-updated', 'fact-retracted', 'erasure-ordered'],
    needs: (event) => ({
      keys: isDemographic(event) || isForgetting(event) ? [populationKey(event.tenant), patientKey(event.tenant, event.data.patientId)] : [],
      index: [],
    }),
    apply: (recorded, rows) => apply(recorded, rows, tokensOf),
  };
}

function isDemographic(event: LedgerEvent): event is Demographic {
  if (event.type === 'fact-retracted') return event.data.category === 'demographics';
  return event.type === 'patient-registered' || event.type === 'demographics-updated';
}

function apply({ event, revision }: Recorded, rows: RowView, tokensOf: TokensOf): Changes {
  if (isForgetting(event)) return forgotten(event);
  if (!isDemographic(event)) return NO_CHANGES;
  const { tenant } = event;
  const { patientId } = event.data;
  const key = patientKey(tenant, patientId);
  const known = rows.get(key)?.value as PatientRow | undefined;
  if (known?.erased === true) return NO_CHANGES;
  const before = (rows.get(populationKey(tenant))?.value as PopulationRow | undefined) ?? { patients: 0, oldest: 0, generation: 0 };
  const said = tokensOf(event, before.generation);
  const generation = Math.max(before.generation, said?.generation ?? 0);
  const population: PopulationRow = { patients: before.patients + (known === undefined ? 1 : 0), oldest: before.oldest || generation, generation };
  const entries = said === undefined ? [] : [...new Set(said.tokens.map((token) => entryOf(said.generation, token, population.patients)))];
  const value: PatientRow = {
    patientId,
    registeredAt: known?.registeredAt ?? event.recordedAt,
    records: recordsAfter(event, known?.records ?? {}, { stream: event.stream, revision, entries }),
  };
  const patient = { key, value, index: indexOf(tenant, value) };
  if (population.patients === before.patients && population.generation === before.generation) return { put: [patient], remove: [] };
  return { put: [{ key: populationKey(tenant), value: population, index: [] }, patient], remove: [] };
}

/** Nobody is found by what was said of the patient any more. They stay counted: an entry of others is looked for by how many there were. */
function forgotten({ tenant, data: { patientId } }: Forgetting): Changes {
  const value: PatientRow = { patientId, registeredAt: '', records: {}, erased: true };
  return { put: [{ key: patientKey(tenant, patientId), value, index: [] }], remove: [] };
}

function recordsAfter(event: Demographic, before: PatientRow['records'], said: Omit<IndexedVersion, keyof VersionRef>): PatientRow['records'] {
  const record = `${event.source?.id}/${event.source?.recordKey}`;
  const known = before[record];
  // What is taken back without ever having been here is a relative's.
  if (known === undefined && (event.type === 'fact-retracted' || Object.keys(before).length >= RECORDS_AT_MOST)) return before;
  const lineage: Lineage<IndexedVersion> = { heads: [...(known?.heads ?? [])], highest: [...(known?.highest ?? [])] };
  if (event.type === 'fact-retracted') removeVersions(lineage, event.data.replaces);
  else {
    const replaces = event.type === 'demographics-updated' ? event.data.replaces : [];
    addVersion(lineage, { eventId: event.id, sourceVersion: event.data.sourceVersion, ...said }, replaces);
    lineage.heads = lineage.heads.slice(-VERSIONS_AT_MOST);
  }
  return { ...before, [record]: lineage };
}

function indexOf(tenant: string, { records }: PatientRow): string[] {
  const entries = new Set(versionsOf(records).flatMap((version) => version.entries));
  return [...entries].map((entry) => searchIndex(tenant, entry));
}

export function versionsOf(records: PatientRow['records']): IndexedVersion[] {
  return Object.values(records).flatMap(({ heads }) => heads);
}

export function patientKey(tenant: string, patientId: string): string {
  return `${tenant}/${patientId}`;
}

/** No patient id reads so. */
export function populationKey(tenant: string): string {
  return `${tenant}/population`;
}

export function searchIndex(tenant: string, entry: string): string {
  return `f/${tenant}/${entry}`;
}
