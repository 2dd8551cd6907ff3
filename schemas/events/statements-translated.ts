import { Type } from '@sinclair/typebox';
import { eventSchema, Uuid } from '../event.js';
import { TranslatedStatement } from './statement.js';

/**
 * What a merged patient's statements are called under the survivor's naming key, worked out once by opening them: from
 * then on the facts of both meet, and a replay never has to open anything. It says nothing new of the patient.
 */
export const StatementsTranslated = eventSchema('statements-translated', 1, {
  patientId: Uuid,
  toward: Uuid,
  statements: Type.Array(TranslatedStatement, { minItems: 1, maxItems: 500 }),
});
