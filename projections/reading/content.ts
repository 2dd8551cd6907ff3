import { membersOfPart, partsOf } from '../../domain/identity/parts.js';
import { ELEMENTS, type FhirResource } from '../../domain/identity/statements.js';
import { scanMembers } from '../../domain/json/lossless.js';
import type { KeyRing } from '../../domain/rings.js';
import type { Assertion } from '../../schemas/read-models/fact.js';

const DEPTH_AT_MOST = 100;
const EMPTY_PATIENT = '{"resourceType":"Patient"}';

type Statement = Pick<Assertion, 'element' | 'part' | 'category'>;

/** What a reader is shown of a resource for one statement: all of it, one element of a Patient, or one part, as written. */
export function shownOf(resource: string, statement: Statement, ring: KeyRing): string {
  return partShown(resource, statement, ring) ?? wholeOf(resource, statement.element);
}

/** The same of a resource of which something is withheld: null where that may be the very part that the statement is about. */
export function shownOfRest(resource: string, statement: Statement, ring: KeyRing): string | null {
  const shown = partShown(resource, statement, ring);
  return shown === EMPTY_PATIENT ? null : shown;
}

/** Null when the resource has no such part. */
function partShown(resource: string, { element, part, category }: Statement, ring: KeyRing): string | null {
  if (part !== null) return partOf(resource, element, part, ring);
  if (element !== null) return elementOfPatient(resource, element);
  // Of a panel the components are facts of their own; what is left is the panel's.
  return category === 'vital-signs' && resource.includes('"component"') ? membersOfPart(resource, null, null) : resource;
}

/**
 * The part is known by its keyed hash only, so the resource's own parts are hashed to find it. Should a later version of this
 * program tell parts apart otherwise, the whole element is shown: too much of what the source said of it, and never nothing.
 */
function partOf(resource: string, element: string | null, token: string, ring: KeyRing): string | null {
  const parts = partsOf(JSON.parse(resource) as FhirResource);
  const found = parts.find((one) => one.element === element && ring.blind('part', one.part) === token);
  return found === undefined ? null : membersOfPart(resource, element, found.part);
}

function wholeOf(resource: string, element: string | null): string {
  return element === null ? resource : elementOfPatient(resource, element);
}

/** The part of a Patient that belongs to one demographic element, as a Patient with only these members, as written. */
export function elementOfPatient(resource: string, element: string): string {
  const { members } = scanMembers(resource, { maxDepth: DEPTH_AT_MOST });
  const own = (ELEMENTS.get(element) ?? [element, `_${element}`]).flatMap((name) => {
    const span = members.get(name);
    return span === undefined ? [] : [`${JSON.stringify(name)}:${resource.slice(span.start, span.end)}`];
  });
  return `{${['"resourceType":"Patient"', ...own].join(',')}}`;
}
