import { membersOfPart, partsOf } from '../../domain/identity/parts.js';
import { ELEMENTS, type FhirResource } from '../../domain/identity/statements.js';
import { scanMembers } from '../../domain/json/lossless.js';
import { type Opened, splitContent } from '../../domain/record/content.js';
import type { KeyRing } from '../../domain/rings.js';
import type { Assertion, Head } from '../../schemas/read-models/fact.js';

export { type Opened, splitContent } from '../../domain/record/content.js';

const DEPTH_AT_MOST = 100;

export async function openHead(ring: KeyRing, head: Pick<Head, 'sealed' | 'stream' | 'eventId'>): Promise<Opened> {
  return splitContent(await ring.open(head.sealed, head));
}

/** What a reader is shown of a resource for one statement: all of it, one element of a Patient, or one part, as written. */
export function shownOf(resource: string, { element, part, category }: Pick<Assertion, 'element' | 'part' | 'category'>, ring: KeyRing): string {
  if (part !== null) return partOf(resource, element, part, ring);
  if (element !== null) return elementOfPatient(resource, element);
  // Of a panel the components are facts of their own; what is left is the panel's.
  return category === 'vital-signs' && resource.includes('"component"') ? membersOfPart(resource, null, null) : resource;
}

/**
 * The part is known by its keyed hash only, so the resource's own parts are hashed to find it. Should a later version of this
 * program tell parts apart otherwise, the whole element is shown: too much of what the source said of it, and never nothing.
 */
function partOf(resource: string, element: string | null, token: string, ring: KeyRing): string {
  const parts = partsOf(JSON.parse(resource) as FhirResource);
  const found = parts.find((one) => one.element === element && ring.blind('part', one.part) === token);
  if (found !== undefined) return membersOfPart(resource, element, found.part);
  return element === null ? resource : elementOfPatient(resource, element);
}

/** The part of a Patient that belongs to one demographic element, as a Patient with only these members, as written. */
export function elementOfPatient(resource: string, element: string): string {
  const { members } = scanMembers(resource, { maxDepth: DEPTH_AT_MOST });
  const own = (ELEMENTS.get(element) ?? [element, `_${element}`])
    .map((name) => ({ name, span: members.get(name) }))
    .filter(({ span }) => span !== undefined)
    .map(({ name, span }) => `${JSON.stringify(name)}:${resource.slice(span?.start, span?.end)}`);
  return `{${['"resourceType":"Patient"', ...own].join(',')}}`;
}
