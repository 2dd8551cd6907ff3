import { Type } from '@sinclair/typebox';
import { eventSchema, nullable, Uuid } from '../event.js';
import { KEY_LEVELS } from '../phi/key-levels.js';

/** The next generation is in use, and all that can be is wrapped under it. Events stay as they were sealed. */
export const KeyRotationCompleted = eventSchema('key-rotation-completed', 1, {
  rotationId: Uuid,
  level: Type.Union(KEY_LEVELS.map((level) => Type.Literal(level))),
  patientId: nullable(Uuid),
  toKeyId: nullable(Type.String({ minLength: 1, maxLength: 200 })),
  /** How many keys were wrapped anew. */
  rewrapped: Type.Integer({ minimum: 0 }),
});
