import type { Folded } from './folded.js';
import { type KnownKey, keysOf } from './known-keys.js';
import type { KnownPerson } from './known-person.js';
import { isOrdinary } from './ordinary-words.js';
import type { Seen } from './pattern.js';

/** The spellings, letter by letter: one walk of the text looks for all of them at once. */
interface Node {
  readonly next: Map<number, Node>;
  key: KnownKey | null;
}

/** Between two letters of a value there may be this much else: `(617) 555`, `Mary-Ann`, `Doe, Jane`. */
const GAP_AT_MOST = 3;
/** And so often: beyond it, single letters of a list would be spelled together to a name. */
const GAPS_AT_MOST = 10;

export type FindKnown = (folded: Folded) => Seen[];

/** Prepared once for a person, used for many texts. The cost for a text does not depend on how much is known. */
export function knownFinder(known: KnownPerson): FindKnown {
  const root: Node = { next: new Map(), key: null };
  for (const key of keysOf(known)) insert(root, key);
  return root.next.size === 0 ? () => [] : (folded) => search(root, folded);
}

/** Of two meanings of one spelling the surer stays, which is the first in the order of certainty. */
function insert(root: Node, key: KnownKey): void {
  let node = root;
  for (let at = 0; at < key.key.length; at++) {
    const code = key.key.charCodeAt(at);
    let next = node.next.get(code);
    if (next === undefined) node.next.set(code, (next = { next: new Map(), key: null }));
    node = next;
  }
  if (node.key === null || (node.key.certainty !== 'certain' && key.certainty === 'certain')) node.key = key;
}

const NOTHING = 0;
const LETTER = 1;
const DIGIT = 2;

/** What a character is to words and numbers. Half of a pair of surrogates counts as a letter. */
function kindOf(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code < 128) return code >= 97 && code <= 122 ? LETTER : code >= 48 && code <= 57 ? DIGIT : NOTHING;
  return code >= 0xd800 && code <= 0xdfff ? LETTER : /\p{L}/u.test(text.charAt(at)) ? LETTER : /\p{N}/u.test(text.charAt(at)) ? DIGIT : NOTHING;
}

function search(root: Node, { text, lower }: Folded): Seen[] {
  const kinds = new Uint8Array(lower.length);
  for (let at = 0; at < lower.length; at++) kinds[at] = kindOf(lower, at);
  const seen: Seen[] = [];
  for (let at = 0; at < lower.length; ) {
    const isStart = kinds[at] !== NOTHING && kinds[at] !== kinds[at - 1];
    const found = isStart ? longestFrom(root, lower, kinds, at) : null;
    if (found === null || !counts(found.key, text, at, found.end)) {
      at++;
      continue;
    }
    const { type, certainty, rule } = found.key;
    seen.push({ start: at, end: found.end, type, certainty, rule });
    at = found.end;
  }
  return seen;
}

function longestFrom(root: Node, lower: string, kinds: Uint8Array, start: number): { key: KnownKey; end: number } | null {
  let node = root;
  let found: { key: KnownKey; end: number } | null = null;
  let gaps = 0;
  for (let at = start; at < lower.length; ) {
    if (kinds[at] === NOTHING) {
      let over = at;
      while (over < lower.length && kinds[over] === NOTHING && over - at <= GAP_AT_MOST) over++;
      if (over - at > GAP_AT_MOST || ++gaps > GAPS_AT_MOST) return found;
      at = over;
      continue;
    }
    const next = node.next.get(lower.charCodeAt(at));
    if (next === undefined) return found;
    node = next;
    at++;
    if (node.key !== null && kinds[at] !== kinds[at - 1]) found = { key: node.key, end: at };
  }
  return found;
}

/** A word that is a name too counts with a capital inside a sentence, where the word would have none. */
function counts(key: KnownKey, text: string, start: number, end: number): boolean {
  if (!key.capital) return true;
  const written = text.slice(start, end);
  if (!/^\p{Lu}/u.test(written)) return false;
  if (!isOrdinary(key.key)) return true;
  const isShouted = written === written.toUpperCase();
  return !isShouted && !/(?:^|[.!?:\n#*-])\s{0,4}$/.test(text.slice(Math.max(0, start - 6), start));
}
