import { type ExactDecimal, exactDecimal } from '../../domain/identity/exact-decimal.js';
import { ucumText } from '../../domain/identity/unit-synonyms.js';
import { type CanonicalUnit, itself, NOTHING_ADDED, type Units } from '../../domain/identity/units.js';
import { type LibraryUnit, libraryUnit } from './library.js';

/** The longest unit of UCUM's own table of examples has 40 letters. */
const LETTERS_AT_MOST = 64;
const REMEMBERED_AT_MOST = 2048;

/** The library's numbers of particles in a mole; what is counted in moles is a kind of its own here and no pure number. */
const AVOGADRO = 6.0221367e23;
const SECONDS_A_DAY = 86_400;
const TIME = 1;
/**
 * Digits of a double that can be believed after a few multiplications: 9.999999999999e11 is 10*12. Every factor of UCUM
 * that is exact at all has fewer, once rates are counted per day: per second, 1/min would never end.
 */
const BELIEVED_DIGITS = 12;

const FAHRENHEIT = '[degF]';
const TEMPERATURE = '0,0,0,0,1,0,0';
/** In degrees Fahrenheit, because 5/9 has no end as a decimal and 9/5 has one. All other special units are left as they are. */
const SPECIAL: ReadonlyMap<string, CanonicalUnit> = new Map([
  [FAHRENHEIT, itself(FAHRENHEIT)],
  ['Cel', { unit: FAHRENHEIT, factor: { digits: 18n, exponent: -1 }, offset: { digits: 32n, exponent: 0 } }],
  ['K', { unit: FAHRENHEIT, factor: { digits: 18n, exponent: -1 }, offset: { digits: -45967n, exponent: -2 } }],
]);

/** What stands in braces means something to people only, and `mL/min/{1.73_m2}` is not `mL/min`: it stays in the unit's name. */
const annotationsOf = (text: string): string => (text.match(/\{[^{}]*\}/g) ?? []).sort().join('');

function dimensionsOf({ dim_, moleExp_, equivalentExp_ }: LibraryUnit): readonly number[] | null {
  const vector = dim_?.dimVec_ ?? null;
  if (vector === null || vector.every((exponent) => exponent === 0)) return null;
  return [...vector, moleExp_, equivalentExp_];
}

function factorOf(unit: LibraryUnit, dimensions: readonly number[]): ExactDecimal | null {
  const perDay = SECONDS_A_DAY ** Math.max(0, -(dimensions[TIME] ?? 0));
  const factor = ((unit.magnitude_ ?? 0) / AVOGADRO ** (unit.moleExp_ + unit.equivalentExp_)) * perDay;
  if (!Number.isFinite(factor) || factor <= 0) return null;
  return exactDecimal(factor.toPrecision(BELIEVED_DIGITS));
}

/**
 * What the library knows, less what must not be used: arbitrary units (an [iU] of one substance is none of another), special
 * scales but temperature, and everything without a dimension, where 48 mmol/mol would be 4.8 %.
 */
function canonicalUnit(text: string): CanonicalUnit {
  const special = SPECIAL.get(text);
  if (special !== undefined) return special;
  const unit = libraryUnit(text);
  if (unit === null || unit.isArbitrary_ || unit.isSpecial_) return itself(text);
  const dimensions = dimensionsOf(unit);
  if (dimensions === null || dimensions.slice(0, 7).join() === TEMPERATURE) return itself(text);
  const factor = factorOf(unit, dimensions);
  return factor === null ? itself(text) : { unit: `${dimensions.join()}${annotationsOf(text)}`, factor, offset: NOTHING_ADDED };
}

/** UCUM by the library of the National Library of Medicine. Answers are remembered, the oldest forgotten first. */
export function ucumUnits(): Units {
  const remembered = new Map<string, CanonicalUnit>();
  return {
    canonical(written) {
      const known = remembered.get(written);
      if (known !== undefined) return known;
      if (written.length > LETTERS_AT_MOST) return itself(written);
      const fresh = canonicalUnit(ucumText(written));
      const [oldest] = remembered.size >= REMEMBERED_AT_MOST ? remembered.keys() : [];
      if (oldest !== undefined) remembered.delete(oldest);
      remembered.set(written, fresh);
      return fresh;
    },
  };
}
