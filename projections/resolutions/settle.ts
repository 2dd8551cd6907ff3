import { claimsOf } from '../../domain/resolution/disputes.js';
import { compareBytes } from '../../domain/resolution/grouping.js';
import { refOf } from '../../domain/resolution/judgements.js';
import { type Resolution, type ResolutionContext, resolveFact } from '../../domain/resolution/resolve.js';
import { isTakenBack } from '../../domain/resolution/taken-back.js';
import type { Assertion, Fact } from '../../schemas/read-models/fact.js';
import type { Changes, RowView } from '../projection.js';
import { claimIndex, factKey, takenBackIndex } from '../record.js';
import { contextOf } from './authority.js';
import type { FeedItems } from './feed-items.js';
import { differenceIn, disputesOf, type Finding } from './findings.js';
import { indexFor } from './found-by.js';
import { conflictChanges } from './lives.js';
import {
  type ConflictRow,
  conflictKey,
  contradictingIndex,
  type Moment,
  type Outcome,
  partIndex,
  patientConflictIndex,
  type ResolvedFact,
  type Shown,
  slim,
} from './rows.js';

export type Reason = 'recorded' | 'corrected' | 'retracted' | 'designated' | 'settled' | 'reopened' | 'merged' | 'unmerged' | 'erased';

/** What sets facts to be settled anew, and for which instant. */
export interface Occasion {
  readonly tenant: string;
  readonly why: Reason;
  /** The event that is being applied. */
  readonly moment: Moment;
  /** The event that is the reason: the same, or the designation whose time has come. */
  readonly because: string;
  readonly at: string;
}

/** Facts to settle, by row key: what an event regrouped, before and after it, or what a sweep looks at again. */
export interface Facts {
  readonly before: ReadonlyMap<string, Fact>;
  readonly after: readonly Fact[];
  /** Facts that stay what they are, but share a name with a record that is taken back now, or was until now. */
  readonly aside: ReadonlyMap<string, Fact>;
}

interface Look {
  readonly key: string;
  readonly fact: Fact;
  readonly resolution: Resolution | undefined;
}

/** Settles the facts anew: their rows, what consumers hear of it, and the work list. */
export function settled(occasion: Occasion, facts: Facts, rows: RowView, feed: FeedItems): Changes {
  const desk = new Desk(occasion, facts, rows);
  const looks = [...facts.after, ...facts.aside.values()]
    .map((fact): Look => ({ key: factKey(fact), fact, resolution: desk.resolve(fact) }))
    .sort((left, right) => compareBytes(left.key, right.key));
  const put = outcomes(occasion, facts, looks, feed);
  const conflicts = conflictChanges(occasion, formerConflicts(facts, rows), findings(facts, looks, desk), feed);
  const kept = new Set(looks.map(({ key }) => key));
  return { put: [...put, ...conflicts.put], remove: [...[...facts.before.keys()].filter((key) => !kept.has(key)), ...conflicts.remove] };
}

/** Facts aside say what they said: their disputes with others are as they were. */
function findings({ aside }: Facts, looks: readonly Look[], desk: Desk): Finding[] {
  const resolved = (some: readonly Look[]) => some.map(({ resolution }) => resolution).filter((resolution) => resolution !== undefined);
  const touched = resolved(looks.filter(({ key }) => !aside.has(key)));
  const beside = resolved(looks.filter(({ key }) => aside.has(key)));
  return [...[...touched, ...beside].flatMap(differenceIn), ...disputesOf(touched, [...beside, ...desk.partnersOf(touched)])];
}

/** Resolves facts, with one context a patient. */
class Desk {
  readonly #contexts = new Map<string, ResolutionContext>();
  readonly #takenBack = new Map<string, Assertion[]>();

  constructor(
    private readonly occasion: Occasion,
    private readonly facts: Facts,
    private readonly rows: RowView,
  ) {
    for (const { patientId, assertions } of facts.after) {
      const found = assertions.filter(isTakenBack);
      if (found.length > 0) this.#takenBack.set(patientId, [...(this.#takenBack.get(patientId) ?? []), ...found]);
    }
  }

  resolve(fact: Fact): Resolution | undefined {
    return resolveFact(fact, this.#contextOf(fact));
  }

  /** Facts that contradict what these claim, or claim what these contradict, and are not among them. */
  partnersOf(resolutions: readonly Resolution[]): Resolution[] {
    const { tenant } = this.occasion;
    const here = new Set(resolutions.map(({ fact }) => factKey(fact)));
    const values = new Set(
      resolutions.flatMap((resolution) => [
        ...[...claimsOf(resolution, 'asserts')].map((token) => contradictingIndex(tenant, token)),
        ...[...claimsOf(resolution, 'contradicts')].map((token) => claimIndex(tenant, token)),
      ]),
    );
    const found = new Map([...values].flatMap((value) => this.rows.byIndex(value).map((row) => [row.key, row.value as Fact] as const)));
    const patients = new Set(resolutions.map(({ fact }) => fact.patientId));
    return [...found]
      .filter(([, { patientId }]) => patients.has(patientId))
      .filter(([key]) => !here.has(key) && !this.facts.before.has(key) && !this.facts.aside.has(key))
      .map(([, fact]) => this.resolve(fact))
      .filter((resolution) => resolution !== undefined);
  }

  #contextOf({ patientId, members }: Fact): ResolutionContext {
    const known = this.#contexts.get(patientId);
    if (known !== undefined) return known;
    const { tenant, at } = this.occasion;
    const elsewhere = this.rows.byIndex(takenBackIndex(tenant, patientId)).filter(({ key }) => !this.facts.before.has(key));
    const others = elsewhere.flatMap(({ value }) => (value as Fact).assertions.filter(isTakenBack));
    const context = contextOf(this.rows, tenant, members, at, [...others, ...(this.#takenBack.get(patientId) ?? [])]);
    this.#contexts.set(patientId, context);
    return context;
  }
}

function outcomes(occasion: Occasion, facts: Facts, looks: readonly Look[], feed: FeedItems): Changes['put'][number][] {
  const former = formerFacts(facts, looks);
  const put = looks.map(({ key, fact, resolution }) => {
    const outcome = resolution === undefined ? null : outcomeOf(resolution);
    const before = former.get(key);
    if (isNews(before, fact, outcome)) feed.add('record-changes', fact, itemOf(occasion, before, fact, resolution));
    return { key, value: slim(fact, outcome), index: indexFor(fact) };
  });
  const heirs = new Set([...former.values()].map(factKey));
  for (const [key, fact] of [...facts.before].sort(([left], [right]) => compareBytes(left, right))) {
    const gone = fact as ResolvedFact;
    if (gone.outcome !== null && !heirs.has(key)) feed.add('record-changes', gone, itemOf(occasion, gone, gone, undefined));
  }
  return put;
}

/** Which fact each one was before: that of its own key; else one that is gone now and held an assertion of it. Each once. */
function formerFacts({ before, aside }: Facts, looks: readonly Look[]): Map<string, ResolvedFact> {
  const former = new Map<string, ResolvedFact>();
  const gone = new Map<string, string>();
  const now = new Set(looks.map(({ key }) => key));
  for (const [key, { assertions }] of before) if (!now.has(key)) for (const one of assertions) gone.set(refOf(one), key);
  const taken = new Set<string>();
  for (const { key, fact } of looks) {
    const own = before.get(key) ?? aside.get(key);
    const other = fact.assertions.map((one) => gone.get(refOf(one))).find((name) => name !== undefined && !taken.has(name));
    if (own === undefined && other !== undefined) taken.add(other);
    const found = own ?? (other === undefined ? undefined : before.get(other));
    if (found !== undefined) former.set(key, found as ResolvedFact);
  }
  return former;
}

function outcomeOf({ winner, state }: Resolution): Outcome {
  return { assertionId: winner.assertion.assertionId, eventId: winner.head.eventId, source: winner.assertion.source, state };
}

/** Another statement is shown, or the fact is called otherwise: then a reader of the record sees something else. */
function isNews(before: ResolvedFact | undefined, fact: Fact, outcome: Outcome | null): boolean {
  const [from, to] = [before?.outcome ?? null, outcome];
  if (from === null || to === null) return from !== to;
  return from.assertionId !== to.assertionId || from.eventId !== to.eventId || before?.factId !== fact.factId || before.patientId !== fact.patientId;
}

/** What consumers hear of it: no content, they read the record. */
function itemOf({ why, because }: Occasion, before: ResolvedFact | undefined, fact: Fact, resolution: Resolution | undefined) {
  const { patientId, factId, category, element } = fact;
  const renamed = before !== undefined && (before.factId !== factId || before.patientId !== patientId);
  return {
    ...{ patientId, category, element, factId },
    former: renamed ? { patientId: before.patientId, factId: before.factId } : null,
    from: shownOf(before?.outcome ?? null),
    to: shownOf(resolution === undefined ? null : outcomeOf(resolution)),
    why,
    because,
    designation: resolution?.designation?.eventId ?? null,
    settlement: resolution?.settlement?.judgement.settlement ?? null,
  };
}

function shownOf(outcome: Outcome | null): Shown | null {
  return outcome === null ? null : { assertionId: outcome.assertionId, eventId: outcome.eventId, source: outcome.source };
}

/** Entries in which one of the facts takes part; of facts aside those that are about nothing else. */
function formerConflicts({ before, aside }: Facts, rows: RowView): ConflictRow[] {
  const found = new Map<string, ConflictRow>();
  const collect = (fact: Fact, fits: (row: ConflictRow) => boolean) => {
    for (const row of conflictsOf(fact, rows)) if (fits(row)) found.set(conflictKey(row), row);
  };
  for (const fact of before.values()) collect(fact, () => true);
  for (const fact of aside.values()) collect(fact, ({ kind }) => kind === 'difference');
  return [...found].sort(([left], [right]) => compareBytes(left, right)).map(([, row]) => row);
}

/** By the fact, or, where all of a patient's were fetched, among those. */
function conflictsOf({ tenant, patientId, factId }: Fact, rows: RowView): ConflictRow[] {
  const near = [...rows.byIndex(partIndex(tenant, patientId, factId)), ...rows.byIndex(patientConflictIndex(tenant, patientId))];
  return near.map(({ value }) => value as ConflictRow).filter((row) => row.factIds.includes(factId));
}
