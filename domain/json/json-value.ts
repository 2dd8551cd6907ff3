/**
 * A number whose lexeme a double cannot keep. R4 says that the precision of a decimal must be honoured and that
 * IEEE floats must not be used for it, so such a number travels as it was written.
 */
export class WideNumber {
  constructor(readonly lexeme: string) {}
}

export interface JsonObject {
  readonly [member: string]: JsonValue;
}

/** What a JSON text says. Numbers are doubles, except where a double would say something else. */
export type JsonValue = null | boolean | number | string | WideNumber | readonly JsonValue[] | JsonObject;

export const isJsonObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof WideNumber);

/** `Array.isArray` narrows a readonly array to `any[]`; this keeps the element type. */
export const isJsonArray = (value: JsonValue | undefined): value is readonly JsonValue[] => Array.isArray(value);

/**
 * How many members all objects of a parsed value have together. `JSON.parse` keeps only the last of two members of one
 * name, so a text that has more (`scanMembers`' `memberCount`) said something that would silently be lost.
 */
export function memberCountOf(value: JsonValue): number {
  let count = 0;
  if (isJsonArray(value)) {
    for (const item of value) if (typeof item === 'object') count += memberCountOf(item);
  } else if (isJsonObject(value)) {
    for (const name in value) {
      const member = value[name];
      count += 1;
      if (typeof member === 'object') count += memberCountOf(member);
    }
  }
  return count;
}

const MAX_KEPT_DIGITS = 15;
const MAX_KEPT_EXPONENT = 300;
const NUMBER = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/**
 * Whether a double keeps the decimal that this number lexeme states. Every decimal of up to 15 significant digits
 * within the normal range is kept (IEEE 754); a longer one only if it is what the double prints as.
 */
export function doubleKeeps(lexeme: string): boolean {
  const parts = NUMBER.exec(lexeme);
  if (parts === null) return false;
  const whole = parts[1] ?? '';
  const digits = (whole + (parts[2] ?? '')).replace(/^0+/, '');
  if (digits === '') return true;
  const exponent = parts[3] === undefined ? 0 : Number(parts[3]);
  if (Math.abs(exponent) + digits.length + whole.length > MAX_KEPT_EXPONENT) return false;
  return digits.length <= MAX_KEPT_DIGITS || String(Number(lexeme)) === lexeme;
}
