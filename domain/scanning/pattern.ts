import type { Certainty, FindingType } from './finding.js';

/** What a pattern's match is, or null when it is none after all. */
export interface Judgement {
  readonly type: FindingType;
  readonly certainty: Certainty;
  readonly rule: string;
  /** How much of the value it is, from its beginning; all of it when absent. */
  readonly length?: number;
}

/**
 * A rule by form. `expression` is global, begins at a border that few places have, and repeats nothing without a bound and
 * nothing within a repetition in two ways: the text is hostile, and each place of it may cost only so much. A group named
 * `value`, when there is one, ends where the match ends, and is what was found; without one the whole match is.
 */
export interface Pattern {
  readonly expression: RegExp;
  readonly judge: (value: string, match: RegExpExecArray, text: string) => Judgement | null;
}

export const judgement = (type: FindingType, certainty: Certainty, rule: string): Judgement => ({ type, certainty, rule });

/** A place in the folded text. */
export interface Seen extends Omit<Judgement, 'length'> {
  readonly start: number;
  readonly end: number;
}

export function seenBy(patterns: readonly Pattern[], text: string, seen: Seen[]): void {
  for (const { expression, judge } of patterns) {
    for (const match of text.matchAll(expression)) {
      const value = match.groups?.['value'] ?? match[0];
      const judged = judge(value, match, text);
      if (judged === null) continue;
      const { type, certainty, rule, length = value.length } = judged;
      const start = match.index + match[0].length - value.length;
      seen.push({ start, end: start + length, type, certainty, rule });
    }
  }
}

/** Groups of a pattern that has some; one that took no part in the match is absent. */
export type Groups = Readonly<Record<string, string | undefined>>;

export const onlyDigits = (text: string): string => text.replace(/\D/g, '');

/** The text just before a match, in which a label may stand. */
export const before = (match: RegExpExecArray, text: string, letters: number): string => text.slice(Math.max(0, match.index - letters), match.index);
