import { Type } from '@sinclair/typebox';
import { eventSchema, nullable, Uuid } from '../event.js';

/** A second person agrees: the change takes effect now, once. */
export const ChangeApproved = eventSchema('change-approved', 1, {
  changeId: Uuid,
  reason: nullable(Type.String({ minLength: 1, maxLength: 500 })),
});
