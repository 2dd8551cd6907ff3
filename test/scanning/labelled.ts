import { type Finding, type FindingType, isAtLeast } from '../../domain/scanning/finding.js';
import { type KnownPerson, NOBODY_KNOWN } from '../../domain/scanning/known-person.js';
import { scanner } from '../../domain/scanning/scan.js';

/** A place in a text that is known to name somebody. */
export interface Label {
  readonly start: number;
  readonly end: number;
  readonly type: FindingType;
}

export interface LabelledText {
  readonly text: string;
  readonly labels: readonly Label[];
  readonly known: KnownPerson;
}

/** Every place where the value stands as a word of its own, in whatever case. */
export function labelsOf(text: string, type: FindingType, value: string): Label[] {
  if (value.length < 2) return [];
  const form = new RegExp(`(?<![\\p{L}\\d])${value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\p{L}\\d])`, 'giu');
  return [...text.matchAll(form)].map((match) => ({ start: match.index, end: match.index + match[0].length, type }));
}

/** Two labels of one place are one: the longer. */
export function distinctLabels(labels: readonly Label[]): Label[] {
  const kept: Label[] = [];
  for (const label of [...labels].sort((a, b) => a.start - b.start || b.end - a.end)) {
    if (label.start >= (kept.at(-1)?.end ?? 0)) kept.push(label);
  }
  return kept;
}

export interface Score {
  labels: number;
  /** Every letter of the label lies in a finding, of whatever type: a mask would leave nothing. */
  covered: number;
  findings: number;
  /** Findings that lie on a label, of whatever type. */
  right: number;
}

export type Scores = Map<FindingType, Score>;

/** Types of findings that this text has no labels for are not counted as wrong: nobody said where they are. */
export function score(texts: readonly LabelledText[], mode: 'known' | 'patterns', judged: readonly FindingType[], differing: string[] = []): Scores {
  const scores: Scores = new Map();
  const of = (type: FindingType): Score => {
    const found = scores.get(type) ?? { labels: 0, covered: 0, findings: 0, right: 0 };
    scores.set(type, found);
    return found;
  };
  for (const { text, labels, known } of texts) {
    const findings = scanner(mode === 'known' ? known : NOBODY_KNOWN)(text).filter(({ certainty }) => isAtLeast(certainty, 'possible'));
    for (const label of labels) {
      const own = of(label.type);
      own.labels++;
      if (isCovered(text, label, findings)) own.covered++;
      else differing.push(`missed ${label.type}: …${text.slice(Math.max(0, label.start - 20), label.start)}«${text.slice(label.start, label.end)}»`);
    }
    for (const finding of findings.filter(({ type }) => judged.includes(type))) {
      const own = of(finding.type);
      own.findings++;
      if (labels.some(({ start, end }) => start < finding.end && finding.start < end)) own.right++;
      else
        differing.push(
          `unlabelled ${finding.type}/${finding.rule}: …${text.slice(Math.max(0, finding.start - 20), finding.start)}«${text.slice(finding.start, finding.end)}»`,
        );
    }
  }
  return scores;
}

function isCovered(text: string, label: Label, findings: readonly Finding[]): boolean {
  for (let at = label.start; at < label.end; at++) {
    if (/[\p{L}\d]/u.test(text.charAt(at)) && !findings.some(({ start, end }) => start <= at && at < end)) return false;
  }
  return true;
}
