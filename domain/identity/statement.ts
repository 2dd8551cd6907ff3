import type { Standing } from '../../schemas/events/statement.js';

/**
 * What one assertion says of one fact. All texts are plain and may be PHI: they exist to be turned into keyed hashes,
 * and must not be stored, logged or sent anywhere.
 */
export interface Statement {
  /** The demographic element that the statement is about; `null` if it is about the whole resource, or a part of it. */
  readonly element: string | null;
  /**
   * Tells apart the things that one record speaks of under one element: a component of a panel (its code), a name's use,
   * an address's use and type, a contact point. `null` if it speaks of one. Each pair of element and part stands once.
   */
  readonly part: string | null;
  /**
   * What makes two assertions speak of the same fact: sharing one of these is enough. Empty if nothing does, and then
   * the statement is a fact of its own. Sorted, each once, each prefixed with the category.
   */
  readonly identity: readonly string[];
  /** What is said, in canonical form: equal texts are no conflict. */
  readonly value: string;
  /** What is said, rounded to 1, 2, … significant digits, as many as were stated; empty where there is no single number. */
  readonly precision: readonly string[];
  /**
   * Each strong code of what it is about by itself, `system|code`. They are no part of what is said: statements that share one
   * are about the same, those that have others are not.
   */
  readonly codes: readonly string[];
  /** Of codes of hierarchical systems the ranges that they lie in, `system|E11*`: what is asked for by range, and never compared. */
  readonly ranges: readonly string[];
  /** Claims that it makes, and claims that cannot be true beside it: equal texts in one and the other are a dispute. */
  readonly asserts: readonly string[];
  readonly contradicts: readonly string[];
  readonly standing: Standing;
}
