import { scanElements } from '../json/elements.js';
import { isJsonArray, isJsonObject, type JsonValue } from '../json/json-value.js';
import { scanMembers } from '../json/scan.js';
import type { Span } from '../json/scan-result.js';
import { categoryOf } from './category.js';
import { isShared, panelOf } from './components.js';
import { partsOfList } from './demographic-parts.js';
import { ELEMENTS, HEADER_MEMBERS } from './demographics.js';
import { type FhirResource, isFhirResource } from './resource.js';

/** A part that a resource speaks of: what a statement's `element` and `part` name. */
export interface StatedPart {
  readonly element: string | null;
  readonly part: string;
}

const DEPTH_AT_MOST = 512;
const KNOWN: ReadonlySet<string> = new Set([...ELEMENTS.values()].flat());

/** All parts that a resource speaks of, in plain words. What it says of a whole element, or of itself, is not among them. */
export function partsOf(resource: FhirResource): readonly StatedPart[] {
  if (resource.resourceType !== 'Patient') {
    return (panelOf(resource, categoryOf(resource))?.components ?? []).map(({ part }) => ({ element: null, part }));
  }
  return Object.keys(resource).flatMap((element) => {
    const list = resource[element];
    return isJsonArray(list) ? partsOfList(element, list).map(({ part }) => ({ element, part })) : [];
  });
}

interface Choice {
  /** Members that are kept as they stand. */
  readonly keeps: (member: string) => boolean;
  /** The one list of which only some items are kept. */
  readonly list: string;
  readonly indices: readonly number[];
}

/** Of a Patient an element's members and no others, of the list the items of the part. */
function patientChoice(patient: FhirResource, element: string | null, part: string | null): Choice {
  const own = element === null ? [] : (ELEMENTS.get(element) ?? [element, `_${element}`]);
  const keeps = (member: string) => member === 'resourceType' || (element === null ? !KNOWN.has(member) && !HEADER_MEMBERS.has(member) : own.includes(member));
  const list = element === null ? undefined : patient[element];
  if (element === null || part === null || !isJsonArray(list)) return { keeps, list: '', indices: [] };
  const chosen = partsOfList(element, list).find((one) => one.part === part);
  return { keeps, list: element, indices: chosen?.indices ?? [] };
}

/** Of a panel what its components share, and the one component; or what the panel says itself. */
function panelChoice(resource: FhirResource, part: string | null): Choice | null {
  const panel = panelOf(resource, categoryOf(resource));
  if (panel === null) return null;
  if (part === null) return { keeps: () => true, list: 'component', indices: panel.rest?.indices ?? [] };
  const chosen = panel.components.find((one) => one.part === part);
  return { keeps: (member) => isShared(member), list: 'component', indices: chosen?.indices ?? [] };
}

function chosenItems(text: string, indices: readonly number[]): string {
  const spans = scanElements(text) ?? [];
  const items = indices.map((index) => spans[index]).filter((span): span is Span => span !== undefined);
  return `[${items.map(({ start, end }) => text.slice(start, end)).join(',')}]`;
}

/**
 * A resource's text reduced to one part of it: a Patient with one element, or the items of one list that belong to the part; an
 * observation with one component and what belongs to all. Every member stands there byte for byte as it was written. What is
 * not taken apart comes back whole.
 *
 * @param part in plain words, as `partsOf` says it; `null` for what is said of the whole.
 */
export function membersOfPart(text: string, element: string | null, part: string | null): string {
  const resource = JSON.parse(text) as JsonValue;
  if (!isFhirResource(resource) || !isJsonObject(resource)) return text;
  const choice = resource.resourceType === 'Patient' ? patientChoice(resource, element, part) : panelChoice(resource, part);
  if (choice === null) return text;
  const kept: string[] = [];
  for (const [member, { start, end }] of scanMembers(text, { maxDepth: DEPTH_AT_MOST }).members) {
    const written = text.slice(start, end);
    if (member === choice.list) {
      if (choice.indices.length > 0) kept.push(`${JSON.stringify(member)}:${chosenItems(written, choice.indices)}`);
    } else if (choice.keeps(member)) kept.push(`${JSON.stringify(member)}:${written}`);
  }
  return `{${kept.join(',')}}`;
}
