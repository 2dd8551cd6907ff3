import { MATCHING_POLICY } from '../domain/matching/policy.js';
import { matchBits } from '../domain/matching/score.js';
import type { CandidateRow, CandidateState, Evidence } from './candidates-rows.js';
import { candidateKey, candidatePut } from './candidates-rows.js';
import type { Changes } from './projection.js';

/** Two patients with dozens of records each are judged by the comparisons that say most. */
const EVIDENCE_AT_MOST = 64;

export type Said = Partial<Pick<CandidateRow, 'linked' | 'dismissed' | 'merged' | 'evidence'>>;

/** A pair that nobody has said anything of. */
export function freshPair(one: string, other: string, since: string): CandidateRow {
  const patients = one < other ? ([one, other] as const) : ([other, one] as const);
  return { patients, state: 'open', since, linked: false, dismissed: false, merged: false, evidence: [] };
}

/** What a merge says goes before a link, and that before a review; whatever is left is open. */
function stateOf({ merged, linked, dismissed }: CandidateRow): CandidateState {
  return merged ? 'merged' : linked ? 'linked' : dismissed ? 'dismissed' : 'open';
}

/** The pair after something new is known: its row, or none when nothing speaks for it and nobody has linked it. */
export function changedPair(tenant: string, before: CandidateRow | undefined, pair: CandidateRow, said: Said, at: string): Changes {
  const told = { ...pair, ...said, evidence: most(said.evidence ?? pair.evidence) };
  const state = stateOf(told);
  const after: CandidateRow = { ...told, state, since: before?.state === state ? before.since : at };
  const keeps = after.evidence.length > 0 || after.linked;
  const put = keeps ? [candidatePut(tenant, after)] : [];
  const former = before === undefined ? [] : [candidateKey(tenant, before)];
  return { put, remove: former.filter((key) => key !== put[0]?.key) };
}

function most(evidence: readonly Evidence[]): readonly Evidence[] {
  const name = ({ events }: Evidence) => events.join('~');
  const bits = new Map(evidence.map((one) => [one, matchBits(one.comparison, MATCHING_POLICY.populationOfOrder)]));
  const byName = [...evidence].sort((left, right) => (name(left) < name(right) ? -1 : 1));
  return byName.length <= EVIDENCE_AT_MOST ? byName : byName.sort((left, right) => (bits.get(right) ?? 0) - (bits.get(left) ?? 0)).slice(0, EVIDENCE_AT_MOST);
}
