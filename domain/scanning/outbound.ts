import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../json/json-value.js';
import { isOwnExtension } from '../masking/marks.js';
import type { Shapes } from '../masking/tools.js';
import type { FindingType } from './finding.js';
import { applyPolicy, type ScanPolicy } from './policy.js';
import type { ScanText } from './scan.js';

const ANY_RESOURCE = 'ResourceList';
const TEXTS: ReadonlySet<string> = new Set(['string', 'markdown', 'xhtml']);
/** What stands in these is an identifier by its type: masks and key scopes decide about it, not a scanner. */
const IDENTITY: ReadonlySet<string> = new Set(['HumanName', 'Address', 'ContactPoint', 'Identifier']);
/** FHIR calls them strings. They are links, which a mask would break. */
const LINKS: ReadonlySet<string> = new Set(['id', 'reference']);
/** Every narrative says it of itself. */
const NAMESPACE = 'http://www.w3.org/1999/xhtml';

export interface OutboundTools {
  readonly shapes: Shapes;
  readonly scan: ScanText;
  readonly policy: ScanPolicy;
  /** Of attachments of text, which travel in base64. */
  readonly base64: { decode(data: string): string; encode(text: string): string };
}

/** A resource as it may leave; or that it may not, and what kinds of identifier its texts hold. It never says which. */
export type Outbound =
  | { readonly kind: 'pass'; readonly resource: JsonObject; readonly isChanged: boolean }
  | { readonly kind: 'hold' | 'block'; readonly types: readonly FindingType[] };

/**
 * The last look at what leaves: each text of the resource, those of attachments too, by FHIR type. Codes, references and dates
 * are no texts; what a mask has made says so and is not looked at again. A resource that passes unchanged is the one that came.
 */
export function outbound(resource: JsonObject, tools: OutboundTools): Outbound {
  const look = new LastLook(tools);
  const shown = look.resource(resource);
  const kind = look.kept.has('block') ? 'block' : 'hold';
  if (look.kept.size > 0) return { kind, types: [...look.types].sort() };
  return { kind: 'pass', resource: look.isChanged ? shown : resource, isChanged: look.isChanged };
}

class LastLook {
  readonly kept = new Set<'hold' | 'block'>();
  readonly types = new Set<FindingType>();
  isChanged = false;

  constructor(private readonly tools: OutboundTools) {}

  resource(object: JsonObject): JsonObject {
    return this.#element(object, String(object['resourceType']));
  }

  #element(object: JsonObject, definition: string): JsonObject {
    if (IDENTITY.has(definition) || (definition === 'Extension' && isOwnExtension(object))) return object;
    const members = this.tools.shapes(definition)?.members;
    const out: Record<string, JsonValue> = {};
    for (const [name, value] of Object.entries(object)) {
      // What no definition knows may be anything: it is looked at as a text.
      const type = name.startsWith('_') ? 'Element' : (members?.get(name)?.type ?? 'string');
      if (LINKS.has(name)) out[name] = value;
      else if (type === 'base64Binary') out[name] = this.#attached(object, value);
      else out[name] = this.#value(value, type, object[`_${name}`]);
    }
    return out;
  }

  #value(value: JsonValue, type: string, beside: JsonValue | undefined): JsonValue {
    if (isJsonArray(value)) return value.map((item, index) => this.#value(item, type, isJsonArray(beside) ? beside[index] : undefined));
    if (isJsonObject(value)) return type === ANY_RESOURCE ? this.resource(value) : this.#element(value, type);
    return typeof value === 'string' && TEXTS.has(type) && !isMasked(beside) ? this.#text(value) : value;
  }

  #text(text: string): string {
    const { scan, policy } = this.tools;
    const found = scan(text).filter(({ start, end }) => text.slice(start, end) !== NAMESPACE);
    const scanned = applyPolicy(text, found, policy);
    if (scanned.decision === 'pass') {
      if (scanned.text !== text) this.isChanged = true;
      return scanned.text;
    }
    this.kept.add(scanned.decision);
    for (const { type, action } of scanned.findings) if (action === scanned.decision) this.types.add(type);
    return '';
  }

  #attached({ contentType }: JsonObject, data: JsonValue): JsonValue {
    if (typeof data !== 'string' || typeof contentType !== 'string' || !/^text\//i.test(contentType)) return data;
    const { decode, encode } = this.tools.base64;
    const text = decode(data);
    const shown = this.#text(text);
    return shown === text ? data : encode(shown);
  }
}

function isMasked(beside: JsonValue | undefined): boolean {
  const extensions = isJsonObject(beside) ? beside['extension'] : undefined;
  return isJsonArray(extensions) && extensions.some((one) => isJsonObject(one) && isOwnExtension(one));
}
