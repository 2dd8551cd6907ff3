import { Type } from '@sinclair/typebox';
import { eventSchema, Name } from '../event.js';

/** The source may not write until reinstated; what it said before stays. */
export const SourceSuspended = eventSchema('source-suspended', 1, {
  sourceId: Name,
  reason: Type.String({ minLength: 1, maxLength: 500 }),
});
