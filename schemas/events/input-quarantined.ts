import { Type } from '@sinclair/typebox';
import { nullable, sealingEventSchema } from '../event.js';

/**
 * Input that a source loaded and the ledger could not take, kept with its reason. The input itself is sealed under the
 * tenant's quarantine key, so that a steward can repair it; `inputToken` makes a repeat recognisable.
 */
export const InputQuarantined = sealingEventSchema('input-quarantined', 2, {
  code: Type.String({ pattern: '^[a-z][a-z0-9-]{0,63}$' }),
  resourceType: nullable(Type.String({ pattern: '^[A-Z][A-Za-z]{1,40}$' })),
  pointer: nullable(Type.String({ maxLength: 300, description: 'JSON pointer to what is wrong; holds no value of the input.' })),
  inputToken: Type.String({ pattern: '^[A-Za-z0-9_-]{22}$' }),
});
