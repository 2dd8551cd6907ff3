import type { Blinded } from '../domain/matching/blinded.js';
import type { Comparison } from '../domain/matching/compare.js';
import { MATCHING_POLICY } from '../domain/matching/policy.js';
import { matchBits } from '../domain/matching/score.js';
import type { VersionRef } from '../domain/record/versions.js';
import type { Changes } from './projection.js';

export const CANDIDATE_STATES = ['open', 'dismissed', 'linked', 'merged'] as const;
export type CandidateState = (typeof CANDIDATE_STATES)[number];

/** How many patients the tenant has registered: what a chance agreement is measured by. */
export interface PopulationRow {
  readonly patients: number;
}

/** The patient that answers for this one: themselves, or the survivor of merges. */
export interface MemberRow {
  readonly patientId: string;
  readonly root: string;
  /** Of an erased patient nothing is kept but this, so that nothing comes back. */
  readonly erased?: true;
}

/** Which versions of one source record are live: they take each other's place as they do in the record itself. */
export interface LineageRow {
  readonly record: string;
  readonly heads: readonly VersionRef[];
  readonly highest: readonly string[];
}

/**
 * One live version of a source's demographics as keyed hashes, found by its blocks. A row for each version, and not for each patient: an event
 * then has to see no other blocks than its own.
 */
export interface VersionRow extends MemberRow, Blinded {
  readonly eventId: string;
}

/** One comparison of what an event says of the first patient with what another says of the second. */
export interface Evidence {
  readonly events: readonly [string, string];
  readonly comparison: Comparison;
}

/** Two patients who may be one, and what people have said of them. Patients in order of their ids. */
export interface CandidateRow {
  readonly patients: readonly [string, string];
  readonly state: CandidateState;
  /** When this state began. */
  readonly since: string;
  readonly linked: boolean;
  readonly dismissed: boolean;
  readonly merged: boolean;
  readonly evidence: readonly Evidence[];
}

type Put = Changes['put'][number];

export const populationKey = (tenant: string): string => `n/${tenant}`;
export const memberKey = (tenant: string, patientId: string): string => `p/${tenant}/${patientId}`;
/** Index values that find all lineages and all live versions of a patient; their rows' keys begin so too. */
export const lineagesOf = (tenant: string, patientId: string): string => `r/${tenant}/${patientId}`;
export const versionsOf = (tenant: string, patientId: string): string => `v/${tenant}/${patientId}`;
export const lineageKey = (tenant: string, patientId: string, record: string): string => `${lineagesOf(tenant, patientId)}/${record}`;
export const versionKey = (tenant: string, patientId: string, eventId: string): string => `${versionsOf(tenant, patientId)}/${eventId}`;
export const blockIndex = (tenant: string, block: string): string => `b/${tenant}/${block}`;
/** States sort as they are listed: what is open comes first. */
export const statePrefix = (tenant: string, state: CandidateState): string => `c/${tenant}/${CANDIDATE_STATES.indexOf(state)}-${state}/`;
/** Index value of all pairs that a patient is in. */
export const pairsOf = (tenant: string, patientId: string): string => `c/${tenant}/${patientId}`;

/** Keys sort by their bytes: the likelier pair has to come first. */
function orderOf({ evidence }: CandidateRow): string {
  const bits = evidence.map(({ comparison }) => matchBits(comparison, MATCHING_POLICY.populationOfOrder));
  const most = Math.min(Math.max(-999, ...bits), 999);
  return String(Math.round((1000 - most) * 100)).padStart(6, '0');
}

export const candidateKey = (tenant: string, row: CandidateRow): string =>
  `${statePrefix(tenant, row.state)}${orderOf(row)}/${row.patients[0]}~${row.patients[1]}`;

export const candidatePut = (tenant: string, row: CandidateRow): Put => ({
  key: candidateKey(tenant, row),
  value: row,
  index: row.patients.map((patientId) => pairsOf(tenant, patientId)),
});

/** What a version says, for telling whether anything new is said. */
export const saidBy = ({ tokens, blocks }: Blinded): string => JSON.stringify([Object.entries(tokens).sort(), [...blocks].sort()]);
