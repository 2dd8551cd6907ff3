import { Type } from '@sinclair/typebox';
import { eventSchema, Uuid } from '../event.js';

export const VERDICTS = ['upheld', 'not-upheld'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Another person has looked at an emergency change. Not upheld, it stays listed until a change that follows it up has been applied. */
export const ChangeReviewed = eventSchema('change-reviewed', 1, {
  changeId: Uuid,
  verdict: Type.Union(VERDICTS.map((verdict) => Type.Literal(verdict))),
  reason: Type.String({ minLength: 1, maxLength: 500 }),
});
