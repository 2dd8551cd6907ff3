import type { FhirResource } from '../identity/resource.js';
import { blockTextsOf } from './blocks.js';
import { personOf } from './person.js';
import { TOKEN_KINDS, type TokenKind, tokenTextsOf } from './tokens.js';

/**
 * 48 bits of each token are kept for comparing: two records are compared by a few hundred, so that a chance agreement is one
 * in 10^12. Blocks are looked up among all patients of a tenant, and keep their 128.
 */
const LETTERS = 8;

/** Tokens of one kind in one text, each after a blank: all of one length, so that finding one in it is a search for text. */
export type Tokens = Readonly<Partial<Record<TokenKind, string>>>;

/** A record's demographics as they are kept: keyed hashes only. */
export interface Blinded {
  readonly tokens: Tokens;
  readonly blocks: readonly string[];
}

/** A keyed hash of at least eight letters under the tenant's key; the text says what it is for. */
export type Blind = (text: string) => string;

/** Reads a Patient and leaves nothing of it but keyed hashes. */
export function blinded(patient: FhirResource, blind: Blind): Blinded {
  const person = personOf(patient);
  const texts = tokenTextsOf(person);
  const tokens: Partial<Record<TokenKind, string>> = {};
  for (const kind of TOKEN_KINDS) {
    const own = texts.get(kind);
    // Sorted: the order in which a source lists its addresses is no difference.
    if (own !== undefined)
      tokens[kind] = Array.from(own, (text) => ` ${blind(`${purposeOf(kind)}|${text}`).slice(0, LETTERS)}`)
        .sort()
        .join('');
  }
  return { tokens, blocks: blockTextsOf(person).map((text) => blind(`block|${text}`)) };
}

/** What is said in crossed order is looked for in the straight one: these two kinds are hashed alike. */
const purposeOf = (kind: TokenKind): string => kind.replace(/-crossed$/, '');

/** Do two records share a token of this kind? `other` where one's tokens of a kind are held against another kind. */
export function share(left: Tokens, right: Tokens, kind: TokenKind, other: TokenKind = kind): boolean {
  const [own, theirs] = [left[kind], right[other]];
  if (own === undefined || theirs === undefined) return false;
  for (let at = 0; at < own.length; at += LETTERS + 1) if (theirs.includes(own.slice(at, at + LETTERS + 1))) return true;
  return false;
}
