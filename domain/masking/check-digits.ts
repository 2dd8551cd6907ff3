import { passesLuhn } from '../scanning/check-digits.js';

/** Verhoeff's multiplication in the dihedral group of ten, and his permutation. */
const TIMES = ['0123456789', '1234067895', '2340178956', '3401289567', '4012395678', '5987604321', '6598710432', '7659821043', '8765932104', '9876543210'];
const PERMUTED = ['0123456789', '1576283094', '5803796142', '8916043527', '9453126870', '4286573901', '2793806415', '7046913258'];

/** Whether the last digit is the check digit of those before it, after Verhoeff. */
export function passesVerhoeff(digits: string): boolean {
  const sum = [...digits].reverse().reduce((check, digit, place) => at(TIMES, check, at(PERMUTED, place % PERMUTED.length, Number(digit))), 0);
  return sum === 0;
}

function at(table: readonly string[], row: number, column: number): number {
  return Number(table[row]?.charAt(column));
}

const LOINC_TERM = /^\d{1,7}-\d$/;
/** Answers and parts. Their check digit counts the letters in a way that is not published. */
const LOINC_PART = /^L[AP]\d{1,7}-\d$/;

/** Whether a text is a code of LOINC: its check digit is that of Luhn. */
export function isLoincCode(code: string): boolean {
  return LOINC_PART.test(code) || (LOINC_TERM.test(code) && passesLuhn(code.replace('-', '')));
}

/** `00` and `10` are the partitions of concepts; the others hold descriptions and relationships, which are no codes. */
const SHORT_CONCEPT = /^[1-9]\d{2,14}00\d$/;
/** With the seven digits of the namespace of an extension before the partition. */
const LONG_CONCEPT = /^[1-9]\d{0,7}\d{7}10\d$/;

/** Whether the digits are a SNOMED CT identifier of a concept: six to eighteen of them, by partition and check digit. */
export function isConceptId(digits: string): boolean {
  return (SHORT_CONCEPT.test(digits) || LONG_CONCEPT.test(digits)) && passesVerhoeff(digits);
}
