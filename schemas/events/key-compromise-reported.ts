import { Type } from '@sinclair/typebox';
import { Instant, nullable, sealingEventSchema, Uuid } from '../event.js';
import { KEY_LEVELS } from '../phi/key-levels.js';

/** A key may be known to somebody who should not know it. What is known of how it came about is sealed under the tenant's keys. */
export const KeyCompromiseReported = sealingEventSchema('key-compromise-reported', 1, {
  reportId: Uuid,
  level: Type.Union(KEY_LEVELS.map((level) => Type.Literal(level))),
  patientId: nullable(Uuid),
  keyId: Type.String({ minLength: 1, maxLength: 200 }),
  /** From when on the key may have been known. */
  suspectedSince: Instant,
});
