import type { Category } from '../../schemas/phi/categories.js';
import { categoryOf } from './category.js';
import { claimsOf } from './claims.js';
import { codeTexts } from './code-texts.js';
import { panelOf } from './components.js';
import { demographicStatements } from './demographics.js';
import type { FhirResource } from './resource.js';
import { sayingOf } from './saying.js';
import { standingOf } from './standing.js';
import type { Statement } from './statement.js';
import { subjectOf, withoutSubject } from './subject.js';
import { identityTokens } from './tokens.js';
import { AS_WRITTEN, type Units } from './units.js';
import { writtenNumber } from './written-number.js';

export { type CodeRange, codeRangeText } from './code-texts.js';
export { ELEMENTS, elementOf, HEADER_MEMBERS } from './demographics.js';
export { membersOfPart, partsOf, type StatedPart } from './parts.js';
export { type FhirResource, isFhirResource } from './resource.js';
export type { Statement } from './statement.js';
export { AS_WRITTEN, type Units } from './units.js';
export { type DateFault, dateFault, type ValidTime, validTimeOf } from './valid-time.js';

const IN_QUANTITY = ['valueQuantity', 'value'];

/** Names, codes, and ranges, of all components of a panel together (26 kB each): one made to have thousands must not weigh down the log. */
const NAMES_AT_MOST = 1024;

interface About {
  readonly resource: FhirResource;
  readonly part: string | null;
  /** Where its one number stands in the text of the whole. */
  readonly place: readonly (string | number)[];
}

/** A panel says something of each of its components, and perhaps of itself; anything else of one thing. */
function thingsOf(resource: FhirResource, category: Category): readonly About[] {
  const panel = panelOf(resource, category);
  if (panel === null) return [{ resource, part: null, place: IN_QUANTITY }];
  const things: About[] = panel.rest === null ? [] : [{ resource: panel.rest.observation, part: null, place: IN_QUANTITY }];
  for (const { part, indices, observation } of panel.components)
    things.push({ resource: observation, part, place: ['component', indices[0] ?? 0, ...IN_QUANTITY] });
  return things;
}

/**
 * The statements that a resource makes: one for each demographic element of a `Patient`, or part of one; one for each component
 * of a panel of vital signs; exactly one of everything else. At most 64, each pair of element and part once. `tokens.ts` says
 * what names a fact, `value.ts` what is said of it; it never fails, whatever the resource holds.
 *
 * @param category what `categoryOf` said, if the caller has asked already.
 * @param units by which quantities are compared; without, as they were written.
 * @param text of the resource, as it was written: only there are the zeros that a source stated and parsing dropped.
 */
export function statementsOf(
  resource: FhirResource,
  category: Category = categoryOf(resource),
  units: Units = AS_WRITTEN,
  text: string | null = null,
): Statement[] {
  if (resource.resourceType === 'Patient') return demographicStatements(resource);
  const things = thingsOf(resource, category);
  const share = Math.floor(NAMES_AT_MOST / things.length);
  return things.map((thing) => {
    const subject = subjectOf(thing.resource);
    const { value, precision } = sayingOf(withoutSubject(thing.resource, subject), units, () => (text === null ? null : writtenNumber(text, thing.place)));
    const standing = standingOf(thing.resource);
    const { asserts, contradicts } = claimsOf(thing.resource, standing);
    const identity = identityTokens(thing.resource, category).slice(0, share);
    const texts = codeTexts(thing.resource, subject);
    const [codes, ranges] = [texts.codes.slice(0, share), texts.ranges.slice(0, share)];
    return { element: null, part: thing.part, identity, value, precision, codes, ranges, asserts, contradicts, standing };
  });
}
