import type { Head, Names } from '../../schemas/read-models/fact.js';
import { namesFor } from '../record/assertions.js';

/** Do two statements say the same, and of the same? Asked of statements of one fact, among which it was made. */
export type Agree = (left: Names, right: Names) => boolean;

/**
 * The codings of a concept mean the same (R4), so that what one source calls by two codes holds for all of the fact's statements:
 * one in SNOMED and one in ICD agree beside a third that gives both. Without such a third they were joined by something
 * else, and are two things until somebody says otherwise. Numbers are compared in pairs, which is not transitive: 7.0 agrees
 * with 7.04 and with 6.98, which differ. Neither depends on the order of the statements.
 */
export function agreementAmong(all: readonly Names[]): Agree {
  const concepts = conceptsIn(all);
  return (left, right) => sayTheSame(left, right) && areCompatible(left.codes, right.codes, concepts);
}

/** Of each code the least of those that it means the same as. */
function conceptsIn(all: readonly Names[]): ReadonlyMap<string, string> {
  const concepts = new Map<string, string>();
  const conceptOf = (code: string): string => {
    let concept = code;
    for (let next = concepts.get(concept); next !== undefined && next !== concept; next = concepts.get(concept)) concept = next;
    return concept;
  };
  for (const { codes } of all) {
    const [least = ''] = codes.map(conceptOf).sort();
    for (const code of codes) {
      concepts.set(conceptOf(code), least);
      concepts.set(code, least);
    }
  }
  for (const code of concepts.keys()) concepts.set(code, conceptOf(code));
  return concepts;
}

/**
 * Equal values say the same; and single numbers do when they are equal at the fewer of the digits that the two state (FHIR R4:
 * the precision of a decimal is significant). No other tolerance: a hash can offer none.
 */
function sayTheSame(left: Names, right: Names): boolean {
  if (left.value === right.value) return true;
  const digits = Math.min(left.precision.length, right.precision.length);
  return digits > 0 && left.precision[digits - 1] === right.precision[digits - 1];
}

/** Who gives no code contradicts nobody thereby. */
function areCompatible([left]: readonly string[], [right]: readonly string[], concepts: ReadonlyMap<string, string>): boolean {
  return left === undefined || right === undefined || left === right || concepts.get(left) === concepts.get(right);
}

/** Two statements by themselves. Of a fact with more of them, `agreementAmong` all knows better. */
export function agree(left: Names, right: Names): boolean {
  return agreementAmong([left, right])(left, right);
}

/** Does one say exactly what the other says, in the same codes, so that nothing is lost when it is not shown? */
export function repeats(left: Names, right: Names): boolean {
  if (left.value !== right.value) return false;
  const [codes, others] = [new Set(left.codes), new Set(right.codes)];
  return codes.size === others.size && [...codes].every((code) => others.has(code));
}

/** Are there two live statements that do not agree? */
export function differ(heads: readonly Head[], root: string): boolean {
  return anyDiffer(heads.map((head) => namesFor(head, root)));
}

/** Are there two that do not agree? Those alike in all that is compared are looked at once. */
export function anyDiffer(all: readonly Names[]): boolean {
  if (all.length < 2) return false;
  const distinct = [...new Map(all.map((names) => [alikeOf(names), names])).values()];
  if (distinct.length < 2) return false;
  const agree = agreementAmong(distinct);
  return distinct.some((left, index) => distinct.slice(index + 1).some((right) => !agree(left, right)));
}

/** Of equal values the one that states more digits is held to more of them: 7.00 is not 7.04, though 7.0 is. */
function alikeOf({ value, precision, codes }: Names): string {
  return `${value}|${precision.join(',')}|${codes.join(',')}`;
}
