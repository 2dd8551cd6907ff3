import { WideNumber } from '../json/json-value.js';

/** A number as it was written, where that is known. */
export function numberText(value: number | WideNumber): string {
  return value instanceof WideNumber ? value.lexeme : String(value);
}
