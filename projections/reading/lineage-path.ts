import { categoryOf } from '../../domain/identity/category.js';
import { elementOf } from '../../domain/identity/statements.js';
import { type Category, isCategory } from '../../schemas/phi/categories.js';
import type { Fact } from '../../schemas/read-models/fact.js';

/** Which facts a path means. */
export interface LineagePath {
  /** Where all of them stand, if that can be told from the path. */
  readonly category: Category | null;
  /** The one fact that it names. */
  readonly factId: string | null;
  readonly means: (fact: Fact) => boolean;
}

export const PATH_FORMS = "AllergyIntolerance, AllergyIntolerance.where(factId='…'), Patient.birthDate, Observation.component";

const PATH = /^([A-Z][A-Za-z]{1,40})(?:\.where\(factId='([A-Za-z0-9._-]{1,160})'\)|\.([a-z][A-Za-z]{0,63}))?$/;

/**
 * The part of FHIRPath that a record needs, and no more: every fact of a type, one of them by its id, one element of the
 * patient, or the components that observations were taken apart into. Undefined for any other path.
 */
export function lineagePathOf(text: string): LineagePath | undefined {
  const [matched, type = '', factId = null, member] = PATH.exec(text) ?? [];
  if (matched === undefined) return undefined;
  const isOfType = (fact: Fact) => fact.assertions.some(({ resourceType }) => resourceType === type);
  if (member === undefined) return { category: categoryOfType(type), factId, means: isOfType };
  if (type === 'Patient') {
    const element = elementOf(member);
    return element === null ? undefined : { category: 'demographics', factId: null, means: (fact) => isOfType(fact) && fact.element === element };
  }
  if (type !== 'Observation' || member !== 'component') return undefined;
  return { category: null, factId: null, means: (fact) => isOfType(fact) && fact.assertions.some(({ part }) => part !== null) };
}

/** Observations stand in several categories, by what they are about. */
function categoryOfType(type: string): Category | null {
  const category = type === 'Observation' ? null : categoryOf({ resourceType: type });
  return category !== null && isCategory(category) ? category : null;
}
