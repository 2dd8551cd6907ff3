import { Type } from '@sinclair/typebox';
import { eventSchema, Uuid } from '../event.js';

/** A proposal is refused by somebody, or withdrawn by whoever made it. */
export const ChangeRejected = eventSchema('change-rejected', 1, {
  changeId: Uuid,
  reason: Type.String({ minLength: 1, maxLength: 500 }),
});
