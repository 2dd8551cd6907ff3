import { isJsonArray, type JsonObject, type JsonValue, WideNumber } from './json-value.js';

/** The JSON text of a value, members in their order, numbers that were kept as lexemes as they were written. */
export function jsonText(value: JsonValue): string {
  if (value instanceof WideNumber) return value.lexeme;
  if (isJsonArray(value)) return `[${value.map(jsonText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value as JsonObject).map(([name, member]) => `${JSON.stringify(name)}:${jsonText(member)}`);
  return `{${members.join(',')}}`;
}
