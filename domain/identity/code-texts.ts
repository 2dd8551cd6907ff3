import { absenceOf } from './claims.js';
import { codeStart, isHierarchical, strongCode } from './codes.js';
import { key } from './keys.js';
import type { FhirResource } from './resource.js';
import { type Subject, subjectOf } from './subject.js';

/** A range is named by three letters at least: two would be a chapter, and one is nearly everything. */
const SHORTEST_RANGE = 3;
const TEXTS_AT_MOST = 128;

const rangeText = (system: string, start: string): string => `${key(system, start)}*`;

/** What a statement is about in codes: each by itself, and the ranges of its system that it lies in. */
export interface CodeTexts {
  readonly codes: readonly string[];
  readonly ranges: readonly string[];
}

const NONE: CodeTexts = { codes: [], ranges: [] };

const bounded = (texts: ReadonlySet<string>): string[] => [...texts].sort().slice(0, TEXTS_AT_MOST);

/** "None known" is one thing whichever of its codes says so: what it is about is a text of its own, beside the codes. */
export function codeTexts(resource: FhirResource, subject: Subject = subjectOf(resource)): CodeTexts {
  if (subject.codes.length === 0) return NONE;
  const [codes, ranges] = [new Set<string>(), new Set<string>()];
  const absence = absenceOf(resource);
  if (absence !== null) codes.add(key('none', ...absence));
  for (const { system, code } of subject.codes) {
    codes.add(key(system, code));
    if (!isHierarchical(system)) continue;
    for (let length = SHORTEST_RANGE; length <= code.length; length += 1) ranges.add(rangeText(system, code.slice(0, length)));
  }
  return { codes: bounded(codes), ranges: bounded(ranges) };
}

/** A code, or all codes of a system that begin with these letters. */
export interface CodeRange {
  readonly system: string;
  readonly code?: string;
  readonly startsWith?: string;
}

/**
 * The text by which statements about a code or range of codes are found (`codeTexts`). `null` if there is none: a code that
 * joins nothing, a system without hierarchy in its codes, neither a code nor a range or both.
 */
export function codeRangeText({ system, code, startsWith }: CodeRange): string | null {
  if ((code === undefined) === (startsWith === undefined)) return null;
  if (startsWith !== undefined) {
    const start = codeStart(system, startsWith);
    return start === null || start.code.length < SHORTEST_RANGE ? null : rangeText(start.system, start.code);
  }
  const found = strongCode({ system, code: code ?? '' });
  return found === null ? null : key(found.system, found.code);
}
