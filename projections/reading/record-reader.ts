import type { Designation } from '../../domain/authority/precedence.js';
import type { EventReader } from '../../domain/log.js';
import { type Resolution, resolveFact } from '../../domain/resolution/resolve.js';
import { streams } from '../../domain/streams.js';
import { type Category, isCategory, isStateCategory } from '../../schemas/phi/categories.js';
import type { Fact, Head } from '../../schemas/read-models/fact.js';
import { designationPrefix } from '../directory.js';
import type { ReadModels } from '../ports.js';
import { conflictIndex, factKey, factPrefix } from '../record.js';
import { factsKnownAt, type KnownAt, wasKnown } from './as-of.js';

export interface RecordQuery {
  readonly tenant: string;
  readonly patientId: string;
  readonly category: Category | null;
  readonly conflictsOnly: boolean;
  /** The instant for which the record is asked: what is true then, by the designations in force then. */
  readonly validAt: string | null;
  readonly knownAt: KnownAt | null;
  /** Row key after which to begin. */
  readonly after: string | null;
  readonly limit: number;
  readonly now: string;
}

export interface RecordPage {
  readonly resolutions: readonly Resolution[];
  /** Row key to go on after; null at the end. */
  readonly next: string | null;
}

const DESIGNATIONS_AT_MOST = 10_000;

/** Reads facts and settles them: rows when the record is asked as it is, the patient's stream when it is asked as it was known. */
export class RecordReader {
  constructor(
    private readonly models: ReadModels,
    private readonly store: EventReader,
  ) {}

  async read(query: RecordQuery): Promise<RecordPage> {
    const [{ facts, next }, designations] = await Promise.all([this.#facts(query), this.designations(query.tenant, query.knownAt)]);
    const at = query.validAt ?? (query.knownAt !== null && 'time' in query.knownAt ? query.knownAt.time : query.now);
    const resolutions = facts
      .map((fact) => resolveFact(fact, designations, at, liveAt(fact, query.validAt)))
      .filter((resolution) => resolution !== undefined)
      .filter((resolution) => !query.conflictsOnly || resolution.conflict);
    return { resolutions, next };
  }

  /** Every designation of the tenant, as far as it was known. They are few: a tenant designates scopes, not patients. */
  async designations(tenant: string, knownAt: KnownAt | null): Promise<Designation[]> {
    const rows = await this.models.byPrefix('directory', designationPrefix(tenant), { limit: DESIGNATIONS_AT_MOST });
    const compare = (left: string, right: string) => this.store.compare(left, right);
    return rows
      .filter((row) => knownAt === null || wasKnown(knownAt, { position: row.position, recordedAt: (row.value as Designation).recordedAt }, compare))
      .map((row) => row.value as Designation);
  }

  async #facts(query: RecordQuery): Promise<{ facts: Fact[]; next: string | null }> {
    const { tenant, patientId, category, after, limit } = query;
    if (query.knownAt !== null) {
      const all = await factsKnownAt(this.store, streams.patient(tenant, patientId), query.knownAt);
      const wanted = all.filter((fact) => (category === null || fact.category === category) && (after === null || factKey(fact) > after));
      return cut(wanted, limit);
    }
    // One more than asked for says whether there is a next page.
    const page = { limit: limit + 1, ...(after === null ? {} : { after }) };
    const rows = query.conflictsOnly
      ? await this.models.byIndex('record', conflictIndex(tenant, patientId), page)
      : await this.models.byPrefix('record', factPrefix(tenant, patientId, category ?? undefined), page);
    return cut(
      rows.map((row) => row.value as Fact),
      limit,
    );
  }
}

function cut(facts: readonly Fact[], limit: number): { facts: Fact[]; next: string | null } {
  const page = facts.slice(0, limit);
  const last = page.at(-1);
  return { facts: page, next: facts.length > limit && last !== undefined ? factKey(last) : null };
}

/**
 * What is true at an instant. A time that is not known counts as always. A state (a condition, a cover) stops being true when
 * it ends; what happened (an observation, an encounter) has happened for ever after.
 */
function liveAt(fact: Fact, validAt: string | null): (head: Head) => boolean {
  if (validAt === null) return () => true;
  const ends = isCategory(fact.category) && isStateCategory(fact.category);
  return ({ validTime: { from, to } }) => (from === null || from <= validAt) && (!ends || to === null || to > validAt);
}
