import type { EventReader } from '../../domain/log.js';
import { type Dispute, disputesAmong } from '../../domain/resolution/disputes.js';
import { type Resolution, type ResolutionContext, resolveFact } from '../../domain/resolution/resolve.js';
import type { PatientGroup } from '../../schemas/events/patients-merged.js';
import type { Category } from '../../schemas/phi/categories.js';
import type { Fact, Head } from '../../schemas/read-models/fact.js';
import { type GroupRow, groupKey } from '../groups.js';
import type { ReadModels } from '../ports.js';
import { factKey } from '../record.js';
import { isTrueAt, type KnownAt, wasKnown } from './as-of.js';
import { designationsOf, organizationsOf } from './designations.js';
import { FactRows, type FactsPage } from './fact-rows.js';
import { KnownFacts } from './known-facts.js';

export interface RecordQuery {
  readonly tenant: string;
  readonly patientId: string;
  readonly category: Category | null;
  readonly conflictsOnly: boolean;
  /** Only the fact of this id, or the one that a statement of this id has become part of. */
  readonly factId?: string;
  /** The instant for which the record is asked: what is true then, by the designations in force then. */
  readonly validAt: string | null;
  readonly knownAt: KnownAt | null;
  /** Judge by the designations of this instant, as they are known today, instead of by those in force and known then. */
  readonly designationsAt: string | null;
  /** Row key after which to begin. */
  readonly after: string | null;
  readonly limit: number;
  readonly now: string;
}

export interface RecordPage {
  /** The patient who answers: the survivor, where the one asked for was merged. */
  readonly group: PatientGroup;
  readonly resolutions: readonly Resolution[];
  /** Disputes that facts of this page are part of. */
  readonly disputes: readonly Dispute[];
  /** Row key to go on after; null at the end. */
  readonly next: string | null;
}

/** Reads facts and settles them: rows when the record is asked as it is, the patient's stream when it is asked as it was known. */
export class RecordReader {
  readonly #known: KnownFacts;

  constructor(
    private readonly models: ReadModels,
    private readonly store: EventReader,
  ) {
    this.#known = new KnownFacts(store);
  }

  async read(query: RecordQuery): Promise<RecordPage> {
    const group = await this.groupOf(query.tenant, query.patientId, query.knownAt);
    const facts = new FactRows(this.models, this.#known, query, group);
    const [{ page, next }, context] = await Promise.all([facts.page(), this.#context(query, group)]);
    const resolving = { ...context, takenBack: await facts.takenBack() };
    const resolve = (fact: Fact) => resolveFact(fact, { ...resolving, live: liveAt(fact, query.validAt) });
    const resolutions = page.map(resolve).filter((resolution) => resolution !== undefined);
    const others = (await facts.contradicted(resolutions)).map(resolve).filter((resolution) => resolution !== undefined);
    const own = new Set(resolutions.map(({ fact }) => fact.factId));
    const disputes = disputesAmong([...resolutions, ...others]).filter(({ facts: pair }) => pair.some(({ fact }) => own.has(fact.factId)));
    return { group, resolutions: query.conflictsOnly ? questionable(resolutions, disputes) : resolutions, disputes, next };
  }

  /** A page of facts as they lie, also those of which nothing is live any more. */
  async facts(query: RecordQuery): Promise<FactsPage & { readonly group: PatientGroup }> {
    const group = await this.groupOf(query.tenant, query.patientId, query.knownAt);
    return { group, ...(await new FactRows(this.models, this.#known, query, group).page()) };
  }

  /** The patients that a patient is one with, now or as it was known. */
  async groupOf(tenant: string, patientId: string, knownAt: KnownAt | null = null): Promise<PatientGroup> {
    const [row] = await this.models.get('record', [groupKey(tenant, patientId)]);
    const alone = { root: patientId, members: [patientId] };
    if (row === undefined) return alone;
    const { root, members, history } = row.value as GroupRow;
    if (knownAt === null) return { root, members };
    const known = history.findLast((then) => wasKnown(knownAt, then, (left, right) => this.store.compare(left, right)));
    return known === undefined ? alone : { root: known.root, members: known.members };
  }

  /** The last instant at which no more was known: that of the next event. Null when there is none yet. */
  async #instantOf(knownAt: KnownAt | null): Promise<string | null> {
    if (knownAt === null) return null;
    if ('time' in knownAt) return knownAt.time;
    const { events } = await this.store.readAll({ after: knownAt.position, limit: 1 });
    return events[0]?.event.recordedAt ?? null;
  }

  async #context(query: RecordQuery, group: PatientGroup): Promise<ResolutionContext> {
    const { tenant, knownAt, designationsAt } = query;
    const [designations, organizations] = await Promise.all([
      designationsOf({ models: this.models, store: this.store }, { tenant, patients: group.members, knownAt: designationsAt === null ? knownAt : null }),
      organizationsOf({ models: this.models }, tenant),
    ]);
    const then = designationsAt ?? query.validAt ?? (await this.#instantOf(knownAt)) ?? query.now;
    return { designations, organizations, patients: group.members, at: then };
  }
}

function questionable(resolutions: readonly Resolution[], disputes: readonly Dispute[]): Resolution[] {
  const disputed = new Set(disputes.flatMap(({ facts }) => facts.map(({ fact }) => factKey(fact))));
  return resolutions.filter(({ conflict, state, fact }) => conflict || state !== 'agreed' || disputed.has(factKey(fact)));
}

function liveAt({ category }: Fact, validAt: string | null): (head: Head) => boolean {
  return validAt === null ? () => true : ({ validTime }) => isTrueAt(category, validTime, validAt);
}
