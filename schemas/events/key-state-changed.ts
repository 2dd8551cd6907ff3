import { Type } from '@sinclair/typebox';
import { eventSchema, nullable, Uuid } from '../event.js';
import { KEY_LEVELS, KEY_LIFE } from '../phi/key-levels.js';

/** A step in the life of a key (NIST SP 800-57 Part 1 r5, §7); `because` is the rotation or report that brought it about. */
export const KeyStateChanged = eventSchema('key-state-changed', 1, {
  keyId: Type.String({ minLength: 1, maxLength: 200 }),
  level: Type.Union(KEY_LEVELS.map((level) => Type.Literal(level))),
  patientId: nullable(Uuid),
  generation: nullable(Type.Integer({ minimum: 1 })),
  to: Type.Union(KEY_LIFE.map((state) => Type.Literal(state))),
  because: Uuid,
});
