import { Type } from '@sinclair/typebox';
import { eventSchema, Name } from '../event.js';

export const SourceReinstated = eventSchema('source-reinstated', 1, {
  sourceId: Name,
  reason: Type.String({ minLength: 1, maxLength: 500 }),
});
