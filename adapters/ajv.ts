import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { STORED_CLEAR } from '../schemas/commands/fields.js';

let shared: Ajv | null = null;

/**
 * One strict validator for everything on the wire: nothing is coerced, dropped or filled in, since in a clinical record
 * each of these would be a silent change. One a thread, made when first asked for: each would compile the schema of schemas anew.
 */
export function strictAjv(): Ajv {
  shared ??= newAjv();
  return shared;
}

function newAjv(): Ajv {
  const ajv = new Ajv({ strict: true, allErrors: false, coerceTypes: false, useDefaults: false, removeAdditional: false, allowUnionTypes: true });
  ajv.addVocabulary([STORED_CLEAR]);
  (formats as unknown as { default: (ajv: Ajv, names: string[]) => void }).default(ajv, ['date-time', 'date', 'uri']);
  return ajv;
}
