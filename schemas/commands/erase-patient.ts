import type { Static } from '@sinclair/typebox';
import { strictObject, Uuid } from '../event.js';
import { Ground, Requester } from '../events/erasure-ordered.js';
import { Reason } from './fields.js';

export const ErasePatient = strictObject(
  { patientId: Uuid, ground: Ground, requestedBy: Requester, reason: Reason },
  {
    description:
      'Erases a patient for ever by destroying their keys (GDPR 17). Refused, on record and with the reason, while a legal hold or a retention duty stands against it. A protected change: propose it. Role: privacy-officer.',
  },
);
export type ErasePatient = Static<typeof ErasePatient>;
