import type { FindingType } from '../../schemas/phi/finding-types.js';

export { FINDING_TYPES, type FindingType } from '../../schemas/phi/finding-types.js';

/** `certain`: a value that is known, or whose form nothing else has. `likely`: form and context speak for it. `possible`: its form alone does. */
export const CERTAINTIES = ['possible', 'likely', 'certain'] as const;
export type Certainty = (typeof CERTAINTIES)[number];

/** A place in a text, in UTF-16 units, `end` excluded. It never holds the text itself. */
export interface Finding {
  readonly start: number;
  readonly end: number;
  readonly type: FindingType;
  readonly certainty: Certainty;
  /** Which rule saw it: stable, for policies and for explanations. */
  readonly rule: string;
}

export const isAtLeast = (certainty: Certainty, least: Certainty): boolean => CERTAINTIES.indexOf(certainty) >= CERTAINTIES.indexOf(least);
