import { canonicalJson } from '../json/canonical.js';
import { isJsonObject, type JsonValue } from '../json/json-value.js';
import { decimalText, type ExactDecimal, exactDecimal, roundedTexts, statedDigits } from './exact-decimal.js';
import { lexemeOf } from './quantity.js';
import { type FhirResource, objectOf } from './resource.js';
import type { Units } from './units.js';
import { saidOf } from './value.js';

/** What is said, and what is said at each precision up to the one stated. */
export interface Saying {
  readonly value: string;
  readonly precision: readonly string[];
}

/** No instrument states more. What does was computed, and agrees with what agrees in eight: 4.999999999999 is 5.0. */
const DIGITS_AT_MOST = 8;

/** An observation that says one number: the number in the unit of its kind, and as it was written. A bound (`<5`) is none. */
function singleNumber(
  resource: FhirResource,
  said: JsonValue | undefined,
  written: () => string | null,
): { readonly number: ExactDecimal; readonly lexeme: string } | null {
  const quantity = objectOf(resource, 'valueQuantity');
  if (resource.resourceType !== 'Observation' || quantity === null || quantity['comparator'] !== undefined) return null;
  const parsed = lexemeOf(quantity['value']);
  const compared = isJsonObject(said) ? lexemeOf(said['value']) : null;
  const number = compared === null ? null : exactDecimal(compared);
  return parsed === null || number === null ? null : { number, lexeme: written() ?? parsed };
}

/**
 * What a resource says, in canonical form. A single number is compared in the unit of its kind, exactly; and rounded to the
 * digits of the other, when that states fewer. A hash can offer no other tolerance.
 *
 * @param written the number as it stands in the resource's text, if parsing may have lost digits of it.
 */
export function sayingOf(resource: FhirResource, units: Units, written: () => string | null): Saying {
  const said = saidOf(resource, units);
  const quantity = said['valueQuantity'];
  const single = singleNumber(resource, quantity, written);
  if (single === null || !isJsonObject(quantity)) return { value: canonicalJson(said), precision: [] };
  said['valueQuantity'] = { ...quantity, value: null };
  const around = canonicalJson(said);
  const texts = roundedTexts(single.number, Math.min(statedDigits(single.lexeme), DIGITS_AT_MOST));
  return { value: `${around}=${decimalText(single.number)}`, precision: texts.map((text) => `${around}~${text}`) };
}
