import { normalisedDecimal } from './decimal.js';
import { isJsonArray, type JsonObject, type JsonValue, WideNumber } from './json-value.js';

/** Anything but what stands in a JSON string as it is: a control, a quote, a backslash, half a surrogate pair. */
const NEEDS_ESCAPE = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;
/** Up to so many names an insertion sort wins. */
const SMALL = 24;

const quoted = (text: string): string => (NEEDS_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`);

function numberText(value: number): string {
  if (Number.isSafeInteger(value)) return value === 0 ? '0' : String(value);
  return normalisedDecimal(String(value));
}

/**
 * The names in UTF-16 code unit order (RFC 8785 §3.2.3), which is the order of `<` on strings. Objects of FHIR have
 * few members and often come nearly sorted, so that insertion beats `sort`.
 */
function sortedNames(object: JsonObject): string[] {
  const names = Object.keys(object);
  if (names.length > SMALL) return names.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  for (let index = 1; index < names.length; index += 1) {
    const name = names[index] as string;
    let slot = index - 1;
    while (slot >= 0 && (names[slot] as string) > name) {
      names[slot + 1] = names[slot] as string;
      slot -= 1;
    }
    names[slot + 1] = name;
  }
  return names;
}

function arrayText(items: readonly JsonValue[]): string {
  let text = '[';
  for (let index = 0; index < items.length; index += 1) {
    if (index > 0) text += ',';
    text += canonicalJson(items[index] as JsonValue);
  }
  return `${text}]`;
}

function objectText(object: JsonObject): string {
  let text = '{';
  for (const name of sortedNames(object)) {
    if (text.length > 1) text += ',';
    text += `${quoted(name)}:${canonicalJson(object[name] as JsonValue)}`;
  }
  return `${text}}`;
}

/**
 * One text for all JSON texts that say the same: members in the order of RFC 8785, strings escaped as it says, no
 * blanks. Numbers differ from RFC 8785 on purpose: they are exact decimals (`7.0` is `7`, `1e2` is `100`), because
 * a double may not stand for a clinical decimal (R4 decimal). Recursion is as deep as the value: bound it when parsing.
 */
export function canonicalJson(value: JsonValue): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (value === null) return 'null';
  if (isJsonArray(value)) return arrayText(value);
  if (value instanceof WideNumber) return normalisedDecimal(value.lexeme);
  return objectText(value as JsonObject);
}
