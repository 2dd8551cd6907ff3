import type { Static } from '@sinclair/typebox';
import { strictObject, Uuid } from '../event.js';
import { Reason } from './fields.js';

export const RejectChange = strictObject(
  { changeId: Uuid, reason: Reason },
  { description: 'Refuses a proposal, or withdraws an own one. Role: steward or privacy-officer.' },
);
export type RejectChange = Static<typeof RejectChange>;
