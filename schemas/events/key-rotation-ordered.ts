import { Type } from '@sinclair/typebox';
import { eventSchema, Instant, nullable, Uuid } from '../event.js';
import { KEY_LEVELS } from '../phi/key-levels.js';

export const ROTATION_REASONS = ['scheduled', 'cryptoperiod', 'staff-change', 'compromise', 'migration', 'restored-backup'] as const;

/**
 * A key is to be replaced by its next generation; or, for `reseal`, all is to be wrapped under the keys that are current now. With
 * `activatesAt`, the next generation is only made; the same rotation is ordered once more, as `activate`, when its time has come.
 */
export const KeyRotationOrdered = eventSchema('key-rotation-ordered', 2, {
  rotationId: Uuid,
  kind: Type.Union([Type.Literal('rotate'), Type.Literal('activate'), Type.Literal('reseal')]),
  level: Type.Union(KEY_LEVELS.map((level) => Type.Literal(level))),
  patientId: nullable(Uuid),
  /** The key as it was when this was decided; null where there was none yet, and for `reseal`. */
  fromKeyId: nullable(Type.String({ minLength: 1, maxLength: 200 })),
  because: Type.Union(ROTATION_REASONS.map((reason) => Type.Literal(reason))),
  /** From when on the next generation is in use; null: at once. */
  activatesAt: nullable(Instant),
  /** The change that agreed to it; null where one person is enough. */
  approval: nullable(Uuid),
});
