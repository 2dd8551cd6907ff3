import type { PatientGroup } from '../../schemas/events/patients-merged.js';
import type { Assertion, Fact } from '../../schemas/read-models/fact.js';
import { liveHeads, namesFor } from '../record/assertions.js';
import { Clusters } from './clusters.js';
import { pairOf, refOf, type Verdict, verdictsOn } from './judgements.js';

/** Whose facts: the patient under whose key they are named, and all whom they are one with. */
export interface Owner extends PatientGroup {
  readonly tenant: string;
}

/**
 * What is the same fact: assertions of different sources about the same element that share an identity token, directly or
 * through others, over their live versions only. An equivalence, so neither order nor time of arrival matters. One
 * source's records of one patient are never joined by a token alone, since a source knows its own list; of merged patients
 * it kept two. A steward's `same` joins and `not-same` keeps apart before tokens are looked at. Names are those under the
 * key of the group's root.
 */
export function groupIntoFacts(owner: Owner, assertions: readonly Assertion[]): Fact[] {
  const ordered = [...assertions].sort(byRecord);
  const verdicts = verdictsOn(ordered, owner.members);
  const holders = holdersOf(owner, ordered);
  const clusters = clustered(ordered, holders, verdicts);
  return clusters.all().map((members) =>
    factOf(
      owner,
      members.map((index) => ordered[index] as Assertion),
      members.some((index) => clusters.isCut(index)),
    ),
  );
}

/** Live statements by the token that names them, of tokens that more than one holds. */
function holdersOf(owner: Owner, ordered: readonly Assertion[]): number[][] {
  const holders = new Map<string, number[]>();
  for (const [index, assertion] of ordered.entries()) {
    for (const token of tokensOf(assertion, owner.root)) {
      const known = holders.get(token);
      if (known === undefined) holders.set(token, [index]);
      else known.push(index);
    }
  }
  return [...holders.values()].filter(({ length }) => length > 1).flatMap((members) => alike(ordered, members));
}

/** A token names things of one category and element; should it ever stand under two, these are two things. */
function alike(ordered: readonly Assertion[], members: number[]): number[][] {
  const kindOf = (index: number) => `${ordered[index]?.category}|${ordered[index]?.element ?? ''}`;
  const [first = 0] = members;
  const { category, element } = ordered[first] as Assertion;
  if (members.every((index) => ordered[index]?.category === category && ordered[index]?.element === element)) return [members];
  const kinds = new Map<string, number[]>();
  for (const index of members) kinds.set(kindOf(index), [...(kinds.get(kindOf(index)) ?? []), index]);
  return [...kinds.values()];
}

/** What one source says of one patient is one list. */
function sameList(left: Assertion | undefined, right: Assertion | undefined): boolean {
  return left?.source === right?.source && left?.patientId === right?.patientId;
}

/**
 * Two holders of different lists are joined; so of a name that stands on two lists, all holders are one: each has one of
 * another list. Mostly nothing is refused, and then the order of joining does not matter; else all is done again in the
 * order of the statements, so that what was cut does not depend on which names hash lower.
 */
function clustered(ordered: readonly Assertion[], holders: readonly (readonly number[])[], verdicts: ReadonlyMap<string, Verdict>): Clusters {
  const shared = holders.filter(([first = 0, ...others]) => others.some((other) => !sameList(ordered[other], ordered[first])));
  if (verdicts.size === 0) {
    const quick = new Clusters(ordered.length);
    for (const [first = 0, ...others] of shared) for (const other of others) quick.join(first, other);
    if (!quick.anyCut) return quick;
  }
  return clusteredInOrder(ordered, shared, verdicts);
}

function clusteredInOrder(ordered: readonly Assertion[], shared: readonly (readonly number[])[], verdicts: ReadonlyMap<string, Verdict>): Clusters {
  const refs = ordered.map(refOf);
  const verdictOf = (left: number, right: number) => verdicts.get(pairOf(refs[left] as string, refs[right] as string));
  const clusters = new Clusters(ordered.length, (left, right) => verdictOf(left, right) === 'not-same');
  const numbers = new Map(refs.map((ref, index) => [ref, index]));
  const same = [...verdicts].filter(([, verdict]) => verdict === 'same').map(([pair]) => pair.split('\n').map((ref) => numbers.get(ref) ?? 0));
  for (const [left = 0, right = 0] of same.sort(([a = 0, b = 0], [c = 0, d = 0]) => a - c || b - d)) clusters.join(left, right);
  const sharedBy: (readonly number[])[][] = ordered.map(() => []);
  for (const members of shared) for (const member of members) sharedBy[member]?.push(members);
  for (const later of ordered.keys()) for (const one of earlierOf(later, sharedBy[later] ?? [], ordered)) clusters.join(one, later);
  return clusters;
}

/** Whom a statement would join, of those before it, in their order. */
function earlierOf(later: number, shared: readonly (readonly number[])[], ordered: readonly Assertion[]): number[] {
  const ones = new Set(shared.flatMap((members) => members.filter((one) => one < later && !sameList(ordered[one], ordered[later]))));
  return [...ones].sort((left, right) => left - right);
}

/** The fact is named after its smallest live source record, so that its id does not depend on what arrived first. */
function factOf(owner: Owner, members: Assertion[], cut: boolean): Fact {
  const first = members[0] as Assertion;
  return {
    factId: factIdOf(first),
    tenant: owner.tenant,
    patientId: owner.root,
    members: owner.members,
    category: first.category,
    element: first.element,
    assertions: members,
    cut,
  };
}

/** The id of the fact that would consist of this statement alone. Any of a fact's statements finds it. */
export function factIdOf({ assertionId, element, part }: Pick<Assertion, 'assertionId' | 'element' | 'part'>): string {
  return [assertionId, element, part].filter((name) => name !== null).join('.');
}

/** The names of an assertion's live versions. A record that was entered in error names nothing any more. */
export function tokensOf(assertion: Assertion, root: string): Set<string> {
  const tokens = new Set<string>();
  for (const head of liveHeads(assertion)) for (const token of namesFor(head, root).identity) tokens.add(token);
  return tokens;
}

/** By bytes, not by locale: source, then the keyed hash of the source's record id. Unique within a patient, element and part. */
export function byRecord(left: Assertion, right: Assertion): number {
  return (
    compareBytes(left.source, right.source) ||
    compareBytes(left.recordKey, right.recordKey) ||
    compareBytes(left.element ?? '', right.element ?? '') ||
    compareBytes(left.part ?? '', right.part ?? '') ||
    compareBytes(left.patientId, right.patientId)
  );
}

export function compareBytes(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
