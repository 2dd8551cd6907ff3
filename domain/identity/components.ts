import type { Category } from '../../schemas/phi/categories.js';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../json/json-value.js';
import { principalCodes, strongCodes } from './codes.js';
import { key } from './keys.js';
import { type FhirResource, objectsOf } from './resource.js';

/** One thing that a panel speaks of, as the observation that it would be if it stood alone. */
export interface Component {
  /** The code, as text. */
  readonly part: string;
  /** Which of the panel's components say it: one, unless two have the same code. */
  readonly indices: readonly number[];
  readonly observation: FhirResource;
}

export interface Panel {
  readonly components: readonly Component[];
  /** What the panel says itself, with the components that have no code; `null` if it says nothing. */
  readonly rest: { readonly indices: readonly number[]; readonly observation: FhirResource } | null;
}

/** One statement each; of more the rest stay with the panel. */
const COMPONENTS_AT_MOST = 63;

/** What a panel says itself, and what each component says for itself. All else, from time to device, belongs to both. */
const isOwn = (member: string): boolean => /^_?(?:value[A-Z]|dataAbsentReason$|interpretation$|referenceRange$)/.test(member);

/** Members by which a component says that it is something else than it seems: with those of the panel, none may be lost. */
const MODIFIERS = 'modifierExtension';

/** The members that the components of a panel share with it. */
export const isShared = (member: string): boolean => !isOwn(member) && member !== 'component';

const modifiersOf = (object: JsonObject): readonly JsonValue[] => {
  const value = object[MODIFIERS];
  return isJsonArray(value) ? value : value === undefined ? [] : [value];
};

function standingAlone(resource: FhirResource, components: readonly JsonObject[]): FhirResource {
  const alone: Record<string, JsonValue> = {};
  for (const member of Object.keys(resource)) if (isShared(member)) alone[member] = resource[member] as JsonValue;
  const [only, ...others] = components;
  if (only === undefined) return { ...alone, resourceType: resource.resourceType };
  if (others.length > 0) return { ...alone, resourceType: resource.resourceType, code: only['code'] ?? null, component: components };
  const modifiers = [...modifiersOf(resource), ...modifiersOf(only)];
  if (modifiers.length > 0) alone[MODIFIERS] = modifiers;
  for (const member of Object.keys(only)) if (isOwn(member) || member === 'code') alone[member] = only[member] as JsonValue;
  return { ...alone, resourceType: resource.resourceType };
}

function codeTextOf(component: JsonValue): string | null {
  if (!isJsonObject(component)) return null;
  const codes = principalCodes(strongCodes(objectsOf(component, 'code')));
  return codes.length === 0 ? null : codes.map(({ system, code }) => key(system, code)).join(',');
}

/** Which components have which code. Those without one are in no group, and so are the groups that are too many. */
function groupsOf(items: readonly JsonValue[]): readonly (readonly [part: string, indices: number[]])[] {
  const groups = new Map<string, number[]>();
  for (const [index, item] of items.entries()) {
    const part = codeTextOf(item);
    if (part === null) continue;
    const group = groups.get(part);
    if (group === undefined) groups.set(part, [index]);
    else group.push(index);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, COMPONENTS_AT_MOST);
}

/**
 * A panel of vital signs taken apart: blood pressure is systolic and diastolic, each of which meets the same sign measured
 * alone. `null` for everything else, and for a panel none of whose components has a code.
 */
export function panelOf(resource: FhirResource, category: Category): Panel | null {
  const items = resource['component'];
  if (category !== 'vital-signs' || resource.resourceType !== 'Observation' || !isJsonArray(items)) return null;
  const groups = groupsOf(items);
  if (groups.length === 0) return null;
  const components = groups.map(([part, indices]) => {
    const own = indices.map((index) => items[index]).filter(isJsonObject);
    return { part, indices, observation: standingAlone(resource, own) };
  });
  const coded = new Set(groups.flatMap(([, indices]) => indices));
  const others = items.map((_, index) => index).filter((index) => !coded.has(index));
  const saysMore = others.length > 0 || Object.keys(resource).some((member) => /^_?(?:value[A-Z]|dataAbsentReason$)/.test(member));
  if (!saysMore) return { components, rest: null };
  const rest = { ...resource, component: others.map((index) => items[index] as JsonValue) };
  return { components, rest: { indices: others, observation: rest } };
}
