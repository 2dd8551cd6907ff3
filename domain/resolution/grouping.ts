import type { Assertion, Fact } from '../../schemas/read-models/fact.js';

/**
 * What is the same fact: assertions of different sources about the same element that share an identity token, directly or
 * through others, over their live versions only. An equivalence, so neither order nor time of arrival matters. One
 * source's records are never joined by a token alone, since a source knows its own list.
 */
export function groupIntoFacts(owner: Pick<Fact, 'tenant' | 'patientId'>, assertions: readonly Assertion[]): Fact[] {
  const ordered = [...assertions].sort(byRecord);
  const parent = ordered.map((_, index) => index);
  const find = (index: number): number => {
    let root = index;
    while (parent[root] !== root) root = parent[root] ?? root;
    return root;
  };
  const union = (left: number, right: number) => {
    const [a, b] = [find(left), find(right)];
    parent[Math.max(a, b)] = Math.min(a, b);
  };
  joinByToken(ordered, union);
  const groups = new Map<number, Assertion[]>();
  ordered.forEach((assertion, index) => {
    const root = find(index);
    const members = groups.get(root);
    if (members === undefined) groups.set(root, [assertion]);
    else members.push(assertion);
  });
  return [...groups.values()].map((members) => factOf(owner, members));
}

/** Two holders of different sources are joined; so of a name that two sources hold, all holders are one: each has one of another source. */
function joinByToken(ordered: readonly Assertion[], union: (left: number, right: number) => void): void {
  const holders = new Map<string, number[]>();
  ordered.forEach((assertion, index) => {
    for (const token of tokensOf(assertion)) {
      const name = `${assertion.category}|${assertion.element ?? ''}|${token}`;
      const known = holders.get(name);
      if (known === undefined) holders.set(name, [index]);
      else known.push(index);
    }
  });
  for (const [first = 0, ...others] of holders.values()) {
    if (others.some((other) => ordered[other]?.source !== ordered[first]?.source)) for (const other of others) union(first, other);
  }
}

/** The fact is named after its smallest source record, so that its id does not depend on what arrived first. */
function factOf(owner: Pick<Fact, 'tenant' | 'patientId'>, members: Assertion[]): Fact {
  const first = members[0] as Assertion;
  return {
    factId: first.element === null ? first.assertionId : `${first.assertionId}.${first.element}`,
    tenant: owner.tenant,
    patientId: owner.patientId,
    category: first.category,
    element: first.element,
    assertions: members,
  };
}

export function tokensOf(assertion: Assertion): Set<string> {
  return new Set(assertion.heads.flatMap((head) => head.identity));
}

/** By bytes, not by locale: source, then the keyed hash of the source's record id. Unique within a patient and element. */
export function byRecord(left: Assertion, right: Assertion): number {
  return compareBytes(left.source, right.source) || compareBytes(left.recordKey, right.recordKey) || compareBytes(left.element ?? '', right.element ?? '');
}

export function compareBytes(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
