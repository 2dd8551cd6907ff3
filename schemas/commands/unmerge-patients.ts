import type { Static } from '@sinclair/typebox';
import { strictObject, Uuid } from '../event.js';
import { Reason } from './fields.js';

export const UnmergePatients = strictObject(
  { survivor: Uuid, absorbed: Uuid, reason: Reason },
  {
    description: 'Takes a merge back: each is again what it was, and keeps what arrived since under its own id. A protected change: propose it. Role: steward.',
  },
);
export type UnmergePatients = Static<typeof UnmergePatients>;
