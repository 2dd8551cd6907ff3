import { ADDRESS_PATTERNS } from './address-patterns.js';
import { AGE_PATTERNS, DATE_PATTERNS } from './date-patterns.js';
import type { Finding } from './finding.js';
import { fold } from './folded.js';
import { type KnownPerson, NOBODY_KNOWN } from './known-person.js';
import { knownFinder } from './known-values.js';
import { LABEL_PATTERNS } from './label-patterns.js';
import { NAME_PATTERNS } from './name-patterns.js';
import { emailsIn, NETWORK_PATTERNS } from './network-patterns.js';
import { NUMBER_PATTERNS, PHONE_PATTERNS } from './number-patterns.js';
import { type Seen, seenBy } from './pattern.js';
import { withoutOverlap } from './spans.js';

/** Finds telephone numbers by the numbering plans of the world, which are no rule of ours. Places are those of the text it is given. */
export type FindPhones = (text: string) => readonly { readonly start: number; readonly end: number }[];

export type ScanText = (text: string) => readonly Finding[];

const WITH_DIGITS = [...NUMBER_PATTERNS, ...PHONE_PATTERNS, ...LABEL_PATTERNS, ...DATE_PATTERNS, ...AGE_PATTERNS];
const ANYWHERE = [...NAME_PATTERNS, ...ADDRESS_PATTERNS, ...NETWORK_PATTERNS];

/**
 * A scanner for texts about one person. What is known is looked for first, in any usual spelling; then what has the form of an
 * identifier, by check digits where there are any; then names, by what stands beside them. Findings come in the order of the
 * text, without overlap. Linear in the text whatever is in it. It finds what it was taught: docs/scanning.md has the measured
 * recall, and text in which nothing was found is not thereby free of identifiers.
 */
export function scanner(known: KnownPerson, findPhones: FindPhones = () => []): ScanText {
  const findKnown = knownFinder(known);
  return (text) => {
    const folded = fold(text);
    const seen: Seen[] = emailsIn(folded.text);
    seenBy(ANYWHERE, folded.text, seen);
    if (/\d/.test(folded.text)) seenBy(WITH_DIGITS, folded.text, seen);
    // Last, since of two findings as sure and as long the later one stays: that the value is known says more than its form.
    for (const one of findKnown(folded)) seen.push(one);
    const places = seen.map((one) => ({ ...one, start: folded.startOf(one.start), end: folded.endOf(one.end) }));
    const phones = findPhones(text).map((place): Finding => ({ ...place, type: 'phone', certainty: 'likely', rule: 'phone-numbering-plan' }));
    return withoutOverlap(text, [...places, ...phones]);
  };
}

/** One text. For several texts about one person prepare a `scanner` once. */
export const scanText = (text: string, known: KnownPerson = NOBODY_KNOWN): readonly Finding[] => scanner(known)(text);
