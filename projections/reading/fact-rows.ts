import { namesFor } from '../../domain/record/assertions.js';
import { claimsOf } from '../../domain/resolution/disputes.js';
import type { Resolution } from '../../domain/resolution/resolve.js';
import { findFact } from '../../domain/resolution/settlement.js';
import { isTakenBack } from '../../domain/resolution/taken-back.js';
import type { PatientGroup } from '../../schemas/events/patients-merged.js';
import type { Assertion, Fact } from '../../schemas/read-models/fact.js';
import type { ReadModels, Row } from '../ports.js';
import { claimIndex, conflictIndex, factKey, factPrefix, takenBackIndex, tokenIndex } from '../record.js';
import type { KnownAt } from './as-of.js';
import { factIn } from './fact-in.js';
import { factNamed } from './fact-named.js';
import type { KnownFacts } from './known-facts.js';
import type { RecordQuery } from './record-reader.js';

/** Of facts that contradict a page's, and of records taken back, no more than these are looked at. */
const OTHERS_AT_MOST = 1000;

export interface FactsPage {
  readonly page: readonly Fact[];
  readonly next: string | null;
}

/** The facts of one read: from the read model, or, as they were known, from the patients' streams, read once. */
export class FactRows {
  #known: Promise<readonly Fact[]> | null = null;

  constructor(
    private readonly models: ReadModels,
    private readonly known: KnownFacts,
    private readonly query: RecordQuery,
    private readonly group: PatientGroup,
  ) {}

  async page(): Promise<FactsPage> {
    const { tenant, category, after, limit, conflictsOnly, factId, knownAt } = this.query;
    if (factId !== undefined) return { page: await this.#named(factId), next: null };
    if (knownAt !== null) {
      const wanted = (await this.#all(knownAt)).filter(
        (fact) => (category === null || fact.category === category) && (after === null || factKey(fact) > after),
      );
      return cut(wanted, limit);
    }
    // One more than asked for says whether there is a next page.
    const options = { limit: limit + 1, ...(after === null ? {} : { after }) };
    const { root } = this.group;
    const rows = conflictsOnly
      ? await this.models.byIndex('record', conflictIndex(tenant, root), options)
      : await this.models.byPrefix('record', factPrefix(tenant, root, category ?? undefined), options);
    const { page, next } = cut(rows.map(factIn), limit);
    if (!conflictsOnly) return { page, next };
    const copies = after === null ? await this.#copiesOfTakenBack() : [];
    return { page: [...copies, ...page].filter((fact) => category === null || fact.category === category), next };
  }

  /** The group's records that were taken back as errors. */
  async takenBack(): Promise<Assertion[]> {
    const { tenant, knownAt } = this.query;
    if (knownAt !== null) return (await this.#all(knownAt)).flatMap((fact) => fact.assertions).filter(isTakenBack);
    const rows = await this.models.byIndex('record', takenBackIndex(tenant, this.group.root), { limit: OTHERS_AT_MOST });
    return rows.flatMap((row) => factIn(row).assertions).filter(isTakenBack);
  }

  /** Facts, not among these, that assert what one of these contradicts. */
  async contradicted(resolutions: readonly Resolution[]): Promise<Fact[]> {
    const own = new Set(resolutions.map(({ fact }) => fact.factId));
    const tokens = new Set(resolutions.flatMap((resolution) => [...claimsOf(resolution, 'contradicts')]));
    if (tokens.size === 0) return [];
    const { tenant, knownAt } = this.query;
    if (knownAt !== null) {
      const asserts = (fact: Fact) =>
        fact.assertions.some(({ heads }) => heads.some((head) => namesFor(head, fact.patientId).asserts.some((one) => tokens.has(one))));
      return (await this.#all(knownAt)).filter((fact) => !own.has(fact.factId) && asserts(fact)).slice(0, OTHERS_AT_MOST);
    }
    const found = await this.#under([...tokens].map((token) => claimIndex(tenant, token)));
    return found.map(factIn).filter((fact) => !own.has(fact.factId));
  }

  async #named(factId: string): Promise<Fact[]> {
    const { tenant, knownAt } = this.query;
    const found = knownAt === null ? await factNamed(this.models, { tenant, patientId: this.group.root, factId }) : findFact(await this.#all(knownAt), factId);
    return found === undefined ? [] : [found];
  }

  /** What still says what was taken back, except what the list has anyway: that would stand on two of its pages. */
  async #copiesOfTakenBack(): Promise<Fact[]> {
    const { tenant } = this.query;
    const { root } = this.group;
    const tokens = (await this.takenBack()).flatMap(({ heads }) => heads.flatMap((head) => namesFor(head, root).identity));
    if (tokens.length === 0) return [];
    const found = await this.#under(tokens.map((token) => tokenIndex(tenant, token)));
    const listed = conflictIndex(tenant, root);
    return found.filter(({ index }) => !index.includes(listed)).map(factIn);
  }

  async #under(values: readonly string[]): Promise<Row[]> {
    const keys = [...new Set((await this.models.keysByIndex('record', values)).flat())].sort().slice(0, OTHERS_AT_MOST);
    const rows = keys.length === 0 ? [] : await this.models.get('record', keys);
    return rows.filter((row) => row !== undefined);
  }

  #all(knownAt: KnownAt): Promise<readonly Fact[]> {
    this.#known ??= this.known.facts(this.query.tenant, this.group, knownAt);
    return this.#known;
  }
}

function cut(facts: readonly Fact[], limit: number): FactsPage {
  const page = facts.slice(0, limit);
  const last = page.at(-1);
  return { page, next: facts.length > limit && last !== undefined ? factKey(last) : null };
}
