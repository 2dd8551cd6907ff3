import type { Head, Names } from '../../schemas/read-models/fact.js';
import { namesFor } from '../record/assertions.js';

/**
 * Do two statements say the same? Equal values do; and single numbers do when they are equal at the fewer of the digits
 * that the two state (FHIR R4: the precision of a decimal is significant). No other tolerance: a hash can offer none.
 */
export function agree(left: Names, right: Names): boolean {
  if (left.value === right.value) return true;
  const digits = Math.min(left.precision.length, right.precision.length);
  return digits > 0 && left.precision[digits - 1] === right.precision[digits - 1];
}

/** Are there two among them that say different things? Not transitive: 7.0 agrees with 7.04 and with 6.98, which differ. */
export function differ(heads: readonly Head[], root: string): boolean {
  const distinct = new Map(heads.map((head) => namesFor(head, root)).map((names) => [names.value, names]));
  const values = [...distinct.values()];
  return values.some((left, index) => values.slice(index + 1).some((right) => !agree(left, right)));
}
