import type { Assertion, Fact, Head } from '../../schemas/read-models/fact.js';
import type { Row } from '../ports.js';

/** What rows of the model's first version did not have. */
type Older<Whole, Since extends keyof Whole> = Omit<Whole, Since> & Partial<Pick<Whole, Since>>;
type OlderHead = Older<Head, 'category' | 'resourceType' | 'standing' | 'precision' | 'codes' | 'ranges' | 'asserts' | 'contradicts'>;
type OlderAssertion = Older<Omit<Assertion, 'heads'>, 'patientId' | 'part' | 'judgements'> & { readonly heads: readonly OlderHead[] };
type OlderFact = Older<Omit<Fact, 'assertions'>, 'members' | 'cut'> & { readonly assertions: readonly OlderAssertion[] };

/**
 * The fact in a row of the record model. Rows of its first version stay readable until the new generation has caught up: there
 * were no merges and no settlements then, and what those rows could not say is not known.
 */
export function factIn({ value }: Pick<Row, 'value'>): Fact {
  const row = value as Fact | OlderFact;
  if (isWhole(row)) return row;
  const { patientId } = row;
  return { cut: false, members: [patientId], ...row, assertions: row.assertions.map((one) => assertionIn(one, patientId)) };
}

function isWhole(row: Fact | OlderFact): row is Fact {
  return row.members !== undefined;
}

function assertionIn(one: OlderAssertion, patientId: string): Assertion {
  const { category, resourceType } = one;
  const unknown = { category, resourceType, standing: null, precision: [], codes: [], ranges: [], asserts: [], contradicts: [] };
  return { patientId, part: null, judgements: [], ...one, heads: one.heads.map((head) => ({ ...unknown, ...head })) };
}
