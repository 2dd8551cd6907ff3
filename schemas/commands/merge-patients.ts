import type { Static } from '@sinclair/typebox';
import { strictObject, Uuid } from '../event.js';
import { Reason } from './fields.js';

export const MergePatients = strictObject(
  { survivor: Uuid, absorbed: Uuid, reason: Reason },
  {
    description:
      'Two patients are one: the absorbed id answers with the survivor from then on, and the facts of both meet. Undone by unmerge-patients. A protected change: propose it. Role: steward.',
  },
);
export type MergePatients = Static<typeof MergePatients>;
