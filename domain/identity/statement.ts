/**
 * What one assertion says of one fact. All texts are plain and may be PHI: they exist to be turned into keyed hashes,
 * and must not be stored, logged or sent anywhere.
 */
export interface Statement {
  /** The demographic element that the statement is about; `null` if it is about the whole resource. */
  readonly element: string | null;
  /**
   * What makes two assertions speak of the same fact: sharing one of these is enough. Empty if nothing does, and then
   * the statement is a fact of its own. Sorted, each once, each prefixed with the category.
   */
  readonly identity: readonly string[];
  /** What is said, in canonical form: equal texts are no conflict. */
  readonly value: string;
}
