import type { Blinded } from '../domain/matching/blinded.js';
import { type Comparison, compare } from '../domain/matching/compare.js';
import { judge, sharesIdentifier } from '../domain/matching/judge.js';
import { isPossible, type Score } from '../domain/matching/score.js';
import {
  blockIndex,
  type CandidateRow,
  type CandidateState,
  type PopulationRow,
  pairsOf,
  populationKey,
  statePrefix,
  type VersionRow,
} from './candidates-rows.js';
import type { ReadModels, Row } from './ports.js';

const MODEL = 'candidates';

/** A pair as the work list shows it: levels and bits, and nothing of what anybody is called. */
export interface Candidate {
  readonly patients: readonly [string, string];
  readonly kind: 'shared-identifier' | 'possible-duplicate';
  readonly state: CandidateState;
  readonly since: string;
  /** How many pairs of source records were compared with a result worth keeping. */
  readonly comparisons: number;
  /** Null for patients that were linked by hand and have nothing in common. */
  readonly score: Score | null;
}

export interface CandidatePage {
  readonly candidates: readonly Candidate[];
  /** Row key to go on after; null at the end. */
  readonly next: string | null;
}

export interface CandidateQuery {
  readonly tenant: string;
  /** Least posterior probability; null for what the policy offers in a tenant of today's size, and every shared identifier. */
  readonly minimum: number | null;
  readonly after: string | null;
  readonly limit: number;
}

export class CandidateReader {
  constructor(private readonly models: ReadModels) {}

  /** The tenant's work list in one state, the likeliest first. A page may hold fewer than asked for and still have a next one. */
  list(query: CandidateQuery, state: CandidateState): Promise<CandidatePage> {
    return this.#page(query, (page) => this.models.byPrefix(MODEL, statePrefix(query.tenant, state), page));
  }

  /** All pairs that a patient is in, whatever became of them; the open ones first. */
  of(query: CandidateQuery, patientId: string): Promise<CandidatePage> {
    return this.#page(query, (page) => this.models.byIndex(MODEL, pairsOf(query.tenant, patientId), page));
  }

  /** Patients of the tenant that these demographics may be of, the likeliest first: a look before a patient is registered. */
  async duplicatesOf(tenant: string, said: Blinded, limit: number): Promise<readonly { readonly patientId: string; readonly score: Score }[]> {
    const patients = await this.population(tenant);
    const keys = await this.models.keysByIndex(
      MODEL,
      said.blocks.map((block) => blockIndex(tenant, block)),
    );
    const rows = await this.models.get(MODEL, [...new Set(keys.flat())]);
    const met = new Map<string, Comparison[]>();
    for (const row of rows) {
      const version = row?.value as VersionRow | undefined;
      if (version === undefined) continue;
      const comparison = compare(said.tokens, version.tokens);
      if (!isPossible(comparison, patients) && !sharesIdentifier([comparison])) continue;
      met.set(version.patientId, [...(met.get(version.patientId) ?? []), comparison]);
    }
    const found = Array.from(met, ([patientId, comparisons]) => ({ patientId, score: judge(comparisons, patients) as Score }));
    return found.sort((left, right) => right.score.posterior - left.score.posterior || (left.patientId < right.patientId ? -1 : 1)).slice(0, limit);
  }

  async population(tenant: string): Promise<number> {
    const [row] = await this.models.get(MODEL, [populationKey(tenant)]);
    return (row?.value as PopulationRow | undefined)?.patients ?? 0;
  }

  async #page(query: CandidateQuery, read: (page: { limit: number; after?: string }) => Promise<readonly Row[]>): Promise<CandidatePage> {
    const { tenant, minimum, after, limit } = query;
    const [patients, rows] = await Promise.all([this.population(tenant), read({ limit: limit + 1, ...(after === null ? {} : { after }) })]);
    const shown = rows.slice(0, limit).map((row) => candidateOf(row.value as CandidateRow, patients));
    const candidates = shown.filter(({ kind, state, score }) =>
      minimum === null ? state !== 'open' || kind === 'shared-identifier' || score?.band !== 'unlikely' : score !== null && score.posterior >= minimum,
    );
    return { candidates, next: rows.length > limit ? (rows[limit - 1]?.key ?? null) : null };
  }
}

function candidateOf({ patients, state, since, evidence }: CandidateRow, population: number): Candidate {
  const comparisons = evidence.map(({ comparison }) => comparison);
  return {
    patients,
    kind: sharesIdentifier(comparisons) ? 'shared-identifier' : 'possible-duplicate',
    state,
    since,
    comparisons: comparisons.length,
    score: judge(comparisons, population),
  };
}
