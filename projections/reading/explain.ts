import type { Lineage } from './lineage.js';

/** What a statement says, in a few words, by its event; undefined where the reader may not have it opened, null where nobody can. */
export type SaidBy = (eventId: string) => string | null | undefined;

const NOTHING_SHOWN: SaidBy = () => undefined;

/**
 * One fact explained in sentences: who says what, who is believed and by which designation, what stewards decided, what it
 * cannot be true beside, and what made its statements one fact. The same lineage gives the same sentences; content stands in
 * them only as far as `said` gives it.
 */
export function explainFact(lineage: Lineage, said: SaidBy = NOTHING_SHOWN): string[] {
  return [
    ...valueWords(lineage, said),
    ...othersWords(lineage, said),
    ...stateWords(lineage),
    ...lineage.settlements.map((settlement) => settlementWords(settlement, lineage)),
    ...disputeWords(lineage),
    ...identityWords(lineage),
    ...lineage.assertions.flatMap(versionWords),
  ];
}

type Statement = Lineage['value'];
type Settlement = Lineage['settlements'][number];
type Assertion = Lineage['assertions'][number];

function valueWords({ value, rule }: Lineage, said: SaidBy): string[] {
  const designation = rule.designation === null ? [] : [`Designated: ${rule.designation.words}`];
  return [`${value.source} says ${shown(value, said)} (${whereFrom(value)}).`, `Shown because: ${rule.because}`, ...designation];
}

function othersWords({ alternatives }: Lineage, said: SaidBy): string[] {
  return alternatives.map((other) => {
    const outranked = other.outranked ? ', which another version of the same record takes the place of' : '';
    if (other.agrees) return `${other.source} says the same (${whereFrom(other)})${outranked}.`;
    return `${other.source} says otherwise: ${shown(other, said)} (${whereFrom(other)})${outranked}.`;
  });
}

function stateWords({ state, conflict, alternatives, takenBackBy }: Lineage): string[] {
  const copies = takenBackBy.map(({ source }) => `${source} has taken back a record of the same as an error: a copy that lives on should be looked at.`);
  return [...copies, ...differenceWords(state, conflict, alternatives.length)];
}

function differenceWords(state: Lineage['state'], conflict: boolean, others: number): string[] {
  switch (state) {
    case 'agreed':
      return others === 0 ? [] : ['All live statements say the same.'];
    case 'ruled':
      return ['The statements differ, and the rule decides between them.'];
    case 'settled':
      return ['The statements differ, and a steward has decided between them.'];
    case 'open':
      return [conflict ? 'The statements differ, and nobody has decided between them yet.' : 'Nobody has decided on it yet.'];
  }
}

function settlementWords({ settlement, decision, chosen, subject, recordedAt, reason, withdrawn, inForce }: Settlement, { assertions }: Lineage): string {
  const source = assertions.find(({ assertionId }) => assertionId === chosen)?.source ?? 'another source';
  const decided = {
    choose: `chose what ${source} says`,
    'keep-both': 'let the statements stand side by side',
    'not-same': 'decided that these were not the same fact',
    same: 'decided that these are the same fact',
  }[decision];
  const force = withdrawn
    ? ', taken back since'
    : inForce === true
      ? ', in force'
      : inForce === false
        ? ', no longer in force: what was judged has changed'
        : '';
  return `${subject} ${decided} on ${recordedAt}, because "${reason}" (settlement ${settlement}${force}).`;
}

function disputeWords({ disputedBy }: Lineage): string[] {
  return disputedBy.map(({ factId, settlement }) => {
    const settled = settlement === null ? 'and nobody has decided yet' : `and a steward let both stand (settlement ${settlement})`;
    return `It cannot be true beside fact ${factId}, ${settled}.`;
  });
}

function identityWords({ assertions, joinedBy, keptApart }: Lineage): string[] {
  const sharing = new Set(joinedBy.flatMap(({ assertionIds }) => assertionIds));
  const sources = [...new Set(assertions.filter(({ assertionId }) => sharing.has(assertionId)).map(({ source }) => source))].sort();
  const names = joinedBy.length === 1 ? 'one name' : `${joinedBy.length} names`;
  const [first] = joinedBy;
  const joined = first === undefined ? [] : [`One fact, because ${listed(sources)} share ${names} for it (keyed: ${first.token}).`];
  return keptApart ? [...joined, 'Statements that share a name with it were kept apart.'] : joined;
}

function versionWords({ source, past, retraction, assertionId }: Assertion): string[] {
  const last = past.at(-1);
  const versions = last === undefined ? [] : [`${source} said otherwise in ${counted(past.length)} (record ${assertionId}, last on ${last.recordedAt}).`];
  return retraction === null ? versions : [...versions, `${source} took its record back on ${retraction.recordedAt}: ${retraction.reason}.`];
}

function shown({ eventId }: Statement, said: SaidBy): string {
  const words = said(eventId);
  if (words === null) return 'what cannot be opened: its content is damaged';
  return words === undefined ? 'so' : `"${words}"`;
}

function whereFrom({ sourceVersion, validTime, recordedAt, eventId, position }: Statement): string {
  const version = sourceVersion === null ? '' : `version ${sourceVersion}, `;
  const from = validTime.from === null ? '' : `true from ${validTime.from}${validTime.to === null ? '' : ` until ${validTime.to}`}, `;
  return `${version}${from}recorded ${recordedAt}, event ${eventId}, position ${position}`;
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function counted(versions: number): string {
  return versions === 1 ? 'an earlier version' : `${versions} earlier versions`;
}
