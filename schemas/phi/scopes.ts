import { CATEGORIES } from './categories.js';

/**
 * Scopes whose name stands in clear with the sealed part: that a record has a part of this kind says nothing about the person.
 * Every category is one. `identifiers` and `provider-notes` are cut out of resources of other categories; the rest belongs to
 * the ledger's own affairs.
 */
export const OPEN_SCOPES = [...CATEGORIES, 'identifiers', 'provider-notes', 'change-control', 'quarantine', 'key-management', 'erasure'] as const;
export type OpenScope = (typeof OPEN_SCOPES)[number];

/**
 * Scopes whose name is a diagnosis: it is never in clear, the part names the scope by a keyed hash. The list is append-only,
 * because the names are what scope keys are derived from.
 */
export const SENSITIVE_SCOPES = [
  'behavioural-health',
  'genetics',
  'hiv',
  'psychotherapy-notes',
  'sexual-reproductive-health',
  'special-protection',
  'substance-use',
  'taboo',
  'violence',
] as const;
export type SensitiveScope = (typeof SENSITIVE_SCOPES)[number];

/** What has more sensitivities than a composite scope can name; who holds every sensitive scope holds it. */
export const RESTRICTED = 'restricted';
/** The same without any of those that even treating clinicians or the patient may not hold; who holds all others holds it. */
export const SEVERAL = 'several';
const HELD_BY_FEW: readonly SensitiveScope[] = ['psychotherapy-notes', 'taboo'];

/** A limited ring computes the hash of every composite that it holds, so their number has to be small: at most 129. */
const NAMES_AT_MOST = 3;
const JOINED_BY = '+';

const OPEN: ReadonlySet<string> = new Set(OPEN_SCOPES);
const SENSITIVE: ReadonlySet<string> = new Set(SENSITIVE_SCOPES);

export const isOpenScope = (scope: string): scope is OpenScope => OPEN.has(scope);
export const isSensitiveScope = (scope: string): scope is SensitiveScope => SENSITIVE.has(scope);

/** The one scope of what has all these sensitivities: who opens it must hold each of them. */
export function compositeScope(sensitivities: Iterable<SensitiveScope>): string {
  const names = [...new Set(sensitivities)].sort();
  if (names.length <= NAMES_AT_MOST) return names.join(JOINED_BY);
  return names.some((name) => HELD_BY_FEW.includes(name)) ? RESTRICTED : SEVERAL;
}

/** The sensitivities that a composite scope stands for. */
export function sensitivitiesIn(scope: string): readonly SensitiveScope[] {
  if (scope === RESTRICTED) return SENSITIVE_SCOPES;
  if (scope === SEVERAL) return SENSITIVE_SCOPES.filter((name) => !HELD_BY_FEW.includes(name));
  return scope.split(JOINED_BY).filter(isSensitiveScope);
}

/** Every scope that a holder of these opens: they themselves, and the composites of the sensitive ones among them. */
export function scopesWithin(allowed: Iterable<string>): ReadonlySet<string> {
  const held = new Set(allowed);
  const sensitive = SENSITIVE_SCOPES.filter((scope) => held.has(scope));
  for (const [first, one] of sensitive.entries()) {
    for (const [second, two] of sensitive.entries()) {
      if (second <= first) continue;
      held.add(compositeScope([one, two]));
      for (const three of sensitive.slice(second + 1)) held.add(compositeScope([one, two, three]));
    }
  }
  if (SENSITIVE_SCOPES.every((scope) => held.has(scope) || HELD_BY_FEW.includes(scope))) held.add(SEVERAL);
  if (sensitive.length === SENSITIVE_SCOPES.length) held.add(RESTRICTED);
  return held;
}
