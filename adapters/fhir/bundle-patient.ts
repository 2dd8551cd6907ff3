import { canonicalJson } from '../../domain/json/canonical.js';
import { scanElements } from '../../domain/json/elements.js';
import { parseLossless, scanMembers } from '../../domain/json/lossless.js';
import { compareCandidates, type Resolution } from '../../domain/resolution/resolve.js';

const DEPTH_AT_MOST = 100;

/** A demographic fact with its winning statement's part of a Patient, as the source wrote it. */
export interface PatientPart {
  readonly resolution: Resolution;
  readonly resource: string;
}

export interface WholePatient {
  readonly text: string;
  /** Where each fact's value stands in it, by fact id: none where another fact's single value stands in its place. */
  readonly paths: ReadonlyMap<string, readonly string[]>;
}

interface Item {
  readonly text: string;
  /** Of the facts that say it. */
  readonly factIds: string[];
}

/**
 * ONE Patient out of all winning demographic statements, each spliced as its source wrote it: lists hold the elements of all
 * facts, a single value is that of the best statement. `replaced` are the patients whom this one absorbed.
 */
export function wholePatient(patientId: string, replaced: readonly string[], parts: readonly PatientPart[]): WholePatient {
  const lists = new Map<string, Item[]>();
  const singles = new Map<string, Item>();
  const order = compareCandidates('authoritative');
  const best = [...parts].sort((left, right) => order(left.resolution.winner, right.resolution.winner));
  const mayStand = insideOneSource(best);
  for (const part of best) {
    const { factId } = part.resolution.fact;
    for (const [member, text] of membersOf(part.resource)) {
      const elements = elementsOf(text);
      if (elements === null) singles.set(member, singles.get(member) ?? { text, factIds: [factId] });
      else
        addTo(
          lists,
          member,
          elements.filter((element) => mayStand(part, member, element)),
          factId,
        );
    }
  }
  const links = replaced.map((member) => ({ text: JSON.stringify({ other: { reference: `urn:uuid:${member}` }, type: 'replaces' }), factIds: [] }));
  if (links.length > 0) lists.set('link', [...(lists.get('link') ?? []), ...links]);
  return writtenOut(patientId, onlyTogether(singles), lists);
}

/** Ids of contained resources are each source's own: those of one record are kept, and no other record's references into its own. */
function insideOneSource(parts: readonly PatientPart[]): (part: PatientPart, member: string, element: string) => boolean {
  const eventOf = ({ resolution }: PatientPart) => resolution.winner.head.eventId;
  const host = parts.find(({ resolution }) => resolution.fact.element === 'contained');
  return (part, member, element) => {
    if (host === undefined || eventOf(part) === eventOf(host)) return true;
    return member !== 'contained' && !/"reference"\s*:\s*"#/.test(element);
  };
}

function writtenOut(patientId: string, singles: ReadonlyMap<string, Item>, lists: ReadonlyMap<string, Item[]>): WholePatient {
  const paths = new Map<string, string[]>();
  const point = (factIds: readonly string[], path: string) => {
    for (const factId of factIds) paths.set(factId, [...(paths.get(factId) ?? []), path]);
  };
  const members = [...singles].map(([member, { text, factIds }]) => {
    point(factIds, `Patient.${member.replace(/^_/, '')}`);
    return `${JSON.stringify(member)}:${text}`;
  });
  for (const [member, items] of lists) {
    const ordered = [...items].sort((left, right) => weightOf(left.text) - weightOf(right.text));
    for (const [index, { factIds }] of ordered.entries()) point(factIds, `Patient.${member}[${index}]`);
    if (ordered.length > 0) members.push(`${JSON.stringify(member)}:[${ordered.map(({ text }) => text).join(',')}]`);
  }
  return { text: `{${['"resourceType":"Patient"', `"id":${JSON.stringify(patientId)}`, ...members].join(',')}}`, paths };
}

/** A primitive's extensions stand beside it only if they are the same fact's, and of a choice only one type may stand. */
function onlyTogether(singles: ReadonlyMap<string, Item>): Map<string, Item> {
  const owners = new Map<string, string | undefined>();
  for (const [member, { factIds }] of singles) {
    const stem = stemOf(member);
    if (!owners.has(stem)) owners.set(stem, factIds[0]);
  }
  return new Map([...singles].filter(([member, { factIds }]) => owners.get(stemOf(member)) === factIds[0]));
}

function stemOf(member: string): string {
  const name = member.replace(/^_/, '');
  return /^(deceased|multipleBirth)/.exec(name)?.[0] ?? name;
}

/** Two sources that say the very same list element say it once. */
function addTo(lists: Map<string, Item[]>, member: string, elements: readonly string[], factId: string): void {
  const items = lists.get(member) ?? [];
  lists.set(member, items);
  for (const text of elements) {
    const known = items.find((item) => canonicalText(item.text) === canonicalText(text));
    if (known === undefined) items.push({ text, factIds: [factId] });
    else if (!known.factIds.includes(factId)) known.factIds.push(factId);
  }
}

function canonicalText(text: string): string {
  return canonicalJson(parseLossless(text));
}

/** A reader who takes the first name must not get a former one. */
const USES: Readonly<Record<string, number>> = { official: 0, work: 3, mobile: 3, billing: 4, temp: 4, nickname: 4, anonymous: 4, maiden: 5, old: 6 };
const OTHER_USE = 1;

function weightOf(element: string): number {
  const use = /"use"\s*:\s*"([a-z]+)"/.exec(element)?.[1] ?? '';
  return USES[use] ?? OTHER_USE;
}

function membersOf(resource: string): [string, string][] {
  const { members } = scanMembers(resource, { maxDepth: DEPTH_AT_MOST });
  return [...members].filter(([name]) => !NOT_OF_THE_PERSON.has(name)).map(([name, { start, end }]) => [name, resource.slice(start, end)]);
}

/** What belongs to one source's record, and not to the person. */
const NOT_OF_THE_PERSON: ReadonlySet<string> = new Set(['resourceType', 'id', 'meta', 'text', 'language', '_language', 'implicitRules', '_implicitRules']);

function elementsOf(text: string): string[] | null {
  return scanElements(text)?.map(({ start, end }) => text.slice(start, end)) ?? null;
}
