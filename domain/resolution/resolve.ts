import type { Assertion, Fact, Head, Judgement } from '../../schemas/read-models/fact.js';
import { type Designation, rankOf } from '../authority/precedence.js';
import { liveHeads, namesFor } from '../record/assertions.js';
import { type Agree, agreementAmong, anyDiffer } from './agreement.js';
import { isInForce, type Settled, settlementsOn } from './judgements.js';
import { type Candidate, compareCandidates, outrankedWithin } from './order.js';
import { rulingOf } from './ruling.js';
import { type Strategy, strategyOf } from './strategies.js';
import { takenBackOf } from './taken-back.js';

export { type Candidate, compareCandidates } from './order.js';

/**
 * `agreed`: all live statements say the same. `ruled`: they differ, and a designation says whom to believe. `open`: they
 * differ, and somebody has to look. `settled`: somebody has looked.
 */
export type Standing = 'agreed' | 'ruled' | 'open' | 'settled';

/** What the record says of one fact, and why. */
export interface Resolution {
  readonly fact: Fact;
  readonly winner: Candidate;
  /** Every other live statement, best first: nothing that was asserted is hidden. */
  readonly alternatives: readonly Candidate[];
  /** Those of the alternatives that do not say what the winner says. */
  readonly disagreeing: ReadonlySet<Candidate>;
  /** Statements of the same that their sources have taken back as errors: a copy that lives on should be looked at. */
  readonly takenBack: readonly Assertion[];
  readonly designation: Designation | undefined;
  readonly strategy: Strategy;
  /** True when live statements say different things. */
  readonly conflict: boolean;
  readonly state: Standing;
  /** The settlement in force, or the last one whose choice is still shown although it no longer is. */
  readonly settlement: (Settled & { readonly inForce: boolean }) | undefined;
}

/** By what a record is settled. */
export interface ResolutionContext {
  readonly designations: readonly Designation[];
  /** The organization of each source that belongs to one. */
  readonly organizations: ReadonlyMap<string, string>;
  /** The patient and, where patients were merged, all members of the group. */
  readonly patients: readonly string[];
  /** The instant whose designations are in force. */
  readonly at: string;
  /** Which statements count: those true at an instant, for instance. */
  readonly live?: ((head: Head) => boolean) | undefined;
  /** The patient's records that their sources took back as errors. */
  readonly takenBack?: readonly Assertion[];
}

/** The rule that every resolution names, with its version. */
export const RESOLUTION_RULE = 'precedence@2';

/** From the set of live statements of a fact to its value, by the order of `order.ts`. Undefined when nothing is live. */
export function resolveFact(fact: Fact, context: ResolutionContext): Resolution | undefined {
  const strategy = strategyOf(fact);
  const counted = countedHeads(fact, context);
  if (counted.length === 0) return undefined;
  const designation = rulingOf(fact, counted, context);
  const order = compareCandidates(strategy);
  const candidates = counted.map((one) => ({ ...one, rank: rankOf(designation, one.assertion.source) })).sort(order);
  const settlement = settlementOf(fact, candidates);
  const winner = chosenBy(settlement, candidates) ?? (candidates[0] as Candidate);
  const alternatives = candidates.filter((candidate) => candidate !== winner);
  const takenBack = takenBackOf(fact, context.takenBack ?? []);
  const counting = contenders(candidates);
  const agree = agreementAmong(candidates.map(({ names }) => names));
  const disagreeing = new Set(alternatives.filter((candidate) => !agree(candidate.names, winner.names)));
  const differing = counting.filter((candidate) => disagreeing.has(candidate));
  const conflict = differing.length > 0 || anyDiffer(counting.map(({ names }) => names));
  const state = stateOf({ strategy, winner, differing, questionable: conflict || takenBack.length > 0, settlement, candidates, agree });
  return { fact, winner, alternatives, disagreeing, takenBack, designation, strategy, conflict, state, settlement };
}

type Counted = Omit<Candidate, 'rank'>;

function countedHeads(fact: Fact, { live }: ResolutionContext): Counted[] {
  return fact.assertions.flatMap((assertion) => {
    const heads = live === undefined ? liveHeads(assertion) : liveHeads(assertion).filter(live);
    const outranked = heads.length > 1 ? outrankedWithin(heads) : null;
    return heads.map((head) => ({ assertion, head, names: namesFor(head, fact.patientId), outranked: outranked?.has(head.eventId) === true }));
  });
}

export function contenders(candidates: readonly Candidate[]): readonly Candidate[] {
  return candidates.some(({ outranked }) => outranked) ? candidates.filter(({ outranked }) => !outranked) : candidates;
}

/**
 * The latest settlement of this fact by itself, unless it was taken back: what went before that one is not asked again. Of
 * `choose`, also one that no longer holds.
 */
function settlementOf(fact: Fact, candidates: readonly Candidate[]): Resolution['settlement'] {
  if (fact.assertions.every(({ judgements }) => judgements.length === 0)) return undefined;
  const settled = settlementsOn(fact.assertions, fact.members).findLast(({ judgement }) => isOfOneFact(judgement));
  if (settled === undefined || settled.judgement.withdrawn) return undefined;
  const inForce = isInForce(settled);
  if (inForce) return { ...settled, inForce };
  return candidates.some(({ assertion }) => assertion.assertionId === settled.judgement.chosen) ? { ...settled, inForce } : undefined;
}

/** Of two facts that both may stand, `keep-both` settles their dispute and neither of them. */
function isOfOneFact({ decision, groups }: Judgement): boolean {
  return decision === 'choose' || (decision === 'keep-both' && groups === 1);
}

/** A choice stands as long as it is in force; where a steward has to decide, it stands until they have decided again. */
function chosenBy(settlement: Resolution['settlement'], candidates: readonly Candidate[]): Candidate | undefined {
  if (settlement === undefined || settlement.judgement.decision !== 'choose') return undefined;
  const { judgement, inForce } = settlement;
  const manual = candidates[0] !== undefined && strategyOf(candidates[0].assertion) === 'manual';
  if (!inForce && !manual) return undefined;
  return contenders(candidates).find(({ assertion }) => assertion.assertionId === judgement.chosen);
}

interface Weighed {
  readonly strategy: Strategy;
  readonly winner: Candidate;
  readonly differing: readonly Candidate[];
  readonly questionable: boolean;
  readonly settlement: Resolution['settlement'];
  readonly candidates: readonly Candidate[];
  readonly agree: Agree;
}

function stateOf({ strategy, winner, differing, questionable, settlement, candidates, agree }: Weighed): Standing {
  if (!questionable) return 'agreed';
  if (settlement?.inForce === true) return coversAll(settlement, candidates, agree) ? 'settled' : 'open';
  if (strategy === 'latest' && differing.every(({ head }) => (head.validTime.from ?? '') < (winner.head.validTime.from ?? ''))) return 'ruled';
  if (strategy === 'union' || strategy === 'manual' || differing.length === 0) return 'open';
  return differing.every(({ rank }) => rank > winner.rank) ? 'ruled' : 'open';
}

/** A statement that was not judged, and says what no judged one says, is a new question. */
function coversAll({ judged }: Settled, candidates: readonly Candidate[], agree: Agree): boolean {
  const wasSeen = ({ assertion, head }: Candidate) => judged.some((one) => one.assertion === assertion && one.eventId === head.eventId);
  const [known, others] = [candidates.filter(wasSeen), candidates.filter((one) => !wasSeen(one))];
  return others.every((other) => known.some((one) => agree(one.names, other.names)));
}
