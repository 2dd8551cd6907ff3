import { Type } from '@sinclair/typebox';
import { BlindToken, nullable, sealingEventSchema } from '../event.js';

/**
 * Input that a source loaded and the ledger could not take, kept with its reason, so that a steward can repair it. `inputToken` makes
 * a repeat recognisable. The input is sealed under keys of its own, which are destroyed when its time is over or whom it is about
 * is erased; before version 3 it was sealed under the tenant's.
 */
export const InputQuarantined = sealingEventSchema('input-quarantined', 3, {
  code: Type.String({ pattern: '^[a-z][a-z0-9-]{0,63}$' }),
  resourceType: nullable(Type.String({ pattern: '^[A-Z][A-Za-z]{1,40}$' })),
  pointer: nullable(Type.String({ maxLength: 300, description: 'JSON pointer to what is wrong; holds no value of the input.' })),
  inputToken: BlindToken,
  sealedUnder: Type.Union([Type.Literal('input'), Type.Literal('tenant')]),
});
