import type { Category } from '../../schemas/phi/categories.js';
import { categoryOf } from './category.js';
import { demographicStatements } from './demographics.js';
import type { FhirResource } from './resource.js';
import type { Statement } from './statement.js';
import { identityTokens } from './tokens.js';
import { valueText } from './value.js';

export { ELEMENTS, elementOf, HEADER_MEMBERS } from './demographics.js';
export { type FhirResource, isFhirResource } from './resource.js';
export type { Statement } from './statement.js';
export { type DateFault, dateFault, type ValidTime, validTimeOf } from './valid-time.js';

/**
 * The statements that a resource makes: one for each demographic element of a `Patient`, exactly one of every other
 * type. `tokens.ts` says what names a fact, `value.ts` what is said of it; it never fails, whatever the
 * resource holds.
 *
 * @param category what `categoryOf` said, if the caller has asked already.
 */
export function statementsOf(resource: FhirResource, category: Category = categoryOf(resource)): Statement[] {
  if (resource.resourceType === 'Patient') return demographicStatements(resource);
  return [{ element: null, identity: identityTokens(resource, category), value: valueText(resource) }];
}
