import { Type } from '@sinclair/typebox';
import { eventSchema, Instant, nullable, Uuid } from '../event.js';
import { DesignationScope } from './system-of-record-designated.js';

/** A designation ends, and what it took the place of does not come back: the next less specific scope rules from then on. */
export const DesignationWithdrawn = eventSchema('designation-withdrawn', 1, {
  scope: DesignationScope,
  /** The event that made the designation. */
  designation: Uuid,
  effectiveFrom: Instant,
  revision: Type.Integer({ minimum: 1, description: 'Version of the designation of this scope.' }),
  approval: nullable(Uuid),
  reason: Type.String({ minLength: 1, maxLength: 500 }),
});
