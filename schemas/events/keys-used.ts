import { Type } from '@sinclair/typebox';
import { eventSchema, Instant, Name, PurposeOfUse, strictObject, Uuid } from '../event.js';

export const KEY_OPERATIONS = ['generate', 'wrap', 'unwrap', 'seal', 'open', 'failure'] as const;

/**
 * Uses of keys over a short while, counted (45 CFR 164.312(b)): who, why, which scope, whose keys, how often. Noted in a file
 * before each use takes effect and written here from it, so that a crash loses none and doubles none: `segment` is that file's id.
 */
export const KeysUsed = eventSchema('keys-used', 1, {
  segment: Uuid,
  from: Instant,
  to: Instant,
  uses: Type.Array(
    strictObject({
      subject: Name,
      purpose: PurposeOfUse,
      /** The command, the access or the projection. */
      reason: Type.String({ pattern: '^[a-z][a-z0-9-]{0,63}$' }),
      operation: Type.Union(KEY_OPERATIONS.map((operation) => Type.Literal(operation))),
      /** As the sealed part names it; `generation-N` for what is done with a wrapped secret. */
      scope: Type.String({ pattern: '^([a-z][a-z0-9-]{0,63}|~[A-Za-z0-9_-]{22})$' }),
      of: Type.Array(
        strictObject({
          /** Patient id, `tenant`, `index` or another owner of keys. */
          owner: Type.String({ minLength: 1, maxLength: 100 }),
          count: Type.Integer({ minimum: 1 }),
        }),
        { minItems: 1 },
      ),
    }),
    { minItems: 1, maxItems: 1000 },
  ),
});
