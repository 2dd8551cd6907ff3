import { statementsOf } from '../domain/identity/statements.js';
import type { Units } from '../domain/identity/units.js';
import type { JsonObject } from '../domain/json/json-value.js';
import type { BlindStatement } from '../schemas/events/statement.js';
import type { Category } from '../schemas/phi/categories.js';
import type { KeyRing } from './ports.js';

/** A FHIR R4 resource as it came: parsed for reading, and as the source wrote it for keeping. */
export interface WrittenResource {
  readonly parsed: JsonObject & { readonly resourceType: string };
  readonly text: string;
}

/** What a resource says, in keyed hashes under one ring: the same resource under another patient's ring meets that patient's facts. */
export function blindStatements(ring: KeyRing, resource: WrittenResource, category: Category, units: Units): BlindStatement[] {
  const blind = (purpose: 'identity' | 'value' | 'code' | 'fact-claim') => (text: string) => ring.blind(purpose, text);
  return statementsOf(resource.parsed, category, units, resource.text).map((said) => ({
    element: said.element,
    part: said.part === null ? null : ring.blind('part', said.part),
    identity: said.identity.map(blind('identity')),
    value: ring.blind('value', said.value),
    precision: said.precision.map(blind('value')),
    codes: said.codes.map(blind('code')),
    ranges: said.ranges.map(blind('code')),
    asserts: said.asserts.map(blind('fact-claim')),
    contradicts: said.contradicts.map(blind('fact-claim')),
    standing: said.standing,
  }));
}
