import { canonicalJson } from '../json/canonical.js';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../json/json-value.js';
import { identifierParts, key } from './keys.js';
import { folded, foldedContact, foldedCountry, foldedLine, foldedPostalCode } from './postal.js';
import { objectOf, stringOf } from './resource.js';
import { canonicalSystem } from './systems.js';

/** One entry of a patient's list: which part it is, what that is called among sources, what it says. */
interface Entry {
  readonly part: string;
  /** What the part is called in every source; `null` if nobody else can speak of it. */
  readonly name: string | null;
  readonly said: JsonValue;
}

/** All that a source says of one part, and where in its list that stands. */
export interface ElementPart {
  readonly part: string;
  readonly names: readonly string[];
  readonly indices: readonly number[];
  readonly said: readonly JsonValue[];
}

type Entries = readonly JsonObject[];

const useOf = (entry: JsonObject): string => stringOf(entry, 'use') ?? '';
const ended = (entry: JsonObject): boolean => useOf(entry) === 'old' || stringOf(objectOf(entry, 'period'), 'end') !== null;

/** Strings folded, wherever they stand; the members in `without` left out. */
function foldedMembers(entry: JsonObject, without: readonly string[], fold: (member: string, text: string) => string): Record<string, JsonValue> {
  const said: Record<string, JsonValue> = {};
  for (const member of Object.keys(entry)) {
    if (without.includes(member) || (member.startsWith('_') && without.includes(member.slice(1)))) continue;
    const value = entry[member] as JsonValue;
    if (typeof value === 'string') said[member] = fold(member, value);
    else if (isJsonArray(value)) said[member] = value.map((item) => (typeof item === 'string' ? fold(member, item) : item));
    else said[member] = value;
  }
  return said;
}

/** A name is its use; one that is over is a fact of its own, and no contradiction of the present one. */
function nameEntry(entry: JsonObject, all: Entries): Entry {
  const isWhole = entry['family'] !== undefined || entry['given'] !== undefined;
  const said = foldedMembers(entry, ['id', 'use', 'period', ...(isWhole ? ['text'] : [])], (_, text) => folded(text));
  if (ended(entry)) return formerEntry(said);
  // A name without a use is the official one, where the source calls no other so.
  const use = useOf(entry) === '' && !all.some((other) => useOf(other) === 'official') ? 'official' : useOf(entry);
  return { part: use, name: use, said };
}

function formerEntry(said: JsonObject): Entry {
  const name = key('former', canonicalJson(said));
  return { part: name, name, said };
}

function addressEntry(entry: JsonObject, all: Entries): Entry {
  const isWhole = entry['line'] !== undefined || entry['city'] !== undefined;
  const without = ['id', 'use', 'type', 'period', 'district', ...(isWhole ? ['text'] : [])];
  const said = foldedMembers(entry, without, foldedAddressMember);
  const lines = said['line'];
  if (isJsonArray(lines)) said['line'] = lines.filter((line) => typeof line === 'string').join(' ');
  if (ended(entry)) return formerEntry(said);
  const use = useOf(entry) === '' && !all.some((other) => useOf(other) === 'home') ? 'home' : useOf(entry);
  const name = key(use, stringOf(entry, 'type') === 'postal' ? 'postal' : 'physical');
  return { part: name, name, said };
}

function foldedAddressMember(member: string, text: string): string {
  if (member === 'line' || member === 'city') return foldedLine(text);
  if (member === 'country') return foldedCountry(text);
  return member === 'postalCode' ? foldedPostalCode(text) : folded(text);
}

/** A contact point is itself: two telephones are two facts. Which is called first is the source's affair. */
function telecomEntry(entry: JsonObject): Entry {
  const system = stringOf(entry, 'system') ?? '';
  const value = stringOf(entry, 'value');
  if (value === null) return { part: '', name: null, said: entry };
  const name = key(system, foldedContact(system, value));
  return { part: name, name, said: ended(entry) ? { is: name, was: true } : { is: name } };
}

/** An identifier is its system and value. A bare number, a placeholder and a temporary one are of this source alone. */
function identifierEntry(entry: JsonObject): Entry {
  const system = stringOf(entry, 'system');
  const value = (stringOf(entry, 'value') ?? '').normalize('NFC').replace(/[\s-]/g, '');
  const part = key(system === null ? '' : canonicalSystem(system), value);
  const parts = identifierParts(entry);
  if (parts === null || system === null) return { part, name: null, said: { is: part, use: useOf(entry) } };
  return { part, name: part, said: ended(entry) ? { is: part, was: true } : { is: part } };
}

interface Parted {
  readonly entryOf: (entry: JsonObject, all: Entries) => Entry;
  /** Parts with a statement of their own; what is left of a longer list is one more. Together under 64. */
  readonly atMost: number;
}

const PARTED: ReadonlyMap<string, Parted> = new Map<string, Parted>([
  ['name', { entryOf: nameEntry, atMost: 7 }],
  ['address', { entryOf: addressEntry, atMost: 7 }],
  ['telecom', { entryOf: telecomEntry, atMost: 15 }],
  ['identifier', { entryOf: identifierEntry, atMost: 15 }],
]);

const REST = '~';

export const isParted = (element: string): boolean => PARTED.has(element);

/**
 * The parts of a list of a patient's (names, addresses, contact points, identifiers), by name; whatever the list holds, there
 * are few. Every entry that is an object is in exactly one of them.
 */
export function partsOfList(element: string, list: readonly JsonValue[]): readonly ElementPart[] {
  const parted = PARTED.get(element);
  if (parted === undefined) return [];
  const all = list.filter(isJsonObject);
  const parts = new Map<string, { names: Set<string>; indices: number[]; said: JsonValue[] }>();
  for (const [index, item] of list.entries()) {
    if (!isJsonObject(item)) continue;
    const { part, name, said } = parted.entryOf(item, all);
    const known = parts.get(part) ?? { names: new Set<string>(), indices: [], said: [] };
    parts.set(part, known);
    known.indices.push(index);
    known.said.push(said);
    if (name !== null) known.names.add(name);
  }
  const sorted = [...parts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([part, { names, indices, said }]) => ({ part, names: [...names], indices, said }));
  if (sorted.length <= parted.atMost) return sorted;
  const rest = sorted.slice(parted.atMost);
  const folding = { part: REST, names: [], indices: rest.flatMap(({ indices }) => indices), said: rest.flatMap(({ said }) => said) };
  return [...sorted.slice(0, parted.atMost), folding];
}
