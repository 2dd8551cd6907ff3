import type { JsonObject, JsonValue } from '../json/json-value.js';
import type { Masked } from './masks.js';
import type { MemberType, Shape, Shapes } from './tools.js';

const ABSENT = { url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'masked' };
const GONE: JsonObject = { extension: [ABSENT] };
/** HL7's schema takes no extension in place of a URI that must be there. */
const GONE_URI = 'urn:clinical-ledger:masked';
const URIS: ReadonlySet<string> = new Set(['uri', 'url', 'canonical']);

/** Beside a value that a mask has made. */
export const MASK_EXTENSION = 'urn:clinical-ledger:mask';
const AGE_EXTENSION = 'urn:clinical-ledger:age';

/** What this folder says beside values. A source that says it too would be taken for a mask: its own are left out. */
export function isOwnExtension({ url }: JsonObject): boolean {
  return url === MASK_EXTENSION || url === AGE_EXTENSION;
}

/** In place of a birth date whose year would tell. */
export const OLDEST: JsonObject = { extension: [ABSENT, { url: AGE_EXTENSION, valueString: '90 or older' }] };

/** Masks whose result looks like somebody's own value, or like nothing: readers are told. */
const TOLD: ReadonlySet<string> = new Set(['scrub', 'partial', 'tokenize', 'format-preserving']);

/** What stands beside masked primitives, item by item; undefined where there is nothing to tell. */
export function marksFor(results: readonly Masked[]): JsonValue[] | undefined {
  const marks = results.map(({ mark }) => (mark !== undefined && TOLD.has(mark) ? { extension: [{ url: MASK_EXTENSION, valueCode: mark }] } : null));
  return marks.every((mark) => mark === null) ? undefined : marks;
}

/** What FHIR demands and the plan took away is there and says that it is masked. */
export function fillNeeded(object: JsonObject, { needed, members }: Shape, out: Record<string, JsonValue>, shapes: Shapes): void {
  for (const name of needed) {
    const was = object[name] !== undefined || object[`_${name}`] !== undefined;
    const type = members.get(name);
    if (was && type !== undefined && out[name] === undefined && out[`_${name}`] === undefined) putGone(name, type, out, shapes);
  }
}

/** An element that is there because it must be has in turn what it must have. */
function putGone(name: string, type: MemberType, out: Record<string, JsonValue>, shapes: Shapes): void {
  const isUri = URIS.has(type.type);
  const gone = isUri ? GONE_URI : type.isPrimitive ? GONE : goneElement(shapes(type.type) as Shape, shapes);
  out[type.isPrimitive && !isUri ? `_${name}` : name] = type.isList ? [gone] : gone;
}

/** Demands within demands end: nobody could write an element that demands itself. */
function goneElement({ demanded, members }: Shape, shapes: Shapes): JsonObject {
  const out: Record<string, JsonValue> = { ...GONE };
  for (const name of demanded) putGone(name, members.get(name) as MemberType, out, shapes);
  return out;
}
