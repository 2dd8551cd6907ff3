import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../json/json-value.js';

/** A FHIR R4 resource as it was parsed. Nothing but the type is taken for granted: every reader checks what it reads. */
export interface FhirResource extends JsonObject {
  readonly resourceType: string;
}

export const isFhirResource = (value: JsonValue | undefined): value is FhirResource => isJsonObject(value) && typeof value['resourceType'] === 'string';

/** The member as a non-empty string, trimmed; `null` for anything else. */
export function stringOf(object: JsonObject | null | undefined, member: string): string | null {
  const value = object?.[member];
  if (typeof value !== 'string') return null;
  const text = value.trim();
  return text === '' ? null : text;
}

export function objectOf(object: JsonObject | null | undefined, member: string): JsonObject | null {
  const value = object?.[member];
  return isJsonObject(value) ? value : null;
}

/** The member's objects: of an array its objects, of an object itself, so that callers need not know which it is. */
export function objectsOf(object: JsonObject | null | undefined, member: string): readonly JsonObject[] {
  const value = object?.[member];
  if (isJsonArray(value)) return value.filter(isJsonObject);
  return isJsonObject(value) ? [value] : [];
}
