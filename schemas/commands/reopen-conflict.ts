import type { Static } from '@sinclair/typebox';
import { strictObject, Uuid } from '../event.js';
import { Reason } from './fields.js';

export const ReopenConflict = strictObject(
  { patientId: Uuid, settlement: Uuid, reason: Reason },
  { description: 'Takes a settlement back, named by its event id: the sources disagree again. Role: steward.' },
);
export type ReopenConflict = Static<typeof ReopenConflict>;
