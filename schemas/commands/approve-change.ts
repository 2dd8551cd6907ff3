import { type Static, Type } from '@sinclair/typebox';
import { strictObject, Uuid } from '../event.js';
import { Reason } from './fields.js';

export const ApproveChange = strictObject(
  { changeId: Uuid, reason: Type.Optional(Reason) },
  {
    description:
      "Agrees to another person's proposal: it takes effect now, and the receipt names the events of the effect. Sent again it completes what is missing. Role: steward or privacy-officer.",
  },
);
export type ApproveChange = Static<typeof ApproveChange>;
