import type { JsonObject, JsonValue } from '../json/json-value.js';
import { WideNumber } from '../json/json-value.js';
import { decimalText, type ExactDecimal, exactDecimal, scaled } from './exact-decimal.js';
import { stringOf } from './resource.js';
import { canonicalSystem, UCUM } from './systems.js';
import type { Units } from './units.js';

/** A quantity as it is compared: in the unit that all of its kind are compared in. */
export interface ComparedQuantity {
  readonly number: ExactDecimal;
  readonly unit: string;
}

const MEMBERS: ReadonlySet<string> = new Set(['value', 'comparator', 'unit', 'system', 'code', 'id', 'extension', '_value']);

export const lexemeOf = (value: JsonValue | undefined): string | null =>
  typeof value === 'number' ? String(value) : value instanceof WideNumber ? value.lexeme : null;

/** The unit's code if it is one of UCUM, else what stands as its name; `null` for a code of another system. */
function unitOf(quantity: JsonObject): string | null {
  const code = stringOf(quantity, 'code');
  if (code === null) return stringOf(quantity, 'unit') ?? '';
  const system = stringOf(quantity, 'system');
  return system === null || canonicalSystem(system) === UCUM ? code : null;
}

/** An object that is a Quantity with a number and nothing that it does not know; `null` for any other. */
export function comparedQuantity(object: JsonObject, units: Units): ComparedQuantity | null {
  const lexeme = lexemeOf(object['value']);
  if (lexeme === null) return null;
  for (const name in object) if (!MEMBERS.has(name)) return null;
  const unit = unitOf(object);
  const stated = unit === null ? null : exactDecimal(lexeme);
  if (unit === null || stated === null) return null;
  const canonical = units.canonical(unit);
  return { number: scaled(stated, canonical.factor, canonical.offset), unit: canonical.unit };
}

/** The members that say how much, in place of those that were written; comparator and extensions stay. */
export function saidQuantity({ number, unit }: ComparedQuantity, written: JsonObject): Record<string, JsonValue> {
  const said: Record<string, JsonValue> = { value: new WideNumber(decimalText(number)) };
  if (unit !== '') said['unit'] = unit;
  if (typeof written['comparator'] === 'string') said['comparator'] = written['comparator'];
  return said;
}
