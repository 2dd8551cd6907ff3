import type { ExactDecimal } from './exact-decimal.js';

/** How a unit relates to the one that its quantities are compared in: `compared = stated × factor + offset`, all exact decimals. */
export interface CanonicalUnit {
  /** Names what is measured, and not how big the unit is. Equal names are comparable; nothing else may be read from it. */
  readonly unit: string;
  readonly factor: ExactDecimal;
  readonly offset: ExactDecimal;
}

/** What is known about units. A text that is no unit, or one that must not be converted, is compared with itself only. */
export interface Units {
  canonical(unit: string): CanonicalUnit;
}

const ONE: ExactDecimal = { digits: 1n, exponent: 0 };
export const NOTHING_ADDED: ExactDecimal = { digits: 0n, exponent: 0 };

export const itself = (unit: string): CanonicalUnit => ({ unit, factor: ONE, offset: NOTHING_ADDED });

/** Knows no unit: quantities are compared as they were written. */
export const AS_WRITTEN: Units = { canonical: itself };
