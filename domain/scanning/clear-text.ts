import { STORED_CLEAR, VERSION_IN_CLEAR } from '../../schemas/commands/fields.js';
import type { FindingType } from './finding.js';
import { actionFor, CLEAR_TEXT_POLICY, type ScanPolicy } from './policy.js';
import { scanText } from './scan.js';

/** A field that is stored in clear and what was found in it: a place and types, never the value. */
export interface HeldIdentifiers {
  readonly pointer: string;
  readonly types: readonly FindingType[];
}

interface Schema {
  readonly [keyword: string]: unknown;
}

const PLAIN_VERSION = /^(?:\d+|\d{4}-\d\d-\d\dT[\d:.]{5,20}(?:Z|[+-]\d\d:\d\d))$/;

function isLookedAt(schema: Schema, text: string): boolean {
  const says = schema[STORED_CLEAR];
  return says === true || (says === VERSION_IN_CLEAR && !PLAIN_VERSION.test(text));
}

/** Each string of the value whose schema says that it is stored in clear, with its JSON pointer. Schemas of commands are trees; a value that fits the schema bounds the walk. */
function clearTexts(schema: Schema, value: unknown, pointer: string): { pointer: string; text: string }[] {
  if (typeof value === 'string') return isLookedAt(schema, value) ? [{ pointer, text: value }] : [];
  const { items = {}, properties = {} } = schema as { readonly items?: Schema; readonly properties?: Readonly<Record<string, Schema>> };
  if (Array.isArray(value)) return value.flatMap((item, index) => clearTexts(items, item, `${pointer}/${index}`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(properties).flatMap(([member, own]) =>
    Object.hasOwn(value, member) ? clearTexts(own, (value as Readonly<Record<string, unknown>>)[member], `${pointer}/${member}`) : [],
  );
}

/** What in this body must not be stored in clear. Only members that the schema knows are looked at. */
export function identifiersInClear(schema: Schema, value: unknown, pointer = '', policy: ScanPolicy = CLEAR_TEXT_POLICY): HeldIdentifiers[] {
  return clearTexts(schema, value, pointer).flatMap(({ pointer: place, text }) => {
    const blocked = scanText(text).filter((finding) => actionFor(finding, policy) === 'block');
    return blocked.length === 0 ? [] : [{ pointer: place, types: [...new Set(blocked.map(({ type }) => type))] }];
  });
}
