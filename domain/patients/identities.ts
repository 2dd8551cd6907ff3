import type { EventOf, LedgerEvent } from '../../schemas/catalogue.js';
import type { PatientGroup } from '../../schemas/events/patients-merged.js';
import { LedgerFault } from '../rejections.js';

/** So many patients may be one person by merges: a group stands whole in the events that make it. */
export const GROUP_AT_MOST = 1000;
/** Ended merges kept for each patient; the stream has them all. */
const PAST_KEPT = 50;

/** What a steward did about two patients, when and why. */
export interface Act {
  readonly eventId: string;
  readonly revision: number;
  readonly at: string;
  readonly subject: string;
  readonly reason: string;
}

/** A live edge: the absorbed patient is the survivor. */
export interface Merge extends Act {
  readonly absorbed: string;
  readonly survivor: string;
  readonly approval: string | null;
}

/** An edge that was taken back, and which patients came away with the absorbed one. */
export interface EndedMerge {
  readonly merge: Merge;
  readonly unmerge: Act & { readonly approval: string | null };
  readonly kept: PatientGroup;
  readonly released: PatientGroup;
}

/** By patient, what is between them and each other patient. Every pair stands under both. */
type Pairs = Map<string, Map<string, Act>>;

/**
 * Which patients of a tenant are one person. Merges are edges, at most one out of each patient and never in a circle, so
 * that they make trees: the patients of a tree are a group, and the one that no edge leaves is its root.
 */
export interface IdentitiesState {
  /** Live merges by the patient that is absorbed. */
  readonly merges: Map<string, Merge>;
  /** The patients that each survivor absorbed itself. */
  readonly absorbed: Map<string, Set<string>>;
  readonly links: Pairs;
  /** Pairs that a reviewer found to be different people. */
  readonly different: Pairs;
  /** Ended merges, oldest first, under both of their patients. */
  readonly past: Map<string, EndedMerge[]>;
}

export function initialIdentities(): IdentitiesState {
  return { merges: new Map(), absorbed: new Map(), links: new Map(), different: new Map(), past: new Map() };
}

/** The patient that answers for this one: itself, unless it was merged. */
export function rootOf(state: IdentitiesState, patientId: string): string {
  let root = patientId;
  for (let steps = 0; steps < GROUP_AT_MOST; steps++) {
    const merge = state.merges.get(root);
    if (merge === undefined) return root;
    root = merge.survivor;
  }
  throw new LedgerFault('internal');
}

/** All patients that are one person with this one; themselves alone when there are no merges. Members are sorted. */
export function groupOf(state: IdentitiesState, patientId: string): PatientGroup {
  const root = rootOf(state, patientId);
  return { root, members: membersUnder(state, root).sort() };
}

/** A patient and everybody who was merged into them, near or far. */
export function membersUnder(state: IdentitiesState, patientId: string): string[] {
  const members = [patientId];
  for (let next = 0; next < members.length; next++) members.push(...(state.absorbed.get(members[next] as string) ?? []));
  return members;
}

export function between(pairs: Pairs, one: string, other: string): Act | undefined {
  return pairs.get(one)?.get(other);
}

export function evolveIdentities(state: IdentitiesState, event: LedgerEvent, revision: number): IdentitiesState {
  switch (event.type) {
    case 'patients-merged':
      merge(state, event, revision);
      break;
    case 'patients-unmerged':
      unmerge(state, event, revision);
      break;
    case 'patients-linked':
      setBetween(state.links, event.data.patientIds, actOf(event, revision));
      setBetween(state.different, event.data.patientIds, undefined);
      break;
    case 'patients-unlinked':
      setBetween(state.links, event.data.patientIds, undefined);
      setBetween(state.different, event.data.patientIds, event.data.verdict === 'different-people' ? actOf(event, revision) : undefined);
      break;
  }
  return state;
}

function merge(state: IdentitiesState, event: EventOf<'patients-merged'>, revision: number): void {
  const { absorbed, survivor, approval } = event.data;
  state.merges.set(absorbed, { absorbed, survivor, approval, ...actOf(event, revision) });
  const known = state.absorbed.get(survivor);
  if (known === undefined) state.absorbed.set(survivor, new Set([absorbed]));
  else known.add(absorbed);
  setBetween(state.different, [absorbed, survivor], undefined);
}

function unmerge(state: IdentitiesState, event: EventOf<'patients-unmerged'>, revision: number): void {
  const { absorbed, survivor, approval, kept, released } = event.data;
  const ending = state.merges.get(absorbed);
  if (ending === undefined) return;
  state.merges.delete(absorbed);
  const left = state.absorbed.get(survivor);
  left?.delete(absorbed);
  if (left?.size === 0) state.absorbed.delete(survivor);
  const ended = { merge: ending, unmerge: { ...actOf(event, revision), approval }, kept, released };
  for (const patientId of [absorbed, survivor]) state.past.set(patientId, [...(state.past.get(patientId) ?? []), ended].slice(-PAST_KEPT));
}

function actOf(event: LedgerEvent & { readonly data: { readonly reason: string } }, revision: number): Act {
  return { eventId: event.id, revision, at: event.recordedAt, subject: event.actor.subject, reason: event.data.reason };
}

function setBetween(pairs: Pairs, [one, other]: readonly string[], act: Act | undefined): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as [string, string][]) {
    const own = pairs.get(from) ?? new Map<string, Act>();
    if (act === undefined) own.delete(to);
    else own.set(to, act);
    if (own.size === 0) pairs.delete(from);
    else pairs.set(from, own);
  }
}
