import type { Static } from '@sinclair/typebox';
import { strictObject, Uuid } from '../event.js';
import { Reason } from './fields.js';

export const LinkPatients = strictObject(
  { patientId: Uuid, otherPatientId: Uuid, reason: Reason },
  { description: 'Two patients are the same person; their records stay apart and name each other. Role: steward.' },
);
export type LinkPatients = Static<typeof LinkPatients>;
