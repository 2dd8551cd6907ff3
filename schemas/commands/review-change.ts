import { type Static, Type } from '@sinclair/typebox';
import { strictObject, Uuid } from '../event.js';
import { VERDICTS } from '../events/change-reviewed.js';
import { Reason } from './fields.js';

export const ReviewChange = strictObject(
  { changeId: Uuid, verdict: Type.Union(VERDICTS.map((verdict) => Type.Literal(verdict))), reason: Reason },
  {
    description:
      'Looks afterwards at an emergency change that another person made. It is not undone by this: propose a change that follows it up. Role: steward or privacy-officer.',
  },
);
export type ReviewChange = Static<typeof ReviewChange>;
